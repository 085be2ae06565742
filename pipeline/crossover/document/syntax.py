"""What YAML itself cannot read: which mistake it was, in the user's terms, and how to go on behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml

_VALUE = re.compile(r"\s*(?:- +)*(?:(?P<key>[^\s:'\"{}\[\]#][^:'\"{}\[\]]*): +)?(?P<value>\S.*?)\s*$")
_SPECIAL = {
    ">": "a block of text",
    "|": "a block of text",
    "*": "an alias",
    "&": "an anchor",
    "!": "a tag",
    "%": "a directive",
    "@": "nothing",
    "`": "nothing",
}
_MEANINGS = (
    ("expected <block end>", "this does not fit the lines above: look at its indentation, its `- `, and the `:` behind its key"),
    ("mapping values are not allowed here", "`: ` cannot stand here: look at the indentation of this line and at the line above"),
    ("could not find expected ':'", "a key without `: ` behind it"),
    ("sequence entries are not allowed here", "`- ` cannot stand here: a list begins on a line of its own"),
    ("expected '<document start>'", "nothing can follow the document's end"),
)
"""What PyYAML says, and what that means."""


@dataclass(frozen=True)
class SyntaxMistake:
    """A mistake with its offset, and the part of the text to blank out so that reading can go on (None: it cannot)."""

    offset: int
    code: str
    message: str
    notes: tuple[str, ...] = ()
    blank: tuple[int, int] | None = None


def in_double_quotes(text: str) -> str:
    """Return a text as a double-quoted YAML scalar."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def diagnose(text: str, error: yaml.YAMLError) -> SyntaxMistake:
    """Say what a YAML error means in a document."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return _unreadable(text, error)
    at, begin = error.problem_mark.index, error.context_mark.index if error.context_mark else error.problem_mark.index
    if error.context == "while scanning a quoted scalar":
        return SyntaxMistake(begin, "yaml", "this quote is never closed")
    if error.context == "while scanning a double-quoted scalar":
        return SyntaxMistake(at, "yaml", "a backslash in double quotes begins an escape, and YAML has none such; write \\\\ for a backslash")
    if error.context in ("while parsing a flow mapping", "while parsing a flow sequence"):
        return _in_flow(text, begin, at)
    problem = str(error.problem)
    return _in_line(text, at) or SyntaxMistake(at, "yaml", next((ours for yamls, ours in _MEANINGS if yamls in problem), problem))


def _unreadable(text: str, error: yaml.YAMLError) -> SyntaxMistake:
    if isinstance(error, yaml.reader.ReaderError):
        return SyntaxMistake(error.position, "yaml", f"the character U+{ord(text[error.position]):04X} is not allowed in YAML")
    return SyntaxMistake(0, "yaml", f"YAML cannot read this: {error}")


def _in_line(text: str, at: int) -> SyntaxMistake | None:
    """Diagnose a line, `key: value` or `- value`, whose value YAML did not read to its end; `at` is where it stopped."""
    start, end = _line_bounds(text, at)
    match = _VALUE.match(text[start:end])
    if not match or start + match.start("value") > at:
        return None
    value, key = match["value"], match["key"]
    place = start + match.start("value")
    if value[0] in "[{" and _is_open(text[place:at]):
        return _in_flow(text, place, at)
    message = _reason(value)
    if message is None:
        return None
    quoted = f"{key}: {in_double_quotes(value)}" if key else in_double_quotes(value)
    remedy = f"put the whole expression in double quotes: {quoted}"
    return SyntaxMistake(place, "yaml", message, (remedy,), (place, start + match.end("value")))


def _reason(value: str) -> str | None:
    """Return why YAML does not read a value as one text."""
    first = value[0]
    if first in "'\"":
        return "this value begins with a quote, so YAML ends it at the second quote"
    if first in _SPECIAL:
        return f"a value that begins with `{first}` is {_SPECIAL[first]} in YAML"
    if first in "[{":
        return f"a value that begins with `{first}` is a {'list' if first == '[' else 'mapping'}, and this goes on behind it"
    if ": " in value:
        return "`: ` inside a value begins a new entry in YAML"
    return None


def _in_flow(text: str, begin: int, at: int) -> SyntaxMistake:
    """Diagnose what stands inside { } or [ ] that begins at `begin`; `at` is where YAML stopped."""
    pair = "{ }" if text[begin] == "{" else "[ ]"
    start, end = _line_bounds(text, at)
    blank = (begin, end) if start <= begin else None
    if text.startswith("${", at - 1) or text.startswith("${", at):
        place = at - 1 if text.startswith("${", at - 1) else at
        message = f"`${{` inside {pair} begins a mapping of its own; a parameter is written `$name`"
    elif begin < start and re.match(r"\s*[^\s:]+:( |$)", text[start:end]):
        place = begin
        message = f"this `{text[begin]}` is not closed before the next entry (line {_line_number(text, at)})"
    elif not text[at:].strip():
        place = begin
        message = f"this `{text[begin]}` is never closed"
    else:
        place = at
        message = f"an expression inside {pair} ends here for YAML"
    notes = ("expected: the expression in double quotes, or `name: expression` on a line of its own",) if place != begin else ()
    return SyntaxMistake(place, "flow-expression" if place != begin else "yaml", message, notes, blank)


def _is_open(text: str) -> bool:
    """Whether a bracket of a text is not closed in it."""
    return sum(text.count(bracket) for bracket in "[{") > sum(text.count(bracket) for bracket in "]}")


def _line_bounds(text: str, offset: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    return start, len(text) if end < 0 else end


def _line_number(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
