"""YAML text to plain mappings, lists and scalars with positions, and the refusal of all that readers disagree on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import yaml

from crossover.document.problems import Problems
from crossover.document.scalars import Node, Path, Scalar, Style, other_reading
from crossover.document.source_map import SourceMap, WrittenScalar
from crossover.document.syntax import SyntaxMistake, diagnose, in_double_quotes

BYTES_AT_MOST = 1_000_000
DEPTH_AT_MOST = 30
_REPAIRS_AT_MOST = 20
_BOOLEAN_MEANT = {"y": "true", "yes": "true", "on": "true", "n": "false", "no": "false", "off": "false"}


def read(text: str, path: str) -> tuple[Node | None, Problems]:
    """Read one YAML document.

    Parameters
    ----------
    text : the whole document.
    path : its name, for messages.

    Returns
    -------
    The tree (None if there is none) and all mistakes found, which hold the source map. What was refused is in the
    tree as it can be, and marked as broken in the source map.
    """
    problems = Problems(SourceMap(path, text))
    if len(text.encode("utf-8", "surrogatepass")) > BYTES_AT_MOST:
        problems.problem_at((1, 1), "too-large", f"the document is larger than {BYTES_AT_MOST:,} bytes")
        return None, problems
    text = _without_tabs(text, problems)
    blanked: set[int] = set()
    for _ in range(_REPAIRS_AT_MOST):
        try:
            events = list(yaml.parse(text, Loader=yaml.SafeLoader))
        except yaml.YAMLError as error:
            mistake = diagnose(text, error)
            problems.problem_at(problems.source_map.place(mistake.offset), mistake.code, mistake.message, *mistake.notes)
            if mistake.blank is None or mistake.blank[0] in blanked:
                return None, problems
            blanked.add(mistake.blank[0])
            text = _blank_out(text, mistake)
        else:
            return _Builder(events, problems, blanked).document(), problems
    return None, problems


def _without_tabs(text: str, problems: Problems) -> str:
    """Report each line with a tab, and return the text with blanks in their place."""
    lines = set()
    offset = text.find("\t")
    while offset >= 0:
        line, column = problems.source_map.place(offset)
        if line not in lines:
            lines.add(line)
            problems.problem_at((line, column), "tab", "a tab; indent with blanks, and write a tab in a text as \"\\t\"")
        offset = text.find("\t", offset + 1)
    return text.replace("\t", " ")


def _blank_out(text: str, mistake: SyntaxMistake) -> str:
    """Return the text with the unreadable part replaced by a word, so that all positions stay."""
    assert mistake.blank
    start, end = mistake.blank
    return text[:start] + "x" + " " * (end - start - 1) + text[end:]


class _Builder:
    """Builds the tree from YAML's events."""

    def __init__(self, events: list[yaml.Event], problems: Problems, blanked: set[int]) -> None:
        self.events: Iterator[yaml.Event] = iter(events)
        self.problems = problems
        self.map = problems.source_map
        self.blanked = blanked

    def document(self) -> Node | None:
        node: Node | None = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if event.version or event.tags:
                    self.problems.problem_at(self.map.place(_start(event)), "yaml", "`%` directives are refused: a document has none")
                if documents > 1:
                    place = self.map.place(_start(event))
                    self.problems.problem_at(place, "several-documents", "a second YAML document begins here; a file holds one")
                    return node
                node = self.node(next(self.events), (), in_flow=False)
        return node

    def node(self, event: yaml.Event, path: Path, *, in_flow: bool) -> Node:
        place = self.map.place(_start(event))
        self.map.values[path] = place
        self._refuse_tag_and_anchor(event, path)
        if len(path) > DEPTH_AT_MOST:
            self.problems.problem_at(place, "too-deep", f"nested deeper than {DEPTH_AT_MOST} levels")
            self._skip(event)
            return self._broken(path)
        match event:
            case yaml.MappingStartEvent():
                return self.mapping(path, in_flow=in_flow or bool(event.flow_style))
            case yaml.SequenceStartEvent():
                return self.sequence(path, in_flow=in_flow or bool(event.flow_style))
            case yaml.ScalarEvent():
                return self.scalar(event, path, in_flow=in_flow)
            case _:
                return self._broken(path)

    def mapping(self, path: Path, *, in_flow: bool) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        without_value: list[str] = []
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.key(event, path)
            value_event = next(self.events)
            place = self.map.place(_start(event))
            # What stands under a second key of one name is read to find its mistakes, under a path of its own.
            own = (*path, key) if key not in entries else (*path, f"{key} (again)")
            self.map.keys[own] = place
            value = self.node(value_event, own, in_flow=in_flow)
            if key in entries:
                first = self.map.keys[(*path, key)][0]
                self.problems.problem_at(place, "duplicate-key", f"`{key}` stands twice here; the first is in line {first}")
                self.map.doubled.add((*path, key))
                continue
            entries[key] = value
            if _is_empty(value_event):
                without_value.append(key)
        self._report_without_value(path, entries, without_value, in_flow=in_flow)
        return entries

    def key(self, event: yaml.Event, path: Path) -> str:
        place = self.map.place(_start(event))
        if not isinstance(event, yaml.ScalarEvent):
            self.problems.problem_at(place, "key-not-text", "a key is a text, not a list, a mapping or an alias")
            self._skip(event)
            return f"(key at {place[0]}:{place[1]})"
        self._refuse_tag_and_anchor(event, path)
        if event.style is None and event.value == "<<":
            self.problems.problem_at(place, "merge-key", "merge keys are refused: give what repeats a name (a table, a list parameter)")
        elif event.style is None and (reading := other_reading(event.value)):
            message = f"`{event.value}` is {reading} for some YAML readers and text for others"
            self.problems.problem_at(place, "ambiguous-scalar", message, f"quote the key: {in_double_quotes(event.value)}: ...")
        return str(event.value)

    def sequence(self, path: Path, *, in_flow: bool) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            own = (*path, len(items))
            items.append(self.node(event, own, in_flow=in_flow))
            if _is_empty(event):
                self.problems.problem(own, "no-value", "an item without a value")
                self.map.broken.add(own)
        cut = next((index for index, item in enumerate(items) if in_flow and _is_cut(item)), None)
        if cut is not None:
            self._report_cut((*path, cut), items[cut], "[ ]", "the expression in double quotes")
        return items

    def scalar(self, event: yaml.ScalarEvent, path: Path, *, in_flow: bool) -> Scalar:
        style = cast(Style, event.style or "")
        start, end = _start(event), _end(event)
        self.map.scalars[path] = WrittenScalar(event.value, style, start, end, in_flow)
        scalar = Scalar(event.value, quoted=bool(style))
        if start in self.blanked:
            self.map.broken.add(path)
        elif not scalar.quoted and scalar and (reading := other_reading(scalar)):
            self._report_ambiguous(path, scalar, reading)
        return scalar

    def _report_ambiguous(self, path: Path, scalar: Scalar, reading: str) -> None:
        self.map.broken.add(path)
        name = path[-1] if path and isinstance(path[-1], str) else None
        before = f"{name}: " if name else ""
        quoted = in_double_quotes(scalar)
        note = f"write: {before}{quoted}"
        if len(path) == 2 and path[0] == "parameters" and reading in ("a date", "a timestamp"):
            note = f"write: {before}{{type: {reading.removeprefix('a ')}, default: {quoted}}}"
        elif meant := _BOOLEAN_MEANT.get(scalar.lower()):
            note = f"write: {before}{quoted} for the text, {before}{meant} for the boolean"
        elif reading == "a null":
            note = f"write: {before}{quoted} for the text, or leave it out"
        message = f"`{scalar}` is {reading} for some YAML readers and text for others"
        self.problems.problem(path, "ambiguous-scalar", message, note)

    def _report_without_value(self, path: Path, entries: dict[str, Any], without: list[str], *, in_flow: bool) -> None:
        cut = next((key for key, value in entries.items() if in_flow and _is_cut(value)), None)
        if cut is not None:
            parent = f" under `{path[-1]}:`" if path and isinstance(path[-1], str) else ""
            expected = f"one `name: expression` on each line{parent}, or the expression in double quotes"
            self._report_cut((*path, cut), entries[cut], "{ }", expected)
            self.map.broken.add(path)
        for key in without:
            self.map.broken.add((*path, key))
            if cut is None:
                note = "expected: `name: value`; quote what has a comma" if in_flow else "leave the key out, or give its value"
                self.problems.problem((*path, key), "no-value", f"`{key}` has no value", note, key=True)

    def _report_cut(self, path: Path, value: Scalar, pair: str, expected: str) -> None:
        self.map.broken.add(path)
        message = f"the comma inside {pair} ended the expression at `{value}`"
        self.problems.problem(path, "flow-expression", message, f"expected: {expected}")

    def _refuse_tag_and_anchor(self, event: yaml.Event, path: Path) -> None:
        place = self.map.place(_start(event))
        hint = "put an expression that begins so in double quotes"
        instead = "give what repeats a name (a table, a list parameter)"
        if isinstance(event, yaml.AliasEvent):
            self.map.broken.add(path)
            self.problems.problem_at(place, "alias", f"`*{event.anchor}` is an alias: {instead}", hint)
            return
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            self.map.broken.add(path)
            self.problems.problem_at(place, "anchor", f"`&{event.anchor}` is an anchor: {instead}", hint)
        if tag := getattr(event, "tag", None):
            self.map.broken.add(path)
            self.problems.problem_at(place, "tag", f"`{_short_tag(tag)}` is a tag: a document has none", hint)

    def _broken(self, path: Path) -> Scalar:
        self.map.broken.add(path)
        return Scalar("", quoted=True)

    def _skip(self, event: yaml.Event) -> None:
        """Read past the rest of a mapping or list."""
        depth = int(isinstance(event, yaml.CollectionStartEvent))
        while depth:
            following = next(self.events)
            depth += isinstance(following, yaml.CollectionStartEvent) - isinstance(following, yaml.CollectionEndEvent)


def _start(event: yaml.Event) -> int:
    """Return the offset of an event's first character."""
    return event.start_mark.index if event.start_mark else 0


def _end(event: yaml.Event) -> int:
    return event.end_mark.index if event.end_mark else 0


def _is_empty(event: yaml.Event) -> bool:
    return isinstance(event, yaml.ScalarEvent) and not event.style and not event.value and not event.tag and not event.anchor


def _is_cut(value: Any) -> bool:
    """Whether a value is a plain scalar with an open parenthesis: a comma inside { } or [ ] ended it."""
    return isinstance(value, Scalar) and not value.quoted and value.count("(") > value.count(")")


def _short_tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")
