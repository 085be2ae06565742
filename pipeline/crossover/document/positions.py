"""Where the characters of a scalar stand in its file: quotes, escapes and folded lines undone."""

from __future__ import annotations

import re

from crossover.document.scalars import Style

_LINE_BREAKS = "\r\n\x85\u2028\u2029"
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_CONTINUED_LINE = re.compile(r"\\(\r\n|[\r\n\x85\u2028\u2029])\s*")
_FOLD = re.compile(r"[ \t]*(\r\n|[\r\n\x85\u2028\u2029])[ \t]*")


def offsets(raw: str, value: str, style: Style) -> list[int]:
    """Return for each character of `value` the offset in `raw` (the scalar as written) at which it stands.

    The list has one more entry, for the place behind the last character.
    """
    places = _block_offsets(raw, value) if style in ("|", ">") else _flow_offsets(raw, value, style)
    return [*places, places[-1] + 1 if places else min(1, len(raw))]


def _flow_offsets(raw: str, value: str, style: Style) -> list[int]:
    places: list[int] = []
    at = 1 if style in ("'", '"') else 0
    for character in value:
        while style == '"' and (continued := _CONTINUED_LINE.match(raw, at)):
            at = continued.end()
        places.append(min(at, len(raw)))
        at += _written_length(raw, at, character, style)
    return places


def _written_length(raw: str, at: int, character: str, style: Style) -> int:
    """Return how many characters of the file stand for one character of the value."""
    if style == '"' and (escape := _ESCAPE.match(raw, at)):
        return len(escape.group())
    if style == "'" and raw.startswith("''", at):
        return 2
    if character in " \n" and (fold := _FOLD.match(raw, at)):
        # n + 1 line breaks are n breaks of the value; blanks around belong to the last one.
        return len(fold.group()) if character == " " or not _FOLD.match(raw, fold.end()) else _first_break(raw, at)
    return 1


def _first_break(raw: str, at: int) -> int:
    fold = _FOLD.match(raw, at)
    assert fold
    following = _FOLD.match(raw, fold.end())
    # The first of several breaks vanishes: it is taken together with the second one.
    return (following.end() if following and not _FOLD.match(raw, following.end()) else fold.end()) - at


def _block_offsets(raw: str, value: str) -> list[int]:
    places: list[int] = []
    at = _end_of_line(raw, 0)
    indentation = _indentation(raw, value, at)
    line_begins = True
    for character in value:
        while True:
            if line_begins:
                at += _blanks(raw, at, indentation)
                line_begins = False
            if at < len(raw) and raw[at] in _LINE_BREAKS and character not in " \n":
                at, line_begins = _end_of_line(raw, at), True
                continue
            break
        places.append(min(at, len(raw)))
        if at < len(raw) and raw[at] in _LINE_BREAKS:
            at, line_begins = _end_of_line(raw, at), True
        else:
            at += 1
    return places


def _end_of_line(raw: str, at: int) -> int:
    """Return the offset behind the line break that ends the line at `at`."""
    while at < len(raw) and raw[at] not in _LINE_BREAKS:
        at += 1
    return at + 2 if raw.startswith("\r\n", at) else at + 1


def _indentation(raw: str, value: str, at: int) -> int:
    """Return the blanks that the block takes off each line: those of its first line that are not in the value."""
    first = next((line for line in value.split("\n") if line.strip(" ")), "")
    while at < len(raw):
        blanks = _blanks(raw, at, len(raw))
        if at + blanks < len(raw) and raw[at + blanks] not in _LINE_BREAKS:
            return blanks - _blanks(first, 0, len(first))
        at = _end_of_line(raw, at)
    return 0


def _blanks(raw: str, at: int, limit: int) -> int:
    count = 0
    while count < limit and at + count < len(raw) and raw[at + count] == " ":
        count += 1
    return count
