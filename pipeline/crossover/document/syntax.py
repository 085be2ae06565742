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
    "@": "nothing that YAML knows",
    "`": "nothing that YAML knows",
}


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
    if error.context in ("while parsing a flow mapping", "while parsing a flow sequence"):
        return _in_flow(text, begin, at, str(error.problem))
    return _in_block(text, at, begin) or SyntaxMistake(at, "yaml", f"YAML cannot read this: {error.problem}")


def _unreadable(text: str, error: yaml.YAMLError) -> SyntaxMistake:
    if isinstance(error, yaml.reader.ReaderError):
        return SyntaxMistake(error.position, "yaml", f"the character U+{ord(text[error.position]):04X} is not allowed in YAML")
    return SyntaxMistake(0, "yaml", f"YAML cannot read this: {error}")


def _in_block(text: str, at: int, begin: int) -> SyntaxMistake | None:
    """Diagnose a plain line: `key: value` or `- value`."""
    for offset in (at, begin):
        start, end = _line_bounds(text, offset)
        match = _VALUE.match(text[start:end])
        if not match or start + match.start("value") > at:
            continue
        value, key = match["value"], match["key"]
        place = start + match.start("value")
        quoted = f"{key}: {in_double_quotes(value)}" if key else in_double_quotes(value)
        remedy = (f"put the whole expression in double quotes: {quoted}",)
        blank = (place, start + match.end("value"))
        if value[0] in "'\"":
            message = "this value begins with a quote, so YAML ends it at the second quote"
            return SyntaxMistake(place, "yaml", message, remedy, blank)
        if value[0] in _SPECIAL:
            message = f"a value that begins with `{value[0]}` is {_SPECIAL[value[0]]} in YAML"
            return SyntaxMistake(place, "yaml", message, remedy, blank)
        if value[0] in "[{" and key:
            message = f"a value that begins with `{value[0]}` is a {'list' if value[0] == '[' else 'mapping'}, and this goes on behind it"
            return SyntaxMistake(place, "yaml", message, remedy, blank)
        if ": " in value and key:
            return SyntaxMistake(place, "yaml", "`: ` inside a value begins a new entry in YAML", remedy, blank)
    return None


def _in_flow(text: str, begin: int, at: int, problem: str) -> SyntaxMistake:
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
    else:
        place = at
        message = f"an expression inside {pair} ends here for YAML" if at < len(text) else f"this {pair} is never closed"
    notes = ("expected: the expression in double quotes, or `name: expression` on a line of its own",) if place != begin else ()
    return SyntaxMistake(place, "flow-expression" if place != begin else "yaml", message, notes, blank)


def _line_bounds(text: str, offset: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    return start, len(text) if end < 0 else end


def _line_number(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
