"""`format` of a date or timestamp column: a small, closed set of strptime's letters, as a regular expression."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crossover.core.errors import ConfigError
from crossover.sources.grammar import ZONE_PATTERN

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_SHORT = "[0-9]{1,2}"
_LETTERS: dict[str, tuple[str, str]] = {
    "Y": ("year", "[0-9]{4}"),
    "y": ("short_year", "[0-9]{2}"),
    "m": ("month", _SHORT),
    "b": ("month_name", "(?i:" + "|".join(MONTHS) + ")"),
    "d": ("day", _SHORT),
    "H": ("hour", _SHORT),
    "I": ("half_day_hour", _SHORT),
    "p": ("half", "(?i:am|pm)"),
    "M": ("minute", _SHORT),
    "S": ("second", _SHORT),
    "f": ("fraction", "[0-9]{1,9}"),
    "z": ("zone", ZONE_PATTERN),
}
_NUMBERS = frozenset("YymdHIMSf")
_ALTERNATIVES = (("year", "short_year"), ("month", "month_name"), ("hour", "half_day_hour"))
_NEEDS = {"half_day_hour": "half", "half": "half_day_hour", "minute": "hour", "second": "minute", "fraction": "second"}


@dataclass(frozen=True)
class FormatPattern:
    """A format as a pattern for the whole cell (not anchored, no blanks around) and what its groups hold.

    Parts are `year` (four digits), `short_year` (69..99 are 1969..1999, 00..68 are 2000..2068), `month`,
    `month_name` (jan..dec in any case), `day`, `hour`, `half_day_hour` (1..12), `half` (am or pm in any case),
    `minute`, `second`, `fraction` (digits behind the point, microseconds count), `zone`.
    """

    pattern: str
    parts: tuple[str, ...]


def format_to_pattern(format: str) -> FormatPattern:
    """Return a format's pattern.

    Numbers of two digits may have one, unless the next or the last thing is a number too (`%Y%m%d`). All other
    characters stand for themselves.
    """
    pieces = list(_pieces(format))
    pattern, parts = "", []
    for index, (letter, text) in enumerate(pieces):
        if not letter:
            pattern += _escape(text)
            continue
        name, digits = _LETTERS[letter]
        around = pieces[max(index - 1, 0) : index] + pieces[index + 1 : index + 2]
        if digits == _SHORT and any(_is_number(*piece) for piece in around):
            digits = "[0-9]{2}"
        pattern += f"({digits})"
        parts.append(name)
    _check(format, parts)
    return FormatPattern(pattern, tuple(parts))


def _pieces(format: str) -> Iterator[tuple[str, str]]:
    """Yield (letter, "") for a directive and ("", character) for any other character."""
    characters = iter(format)
    for character in characters:
        if character != "%":
            yield "", character
            continue
        letter = next(characters, "")
        if letter == "%":
            yield "", "%"
        elif letter in _LETTERS:
            yield letter, ""
        else:
            raise ConfigError(
                f"format {format!r}: %{letter} is not one of the letters that are read",
                notes=["they are " + " ".join(f"%{each}" for each in _LETTERS) + " and %% for a percent sign"],
            )


def _is_number(letter: str, text: str) -> bool:
    return letter in _NUMBERS if letter else text.isdigit()


def _escape(character: str) -> str:
    return "\\" + character if character in r"\.^$*+?{}[]()|" else character


def _check(format: str, parts: list[str]) -> None:
    said = {name for name in parts if parts.count(name) > 1}
    if said:
        raise ConfigError(f"format {format!r}: the {sorted(said)[0].replace('_', ' ')} occurs twice")
    for long, short in _ALTERNATIVES:
        if long in parts and short in parts:
            raise ConfigError(f"format {format!r}: the {long} occurs twice, in two forms")
    known = {long if short in parts else "" for long, short in _ALTERNATIVES} | set(parts)
    for needed in ("year", "month", "day"):
        if needed not in known:
            raise ConfigError(f"format {format!r} has no {needed}")
    for part, needed in _NEEDS.items():
        if part in parts and needed not in known:
            raise ConfigError(f"format {format!r} has a {part.replace('_', ' ')} but no {needed.replace('_', ' ')}")
