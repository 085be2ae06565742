"""A certificate as people read it, line by line. Everything comes from its JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crossover.compare.difference import Difference, show_key, show_value

_MASK = 2**64 - 1


def certificate_lines(certificate: Mapping[str, Any]) -> list[str]:
    """Return what was compared, part by part, and the tolerances. The verdict is another matter (`table.verdict`)."""
    lines = [line for part in certificate["parts"] for line in _part(part)]
    tolerances = [f"  {what}: {allowed}" for what, allowed in certificate["tolerances"].items()]
    return [*lines, "what may differ:", *tolerances]


def _part(part: Mapping[str, Any]) -> Iterator[str]:
    yield f"{part['name']} ({' and '.join(part['engines'])}): {'same' if part['same'] else 'DIFFERS'}{_size(part)}"
    if part["checksums"]:
        sums = {engine: checksum_text(checksum) for engine, checksum in part["checksums"].items()}
        equal = len(set(sums.values())) == 1
        shown = next(iter(sums.values())) if equal else ", ".join(f"{engine} {text}" for engine, text in sums.items())
        yield f"  checksum of the {part['exact_columns']} exact columns: {'equal, ' if equal else ''}{shown}"
    for proof in part["proofs"]:
        values = ", ".join(f"{engine} {value:.1e}" for engine, value in proof["values"].items())
        yield f"  {proof['name'].replace('_', ' ')}: {values} (at most {proof['allowed']:g})"
    for column in part["inexact"]:
        yield f"  {column['column']}: {_largest(column)}"
    if part["near"] is not None:
        near = part["near"]
        yield f"  rows within {near['within']:g} of the threshold {near['threshold']:g}: {near['rows']:,}, turned round: {near['turned']:,}"
    if part["first"] is not None:
        yield f"  {part['differences']:,} differ, first {Difference(**part['first'])}"


def checksum_text(checksum: tuple[int, int, int]) -> str:
    """Return count and sums as text that people can compare."""
    rows, low, high = checksum
    return f"{rows}:{low & _MASK:x}:{high & _MASK:x}"


def _size(part: Mapping[str, Any]) -> str:
    if part["rows"] is None:
        return f", {part['columns']:,} numbers" if part["columns"] and part["name"] != "inputs" else ""
    matched = f" by {', '.join(part['key'])}" if part["key"] else ""
    return f", {part['rows']:,} rows{matched}"


def _largest(column: Mapping[str, Any]) -> str:
    found = column["largest"]
    if found is None:
        return "no difference"
    row = f" at {show_key(found['key'])}" if found["key"] else ""
    values = ", ".join(f"{engine} {show_value(value)}" for engine, value in found["values"].items())
    if found["absolute"] is None:
        return f"{found['what']}{row}: {values}"
    allowed = f" of {found['allowed']:.2g} allowed" if found["allowed"] is not None else " (not judged)"
    return f"largest difference {found['absolute']:.2g}{allowed}{row}: {values}"
