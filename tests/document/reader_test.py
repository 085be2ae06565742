"""The part of YAML that is used; everything else is refused, with the place."""

from __future__ import annotations

from pathlib import Path

import pytest
import ruamel.yaml
import yaml

from crossover.document.problems import Problems
from crossover.document.reader import BYTES_AT_MOST, read
from crossover.document.scalars import Scalar

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted((ROOT / "conf").glob("*.yaml"))


def found(problems: Problems) -> list[tuple[str, int, int]]:
    return [(problem.code, problem.line, problem.column) for problem in problems.found]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_documents_of_the_language_have_one_tree_in_all_readers(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    node, problems = read(text, path.name)
    assert problems.found == ()
    assert node == yaml.load(text, Loader=yaml.BaseLoader)
    assert yaml.safe_load(text) == ruamel.yaml.YAML(typ="safe", pure=True).load(text)


REFUSED = {
    "tag": ("a: !x b\n", [("tag", 1, 4)]),
    "tag of YAML": ("a: !!str 1\n", [("tag", 1, 4)]),
    "anchor": ("a: &b c\n", [("anchor", 1, 4)]),
    "anchor and alias": ("a: &b [1]\nc: *b\n", [("anchor", 1, 4), ("alias", 2, 4)]),
    "merge key": ("a: {b: 1}\n<<: {c: 2}\n", [("merge-key", 2, 1)]),
    "duplicate keys": ("a: 1\nb: 2\na: 3\n", [("duplicate-key", 3, 1)]),
    "keys of two quotes are one": ("a: 1\n'a': 2\n", [("duplicate-key", 2, 1)]),
    "mistakes below a duplicate key": ("a: 1\na: {b: yes}\n", [("duplicate-key", 2, 1), ("ambiguous-scalar", 2, 8)]),
    "key without a value": ("a:\nb: 1\n", [("no-value", 1, 1)]),
    "item without a value": ("a:\n  - 1\n  -\n", [("no-value", 3, 4)]),
    "list as a key": ("? [a, b]\n: 1\n", [("key-not-text", 1, 3)]),
    "tabs": ("a:\n  b: 1\n\tc: 2\n", [("tab", 3, 1), ("yaml", 3, 2)]),
    "tab in a comment": ("a: 1 #\tb\n", [("tab", 1, 7)]),
    "two documents": ("a: 1\n---\nb: 2\n", [("several-documents", 2, 1)]),
    "directive": ("%YAML 1.1\n---\na: 1\n", [("yaml", 1, 1)]),
    "word as value": ("a: [no, NO, ~]\n", [("ambiguous-scalar", 1, 5), ("ambiguous-scalar", 1, 9), ("ambiguous-scalar", 1, 13)]),
    "word as key": ("y: 1\non: 2\n", [("ambiguous-scalar", 1, 1), ("ambiguous-scalar", 2, 1)]),
    "comma in a mapping": ("a: {d: coalesce(a, 0)}\n", [("flow-expression", 1, 8)]),
    "comma in a list": ("a: [coalesce(a, 0)]\n", [("flow-expression", 1, 5)]),
    "braces in a mapping": ("a: {d: ${x}}\n", [("flow-expression", 1, 8)]),
    "entry without a value": ("a: {b c}\n", [("no-value", 1, 5)]),
    "begins with a quote": ("a: 'x' = y\n", [("yaml", 1, 4)]),
    "begins with a quote, in a mapping": ("a: {b: 'x' = y}\n", [("flow-expression", 1, 12)]),
    "block indicator": ("a: >= 5\n", [("yaml", 1, 4)]),
    "alias in an expression": ("a: *x + 1\n", [("yaml", 1, 4)]),
    "backtick": ("a: `x`\n", [("yaml", 1, 4)]),
    "colon in a value": ("a: b: c\n", [("yaml", 1, 4)]),
    "quote never closed": ("a: 'x\nb: 1\n", [("yaml", 1, 4)]),
    "bracket never closed": ("a: [x\nb: 1\n", [("yaml", 1, 4)]),
    "wrong indentation": ("a:\n  b: 1\n c: 1\n", [("yaml", 3, 2)]),
    "control character": ("a: \x01\n", [("yaml", 1, 4)]),
    "several at once": (
        "a: 'x' = y\nb: >= 5\nc: yes\nd: {e: f(g, 1)}\n",
        [("yaml", 1, 4), ("yaml", 2, 4), ("ambiguous-scalar", 3, 4), ("flow-expression", 4, 8)],
    ),
    "too deep": ("a: " + "[" * 40 + "]" * 40 + "\n", [("too-deep", 1, 34)]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_used_of_yaml_is_refused_where_it_stands(case: str) -> None:
    text, expected = REFUSED[case]
    _, problems = read(text, "a.yaml")
    assert found(problems) == expected


TAKEN = {
    "comments": ("# a\na: 1 # b\n", {"a": "1"}),
    "quoted words": ('a: "no"\n"on": \'~\'\n', {"a": "no", "on": "~"}),
    "empty text": ('a: ""\nb: []\nc: {}\n', {"a": "", "b": [], "c": {}}),
    "expressions": ("a: x > 0 and y like '%#1'\nb: \"'C' = z\"\n", {"a": "x > 0 and y like '%#1'", "b": "'C' = z"}),
    "folded": ("a: >-\n  x >\n  0\n", {"a": "x > 0"}),
    "parentheses in a quoted value": ('a: {d: "coalesce(a, 0)"}\n', {"a": {"d": "coalesce(a, 0)"}}),
    "one document with a mark": ("---\na: 1\n", {"a": "1"}),
}


@pytest.mark.parametrize("case", TAKEN)
def test_what_is_used_of_yaml_is_taken(case: str) -> None:
    text, expected = TAKEN[case]
    node, problems = read(text, "a.yaml")
    assert problems.found == ()
    assert node == expected


def test_quotes_and_blocks_make_a_scalar_a_text() -> None:
    node, _ = read("a: 1\nb: '1'\nc: \"1\"\nd: |-\n  1\n", "a.yaml")
    assert isinstance(node, dict)
    assert [value.quoted for value in node.values() if isinstance(value, Scalar)] == [False, True, True, True]


def test_a_document_larger_than_a_megabyte_is_refused_before_it_is_read() -> None:
    node, problems = read("a: " + "é" * (BYTES_AT_MOST // 2), "a.yaml")
    assert node is None
    assert found(problems) == [("too-large", 1, 1)]
