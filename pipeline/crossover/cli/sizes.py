"""The sizes of data that a comparison is asked for, and the data made where it is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from crossover.cli.generate import with_bar
from crossover.compare.schedule import Size
from crossover.core.errors import ConfigError
from crossover.document.load import Loaded, read_either
from crossover.generate.dataset import generate
from crossover.generate.replicate import Replica, replicate
from crossover.generate.request import Request

DATA = "data"
"""The parameter that leads to made data."""
AS_IT_IS = "as it is"
"""The name of the one size of a comparison that was asked for none."""


def sizes_of(document: Path, settings: Mapping[str, str], scale: str | None, lists: Sequence[str], *, quiet: bool) -> tuple[Size, ...]:
    """Return the sizes in the order that they were asked for.

    `scale` holds numbers with commas between them, `lists` texts `NAME=VALUE,VALUE`: the first values of all lists
    are one size, the second ones the next. Raises ConfigError.
    """
    if scale is not None and lists:
        raise ConfigError("`--scale` and `--sizes` are two ways to say how large the data is: choose one")
    if scale is not None:
        return _scaled(document, settings, _scales(scale), quiet=quiet)
    return _listed(settings, lists) if lists else (Size(AS_IT_IS, None, settings),)


def _scales(text: str) -> dict[Fraction, str]:
    found: dict[Fraction, str] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        try:
            value = Fraction(part)
        except (ValueError, ZeroDivisionError):
            value = Fraction(0)
        if value <= 0:
            raise ConfigError(f"`--scale {text}`: `{part}` is no number above 0", notes=["for example --scale 0.01,0.1,1"])
        if value in found:
            raise ConfigError(f"`--scale {text}`: {part} is given twice")
        found[value] = part
    if not found:
        raise ConfigError("`--scale` names no size", notes=["for example --scale 0.01,0.1,1"])
    return found


def _scaled(document: Path, settings: Mapping[str, str], scales: Mapping[Fraction, str], *, quiet: bool) -> tuple[Size, ...]:
    """Return sizes of the workload that a document names; without one, numbers of copies of its own data."""
    loaded = read_either(document, settings)
    workload = loaded.document.generate if isinstance(loaded, Loaded) else None
    if workload is None:
        return tuple(_copied(document, settings, value, text, quiet=quiet) for value, text in scales.items())
    if DATA in settings:
        raise ConfigError(f"`--scale` sets the parameter `{DATA}`, and so does `--set {DATA}={settings[DATA]}`: choose one")
    return tuple(_made(workload, settings, value, text, quiet=quiet) for value, text in scales.items())


def _made(workload: str, settings: Mapping[str, str], value: Fraction, text: str, *, quiet: bool) -> Size:
    request = Request(workload, text)
    made = with_bar(f"{workload} {text}", lambda told: generate(request, told=told), quiet=quiet)
    return Size(text, float(value), {**settings, DATA: str(made.folder)})


def _copied(document: Path, settings: Mapping[str, str], value: Fraction, text: str, *, quiet: bool) -> Size:
    if value.denominator != 1:
        raise ConfigError(
            f"`--scale {text}`: {document} has no `generate`, so its sizes are whole numbers of copies of its data",
            notes=["data that is there has sizes too: --sizes data=FOLDER,FOLDER"],
        )
    if value == 1:
        return Size(text, 1.0, settings)
    replica = Replica(document, settings, int(value))
    made = with_bar(f"{document} x {text}", lambda told: replicate(replica, told=told), quiet=quiet)
    return Size(text, float(value), {**settings, **made.manifest["settings"]})


def _listed(settings: Mapping[str, str], lists: Sequence[str]) -> tuple[Size, ...]:
    values: dict[str, list[str]] = {}
    for text in lists:
        name, equals, rest = text.partition("=")
        if not equals or not name or name in values or name in settings:
            raise ConfigError(f"`--sizes {text}`: expected NAME=VALUE,VALUE with a parameter that nothing else sets")
        values[name] = [each.strip() for each in rest.split(",")]
    lengths = {len(each) for each in values.values()}
    if len(lengths) > 1:
        raise ConfigError("`--sizes`: all lists have as many values: the first ones are one size, the second ones the next")
    rows = [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
    names = [", ".join(row.values()) for row in rows]
    if len(set(names)) < len(names):
        raise ConfigError("`--sizes`: a size is given twice")
    return tuple(Size(name, None, {**settings, **row}) for name, row in zip(names, rows, strict=True))
