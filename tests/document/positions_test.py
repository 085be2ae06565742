"""A mistake inside an expression is shown where it stands in the file, however the expression is written."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from crossover.document.reader import read
from crossover.document.scalars import Scalar

WORDS = st.text(alphabet="abc=<>(),$éß\U0001f600-+'\"\\", min_size=1, max_size=6).filter(lambda word: not word.startswith("-"))


class Written:
    """A document under construction that remembers where each character of the value was written."""

    def __init__(self, begin: str) -> None:
        self.text = begin
        self.value = ""
        self.places: list[tuple[int, int]] = []

    def literal(self, written: str, meant: str) -> None:
        """Write `written`, which means the one character `meant`, or nothing."""
        if meant:
            self.value += meant
            self.places.append(self._here())
        self.text += written

    def _here(self) -> tuple[int, int]:
        lines = self.text.split("\n")
        return len(lines), len(lines[-1]) + 1


def assert_places(written: Written) -> None:
    node, problems = read(written.text, "a.yaml")
    assert problems.found == ()
    assert isinstance(node, dict)
    assert node["a"] == written.value
    source_map = problems.source_map
    assert [source_map.within(("a",), offset) for offset in range(len(written.value))] == written.places


@settings(deadline=None)  # the machine may be busy
@given(st.lists(WORDS, min_size=1, max_size=5), st.data())
def test_in_double_quotes_with_escapes_and_folded_lines(words: list[str], data: st.DataObject) -> None:
    written = Written("x: 1\na: ")
    written.literal('"', "")
    for index, word in enumerate(words):
        if index:
            write_break(written, data)
        for character in word:
            code = ord(character)
            forms = [f"\\U{code:08x}"]
            if character in '"\\':
                forms.append("\\" + character)
            else:
                forms.append(character)
            if code < 256:
                forms.append(f"\\x{code:02x}")
            if code < 65536:
                forms.append(f"\\u{code:04X}")
            written.literal(data.draw(st.sampled_from(forms)), character)
    written.literal('"\n', "")
    assert_places(written)


@settings(deadline=None)  # the machine may be busy
@given(st.lists(WORDS, min_size=1, max_size=5), st.data())
def test_in_single_quotes_with_doubled_quotes_and_folded_lines(words: list[str], data: st.DataObject) -> None:
    written = Written("a: ")
    written.literal("'", "")
    for index, word in enumerate(words):
        if index:
            write_break(written, data)
        for character in word:
            written.literal("''" if character == "'" else character, character)
    written.literal("'\n", "")
    assert_places(written)


def write_break(written: Written, data: st.DataObject) -> None:
    """Write a blank, a line break that is folded to a blank, or an empty line that is a break in the value."""
    kind = data.draw(st.sampled_from(["blank", "folded", "empty line"]))
    if kind == "blank":
        written.literal(" ", " ")
    elif kind == "folded":
        written.literal("\n   ", " ")
    else:
        written.literal("\n\n  ", "\n")


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.lists(WORDS, min_size=1, max_size=3), min_size=1, max_size=4), st.sampled_from(["|-", ">-", "|", ">", "|2-", ">+"]))
def test_in_literal_and_folded_blocks(lines: list[list[str]], indicator: str) -> None:
    written = Written(f"a: {indicator}\n")
    for index, words in enumerate(lines):
        last = index == len(lines) - 1
        written.literal("  ", "")
        for character in " ".join(words):
            written.literal(character, character)
        if not last:
            written.literal("\n", " " if indicator[0] == ">" else "\n")
        else:
            written.literal("\n", "" if "-" in indicator else "\n")
    assert_places(written)


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.from_regex(r"[a-z(),=<]{1,5}", fullmatch=True), min_size=1, max_size=5), st.data())
def test_in_plain_text_over_several_lines(words: list[str], data: st.DataObject) -> None:
    words[0] = "x" + words[0]  # not an indicator, nor a word that YAML reads as something else
    written = Written("a: ")
    for index, word in enumerate(words):
        if index:
            written.literal(data.draw(st.sampled_from([" ", "\n  "])), " ")
        for character in word:
            written.literal(character, character)
    written.text += "\n"
    assert_places(written)


def test_a_continued_line_in_double_quotes_counts_for_nothing() -> None:
    node, problems = read('a: "one \\\n    two"\n', "a.yaml")
    assert node == {"a": "one two"}
    assert problems.source_map.within(("a",), 4) == (2, 5)


def test_windows_line_ends_and_a_byte_order_mark_do_not_move_positions() -> None:
    node, problems = read("x: 1\r\na: >-\r\n  one\r\n  two\r\n", "a.yaml")
    assert node == {"x": "1", "a": "one two"}
    assert problems.source_map.within(("a",), 4) == (4, 3)
    assert problems.source_map.line(4) == "  two"


def test_columns_count_characters_not_bytes() -> None:
    text = "a: {über: 1, \U0001f600: yes}\n"
    _, problems = read(text, "a.yaml")
    assert [(problem.line, problem.column) for problem in problems.found] == [(1, text.index("yes") + 1)]


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("steps", 0, "filter"), (2, 5), (2, 13)),
        (("steps", 1), (3, 5), (3, 5)),
        (("steps", 1, "using", "b"), (3, 28), (3, 31)),
        (("list", 1), (4, 11), (4, 11)),
        (("list", 7, "nothing"), (4, 7), (4, 7)),
    ],
)
def test_keys_and_values_have_places(path: tuple[str | int, ...], key: tuple[int, int], value: tuple[int, int]) -> None:
    text = 'steps:\n  - filter: "a > 1"\n  - {left_join: t, using: {b: c}}\nlist: [1, 2]\n'
    _, problems = read(text, "a.yaml")
    assert (problems.source_map.key(path), problems.source_map.value(path)) == (key, value)


@settings(deadline=None)  # the machine may be busy
@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_with_a_place_inside_it(text: str) -> None:
    node, problems = read(text, "a.yaml")
    lines = re.split("\r\n|[\n\r\x85\u2028\u2029]", text)
    assert node is not None or problems.found or yaml.compose(text) is None
    for problem in problems.found:
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 2
    assert not isinstance(node, Scalar) or isinstance(node.quoted, bool)
