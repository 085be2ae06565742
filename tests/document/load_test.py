"""From a file to a typed document: sections, names, what is not built yet."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

import crossover
from crossover.core.errors import ConfigError
from crossover.document.canonical import canonical
from crossover.document.codes import CODES
from crossover.document.load import load_document, read_text
from crossover.language.types import DOUBLE, INT, STRING, TIMESTAMP
from crossover.learning.models.specification import TrainLogisticRegression
from crossover.learning.preparation.specification import Split
from crossover.sources.specification import CsvSource, SourceColumn
from tests.document.loading import SOURCES, found, load, place

ROOT = Path(__file__).parents[2]
FLIGHTS = ROOT / "conf" / "flights.yaml"


# Sections


def test_flights_is_typed() -> None:
    document = load_document(FLIGHTS).document
    assert document.pipeline == "flights"
    assert [stage.name for stage in document.stages] == ["clean", "join", "features"]
    (table,) = document.stages[2].tables
    assert [step.verb for step in table.steps] == ["derive", "look_back", "look_back"]
    assert table.steps[1].path == ("features", "flights", 1)
    airlines = document.sources["airlines"]
    assert airlines is not None
    assert airlines.specification("airlines") == CsvSource(
        "airlines",
        "data/flights/airlines.csv",
        (SourceColumn("carrier", ("carrier",), STRING), SourceColumn("airline", ("name",), STRING)),
    )
    late = document.models["late"]
    assert late is not None
    assert late.split == Split(by=("month", "day"), test=0.2)
    assert late.train == TrainLogisticRegression(kind="logistic_regression", l2=0.0001)
    assert late.inputs[1].impute == 0.0
    assert late.evaluate.require["ranks well"] == "auc >= 0.75"
    assert late.score.keep == ("carrier", "airline", "flight", "origin", "dest", "departs_at")


def test_the_place_decides_what_a_scalar_is() -> None:
    loaded = load(
        "about: 12\nsources:\n  t: {path: 2019, nulls: [-999, '', NA], columns: {a: {from: [x, 7], type: timestamp, format: '%Y-%m-%d'}}}\n"
        "models:\n  m:\n    from: t\n    split: {test: 2e-1}\n    inputs: [{columns: [a], flag_missing: true}]\n"
        "    train: {kind: k_means, k: 3}\n"
    )
    loaded.problems.raise_if_any()
    source = loaded.document.sources["t"]
    assert source is not None
    assert (loaded.document.about, source.path, source.nulls) == ("12", "2019", ("-999", "", "NA"))
    assert source.specification("t").columns == (SourceColumn("a", ("x", "7"), TIMESTAMP, "%Y-%m-%d"),)
    model = loaded.document.models["m"]
    assert model is not None
    assert model.split == Split(test=0.2)


def test_a_number_in_quotes_is_no_number() -> None:
    text = SOURCES + 'models:\n  m: {from: t, split: {test: "0.2"}, inputs: [{columns: [a]}], train: {kind: k_means, k: 2}}\n'
    assert found(text) == [("wrong-value", *place(text, '"0.2"'))]


def test_bounds_are_checked_where_the_value_stands() -> None:
    text = SOURCES + "models:\n  m:\n    from: t\n    inputs: [{columns: [a]}]\n    train: {kind: k_means, k: 0}\n"
    (problem,) = load(text).problems.found
    assert (problem.line, problem.column) == place(text, "0}")
    assert problem.message == ("`k` should be greater than or equal to 1")


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ("{columns: [b], encode: one_hot, impute: 0}", "`encode: one_hot` stands without clip, impute, flag_missing, log and scale: null is a value of its own"),
        ("{columns: [a], min_rows: 5}", "`min_rows` belongs to `encode: one_hot`"),
        ("{columns: [b], encode: one_hot, smooth: 5}", "`smooth` belongs to `encode: label_mean`"),
    ],
)
def test_settings_that_would_have_no_effect_are_refused(inputs: str, message: str) -> None:
    text = SOURCES + f"models:\n  m: {{from: t, inputs: [{inputs}], train: {{kind: k_means, k: 2}}}}\n"
    (problem,) = load(text).problems.found
    assert (problem.message, (problem.line, problem.column)) == (message, place(text, inputs))


@pytest.mark.parametrize(
    ("settings", "needle"),
    [
        ("delimiter: ab", "ab"),
        ("delimiter: é", "é"),
        ("encoding: utf-16", "utf-16"),
        ("columns: {a: {type: date, format: '%Q'}}", "'%Q'"),
        ("columns: {a: {type: date, format: '%m'}}", "'%m'"),
        ("columns: {a: {type: int, format: '%Y'}}", "{type"),
    ],
)
def test_what_the_readers_of_files_refuse_is_refused_in_the_document(settings: str, needle: str) -> None:
    text = f"sources:\n  t: {{path: t.csv, {settings}{'' if 'columns' in settings else ', columns: {a: int}'}}}\n"
    assert found(text) == [("wrong-value", *place(text, needle))]


def test_missing_settings_are_reported_at_their_section() -> None:
    assert found("sources:\n  t: {columns: {a: int}}\nmodels:\n  m: {from: t}\n") == [
        ("missing-setting", 3, 3),
        ("missing-setting", 5, 3),
        ("missing-setting", 5, 3),
    ]


def test_a_part_with_a_mistake_keeps_its_name() -> None:
    document = load("sources:\n  t: {path: t.csv, columns: {a: strng}}\n  u: {path: u.csv, columns: {a: int}}\n").document
    assert document.sources["t"] is None
    assert document.sources["u"] is not None


def test_a_step_with_a_mistake_keeps_its_verb_and_the_others_are_read() -> None:
    loaded = load(SOURCES + "clean:\n  t:\n    - {left_join: u, how: left, using: [a]}\n    - {filter: a}\n")
    (table,) = loaded.document.stages[0].tables
    assert [(step.verb, step.operation is None) for step in table.steps] == [("left_join", True), ("filter", False)]


# One mistake, one message


def test_a_misspelt_stage_is_read_as_the_one_that_was_meant() -> None:
    loaded = load(SOURCES + "cleen:\n  u:\n    - from: t\n    - filter: a > 0\n")
    assert [problem.code for problem in loaded.problems.found] == ["unknown-setting"]
    (stage,) = loaded.document.stages
    assert (stage.name, [table.name for table in stage.tables], len(stage.tables[0].steps)) == ("clean", ["u"], 2)


@pytest.mark.parametrize(
    "stage", ["clean: x\n", "clean:\n  t:\n    - filter: a > 0\n  t:\n    - filter: a > 1\n", "clean:\n  t: [x]\n", "clean:\n  t: x\n"]
)
def test_tables_that_a_refused_part_may_have_changed_have_a_step_without_an_operation(stage: str) -> None:
    loaded = load(SOURCES + stage)
    assert len(loaded.problems.found) == 1
    (table,) = loaded.document.stages[0].tables
    assert table.name == "t"
    assert any(step.operation is None for step in table.steps)


def test_a_required_key_that_is_misspelt_is_not_missing_as_well() -> None:
    assert found("sources:\n  t: {pth: t.csv, columns: {a: int}}\n") == [("unknown-setting", 3, 7)]
    assert [problem.code for problem in read_text("pipelin: p\n" + SOURCES, "a.yaml").problems.found] == ["unknown-setting"]


def test_a_parameter_that_is_not_declared_is_reported_where_it_is_used_first() -> None:
    text = "sources:\n  t: {path: $x/t.csv, columns: {a: int}}\n  u: {path: $x/u.csv, columns: {a: int}}\n"
    assert found(text) == [("unknown-parameter", *place(text, "$x/t"))]


def test_keys_that_resemble_nothing_are_reported_together() -> None:
    (problem,) = load(SOURCES + "clean:\n  t:\n    - filter: a > 0\n      using: [a]\n      order: [b]\n").problems.found
    assert problem.message == "`using`, `order` are no options of filter"
    assert problem.notes == ("options of filter: none",)


# What is not built yet


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ("sources:\n  t: {path: t.orc, columns: {a: int}}\n", "t.orc"),
        ("sources:\n  t: {path: t, format: json_lines, columns: {a: int}}\n", "json_lines"),
        ("sources:\n  t: {path: t.csv, columns: {a: 'decimal(10,2)'}}\n", "'decimal"),
        (SOURCES + "clean:\n  t:\n    - sql: x\n", "sql"),
        (SOURCES + "clean:\n  t:\n    - {explode: a}\n", "explode"),
    ],
)
def test_what_is_not_built_yet_is_refused_and_never_ignored(text: str, needle: str) -> None:
    assert found(text) == [("not-yet", *place(text, needle))]


def test_a_scoring_document_is_no_document_of_a_pipeline() -> None:
    with pytest.raises(ConfigError, match="this is a scoring document"):
        read_text("scoring: s\nmodel: runs/p/current/m\nset: {a: 1}\n", "s.yaml")


# Names


@pytest.mark.parametrize("name", ["select", "Where", "__a", "a-b", "1a", "a b", "é"])
def test_names_that_are_refused(name: str) -> None:
    assert [code for code, _, _ in found(f"sources:\n  t: {{path: t.csv, columns: {{{name}: int}}}}\n")] == ["name"]


@pytest.mark.parametrize("name", ["date", "hour", "time", "first", "_a", "A1", "orders", "values_"])
def test_names_that_are_taken(name: str) -> None:
    assert found(f"sources:\n  t: {{path: t.csv, columns: {{{name}: int}}}}\n") == []


def test_names_that_differ_by_case_alone_are_refused() -> None:
    text = (
        "parameters: {q: 1, Q: 2}\nsources:\n  t: {path: t.csv, columns: {a: int, A: int}}\n"
        "features:\n  T:\n    - from: t\n    - derive: {select: a}\n"
    )
    assert found(text) == [("name", 2, 20), ("name", 4, 38), ("name", 6, 3), ("name", 8, 16)]


# The canonical form


def test_the_canonical_form_keeps_the_order_that_has_a_meaning_and_no_other() -> None:
    def form(text: str) -> str:
        return json.dumps(canonical(load(text).tree), sort_keys=True)

    steps = "clean:\n  t:\n    - derive: {x: a, y: x}\n      \n"
    assert form(SOURCES + steps) == form("# a comment\n" + steps + SOURCES.replace("t.csv", '"t.csv"'))
    assert form(SOURCES + steps) != form(SOURCES + steps.replace("{x: a, y: x}", "{y: x, x: a}"))
    assert form(SOURCES + "join:\n  t: []\nclean:\n  t: []\n") != form(SOURCES + "clean:\n  t: []\njoin:\n  t: []\n")
    assert form("about: '1'\n" + SOURCES) != form("about: 1\n" + SOURCES)


def test_the_canonical_form_does_not_depend_on_values_that_are_set() -> None:
    assert canonical(load_document(FLIGHTS).tree) == canonical(load_document(FLIGHTS, {"data": "elsewhere"}).tree)


# Files


def test_a_missing_file_names_its_nearest_neighbour(tmp_path: Path) -> None:
    (tmp_path / "flights.yaml").write_text("pipeline: p\n")
    with pytest.raises(ConfigError) as caught:
        load_document(tmp_path / "flihgts.yaml")
    assert caught.value.message == f"no document {tmp_path}/flihgts.yaml; did you mean `{tmp_path}/flights.yaml`?"
    assert caught.value.exit_code == 2


def test_a_folder_and_bytes_that_are_no_utf8_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        load_document(tmp_path)
    (tmp_path / "a.yaml").write_bytes(b"pipeline: \xff\n")
    with pytest.raises(ConfigError, match="not UTF-8: byte 10 is 0xff"):
        load_document(tmp_path / "a.yaml")


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "a\n"])
def test_a_document_is_a_mapping(text: str) -> None:
    with pytest.raises(ConfigError, match="a document is a mapping"):
        read_text(text, "a.yaml")


def test_another_language_is_refused() -> None:
    assert found("language: 2\n" + SOURCES) == [("language-version", 2, 11)]
    assert found("language: 1\n" + SOURCES) == []


# Codes


def codes_in_use() -> set[str]:
    """Return the codes that the package reports: the texts that follow a place in calls that report."""
    reporting = {"problem", "problem_at", "problem_elsewhere", "warning", "warn", "refuse", "_refuse", "_problem", "SyntaxMistake"}
    used: set[str] = set()
    for path in Path(crossover.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                arguments = [node.args[1]] if name in reporting and len(node.args) > 2 else []
                arguments += [keyword.value for keyword in node.keywords if keyword.arg == "code"]
                used |= {each.value for each in arguments if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    return used


def test_each_code_has_a_help_text() -> None:
    used = codes_in_use()
    assert {"unknown-column", "yaml", "outcome-input"} <= used
    assert used - CODES.keys() == set()


def test_doubles_of_sources_have_their_types() -> None:
    source = load("sources:\n  t: {path: t.csv, columns: {a: double, b: int}}\n").document.sources["t"]
    assert source is not None
    assert source.types() == {"a": DOUBLE, "b": INT}
