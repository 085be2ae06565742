"""The parameters of a document: their types, what is set from outside, and their places in paths and settings."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from crossover.core.errors import ConfigError
from crossover.learning.preparation.specification import Split
from tests.document.loading import SOURCES, found, load, place


def parameter(declaration: str, **set_values: str) -> object:
    loaded = load(f"parameters:\n  q: {declaration}\n{SOURCES}", **set_values)
    loaded.problems.raise_if_any()
    return loaded.parameters["q"]


def refusal(declaration: str, **set_values: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parameter(declaration, **set_values)
    (problem,) = caught.value.problems
    return problem.message


@pytest.mark.parametrize(
    ("declaration", "value"),
    [
        ("15", 15),
        ("1e-4", 0.0001),
        ("true", True),
        ('"15"', "15"),
        ("data/x", "data/x"),
        ("{type: double, default: 15}", 15.0),
        ("{type: string, default: 15}", "15"),
        ('{type: date, default: "2011-09-01"}', date(2011, 9, 1)),
        ('{type: timestamp, default: "2011-09-01T10:00:00+02:00"}', datetime(2011, 9, 1, 8)),
        ("{type: [int], default: [1, 2]}", (1, 2)),
        ("{type: string, default: a, one_of: [a, b]}", "a"),
    ],
)
def test_a_parameter_has_the_type_of_its_literal_or_its_declaration(declaration: str, value: object) -> None:
    assert parameter(declaration) == value
    assert type(parameter(declaration)) is type(value)


@pytest.mark.parametrize(
    ("declaration", "text", "value"),
    [
        ("a", "NO", "NO"),
        ("a", "15", "15"),
        ("1", "-7", -7),
        ("1.5", "2", 2.0),
        ("true", "false", False),
        ("{type: date}", "2011-12-01", date(2011, 12, 1)),
        ("{type: [date]}", "2011-06-01, 2011-09-01", (date(2011, 6, 1), date(2011, 9, 1))),
        ("{type: [string]}", "[a]", ("a",)),
    ],
)
def test_set_is_parsed_by_the_declared_type(declaration: str, text: str, value: object) -> None:
    assert parameter(declaration, q=text) == value


def test_refusals_of_set_and_of_defaults() -> None:
    assert refusal("15", q="x") == "`x` is not a whole number of at most 64 bits"
    assert refusal("15", q="1.0") == "`1.0` is not a whole number of at most 64 bits"
    assert refusal("15", qq="1") == "the document has no parameter `qq`; did you mean `q`?"
    assert refusal("{type: string, default: a, one_of: [a, b]}", q="c") == "`q` is one of a, b"
    assert refusal("{type: string, default: c, one_of: [a, b]}") == "`default` is none of one_of: a, b"
    assert refusal("{type: int, default: x}") == "`x` is not a whole number of at most 64 bits"
    assert refusal("9223372036854775808") == "`9223372036854775808` is not a whole number of at most 64 bits"
    assert refusal("[1, 2]") == "a list parameter is declared: q: {type: [int], default: [...]}"


def test_all_parameters_that_must_be_given_are_named_at_once() -> None:
    text = "parameters:\n  a: {type: int}\n  b: 1\n  c: {type: date}\n" + SOURCES
    assert found(text) == [("missing-parameter", 3, 3), ("missing-parameter", 5, 3)]
    assert found(text, a="1", c="2011-09-01") == []


def test_parameters_in_paths_are_text() -> None:
    text = (
        'parameters: {lake: data, day: {type: date, default: "2011-09-01"}, m: 7}\n'
        "sources:\n  t: {path: '$lake/day=$day/x_${m}x.csv', columns: {a: int}}\n"
    )
    loaded = load(text)
    loaded.problems.raise_if_any()
    source = loaded.document.sources["t"]
    assert source is not None
    assert source.path == "data/day=2011-09-01/x_7x.csv"


@pytest.mark.parametrize(
    ("path", "code", "needle"),
    [
        ("$x/$lak", "unknown-parameter", "$lak"),
        ("a/$x/$", "parameter-form", '$"'),
        ("$x/${}", "parameter-form", "${}"),
        ("$days", "parameter-form", "$days"),
    ],
)
def test_refusals_in_paths_stand_at_the_parameter(path: str, code: str, needle: str) -> None:
    text = f'parameters: {{x: a, lake: b, days: {{type: [int], default: [1]}}}}\nsources:\n  t: {{path: "{path}", columns: {{a: int}}}}\n'
    assert found(text) == [(code, *place(text, needle))]


def test_a_setting_can_be_a_parameter_and_has_its_type() -> None:
    model = "models:\n  m: {{from: t, split: {{test: {0}}}, inputs: [{{columns: [a]}}], train: {{kind: k_means, k: {1}}}}}\n"
    loaded = load("parameters: {share: 0.25, k: 4}\n" + SOURCES + model.format("$share", "$k"))
    loaded.problems.raise_if_any()
    section = loaded.document.models["m"]
    assert section is not None
    assert section.split == Split(test=0.25)
    assert section.train.model_dump()["k"] == 4
    text = "parameters: {share: x, k: 4}\n" + SOURCES + model.format("$share", "$q")
    assert found(text) == [("wrong-value", *place(text, "$share")), ("unknown-parameter", *place(text, "$q"))]
