"""Every primitive on every engine, against golden answers.

All cases are computed by a few projections, whose answers are kept for the session: reports are per primitive,
Spark's jobs are few. Four layouts show four kinds of trouble: cases as rows, nulls between values; the same
without any null; and one row, with all arguments but the first as literals, or the first alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from itertools import cycle, islice
from typing import Any

import pyarrow as pa
import pytest

from crossover.engines.base import Engine
from crossover.engines.registry import ENGINES
from crossover.language.primitives import PRIMITIVES
from crossover.language.tree import Column, Expression, literal
from crossover.relations.nodes import InlineTable, Project, Scan
from tests.conftest import PLAIN
from tests.engines.conformance import reference
from tests.engines.conformance.cases import Cases
from tests.engines.conformance.cases.all import CASES
from tests.engines.conformance.cases.choice import CHOICES, COLUMNS, ROWS
from tests.same import identical
from tests.tables import ARROW, collected, inline

TYPE_OF = {bool: "boolean", int: "int", float: "double", str: "string"}


@dataclass(frozen=True)
class Probe:
    """One column of a projection: its expression, its inputs by name (type and cells), what it must give on each row."""

    primitive: str
    name: str
    expression: Expression
    inputs: dict[str, tuple[str, tuple[Any, ...]]]
    expected: tuple[Any, ...]


def inputs_of_cases(name: str, types: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> dict[str, tuple[str, tuple[Any, ...]]]:
    return {f"{name}_{place}": (kind, tuple(row[place] for row in rows)) for place, kind in enumerate(types)}


def as_rows(name: str, primitive: str, table: Cases, rows: Sequence[tuple[Any, ...]]) -> Iterator[Probe]:
    if rows:
        inputs = inputs_of_cases(name, table.types, rows)
        yield Probe(
            primitive,
            name,
            table.expression(primitive, [Column(each) for each in inputs]),
            inputs,
            tuple(row[-1] for row in rows),
        )


def beside_nulls(name: str, primitive: str, table: Cases) -> Iterator[Probe]:
    yield from as_rows(name, primitive, table, table.rows)


def without_nulls(name: str, primitive: str, table: Cases) -> Iterator[Probe]:
    yield from as_rows(name, primitive, table, [row for row in table.rows if None not in row[:-1]])


def with_literals(name: str, primitive: str, table: Cases) -> Iterator[Probe]:
    for number, row in enumerate(table.rows):
        if None not in row[1:-1] and len(row) > 2:
            inputs = inputs_of_cases(f"{name}_{number}", table.types[:1], [row])
            arguments = [*map(Column, inputs), *map(literal, row[1:-1])]
            yield Probe(primitive, f"{name}_{number}", table.expression(primitive, arguments), inputs, row[-1:])


def with_a_literal_first(name: str, primitive: str, table: Cases) -> Iterator[Probe]:
    for number, row in enumerate(table.rows):
        if row[0] is not None and len(row) > 2:
            inputs = inputs_of_cases(f"{name}_{number}", table.types[1:], [row[1:]])
            arguments = [literal(row[0]), *map(Column, inputs)]
            yield Probe(primitive, f"{name}_{number}", table.expression(primitive, arguments), inputs, row[-1:])


LAYOUTS: dict[str, Callable[[str, str, Cases], Iterator[Probe]]] = {
    "beside nulls": beside_nulls,
    "without nulls": without_nulls,
    "with literals": with_literals,
    "with a literal first": with_a_literal_first,
}


def probes_of(layout: str) -> list[Probe]:
    return [
        probe
        for primitive, tables in CASES.items()
        for number, table in enumerate(tables)
        for probe in LAYOUTS[layout](f"{primitive}_{number}", primitive, table)
    ]


PROBES = {layout: probes_of(layout) for layout in LAYOUTS}


def projection(probes: Sequence[Probe]) -> Project:
    """Return one projection with a column for each probe; shorter probes begin again until the frame is full."""
    length = max(len(probe.expected) for probe in probes)
    cells = {
        name: (ARROW[kind], list(islice(cycle(values), length)))
        for probe in probes
        for name, (kind, values) in probe.inputs.items()
    }
    table = pa.table(
        {"row": pa.array(range(length), pa.int64()), **{name: pa.array(values, kind) for name, (kind, values) in cells.items()}}
    )
    scan = Scan(InlineTable(table), tuple(table.column_names))
    return Project(scan, (("row", Column("row")), *((probe.name, probe.expression) for probe in probes)))


def computed(engine: Engine[Any], probes: Sequence[Probe]) -> dict[str, list[Any]]:
    table = engine.collect(projection(probes)).sort_by("row")
    return {name: table[name].to_pylist() for name in table.column_names}


Answers = dict[tuple[str, str], dict[str, list[Any]]]


@pytest.fixture(scope="session")
def answers() -> Answers:
    """Answers of whole projections, by engine and layout."""
    return {}


def matches(primitive: str, got: object, expected: object) -> bool:
    if isinstance(got, float) and isinstance(expected, float) and not PRIMITIVES[primitive].exact:
        return math.isclose(got, expected, rel_tol=1e-12, abs_tol=1e-15)
    return identical(got, expected)


def arguments_of(probe: Probe, row: int) -> list[Any]:
    return [values[row] for _, values in probe.inputs.values()]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("primitive", PRIMITIVES)
def test_primitive(engine: Engine[Any], answers: Answers, layout: str, primitive: str) -> None:
    key = (engine.name, layout)
    if key not in answers:
        answers[key] = {}
        with suppress(Exception):  # one primitive that fails must not hide the others: then each is computed alone
            answers[key] = computed(engine, PROBES[layout])
    probes = [probe for probe in PROBES[layout] if probe.primitive == primitive]
    got = answers[key] or (computed(engine, probes) if probes else {})
    wrong = [
        f"{probe.expression} on {arguments_of(probe, row)}: got {got[probe.name][row]!r}, expected {expected!r}"
        for probe in probes
        for row, expected in enumerate(probe.expected)
        if not matches(primitive, got[probe.name][row], expected)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_one_projection_holds_all_primitives(engine: Engine[Any], answers: Answers, layout: str) -> None:
    if not answers.get((engine.name, layout)):
        answers[engine.name, layout] = computed(engine, PROBES[layout])
    assert len(answers[engine.name, layout]) == len(PROBES[layout]) + 1


def test_result_types_are_the_declared_ones(engine: Engine[Any]) -> None:
    probes = PROBES["beside nulls"]
    schema = engine.collect(projection(probes)).schema
    for probe in probes:
        value = next(value for value in probe.expected if value is not None)
        kind = TYPE_OF.get(type(value)) or ("timestamp" if hasattr(value, "hour") else "date")
        assert schema.field(probe.name).type == ARROW[kind], probe.expression


def test_case_takes_the_first_branch_that_is_true(engine: Engine[Any]) -> None:
    names = {what: f"c{number}" for number, what in enumerate(CHOICES)}
    columns = tuple((names[what], expression) for what, (expression, _) in CHOICES.items())
    rows = collected(engine, Project(inline(COLUMNS, ROWS), (("id", Column("id")), *columns)))
    wrong = [
        f"{what}: got {[row[place] for row in rows]}, expected {expected}"
        for place, (what, (_, expected)) in enumerate(CHOICES.items(), 1)
        if not all(identical(row[place], value) for row, value in zip(rows, expected, strict=True))
    ]
    assert not wrong, "\n".join(wrong)


def test_the_engine_has_every_primitive_and_no_other(engine_name: str) -> None:
    module = reference if engine_name == PLAIN else import_module(f"{ENGINES[engine_name]}.expressions")
    tables = [value for name, value in vars(module).items() if name.isupper() and isinstance(value, dict)]
    known = {name for table in tables for name in table if isinstance(name, str)}
    assert set(PRIMITIVES) <= known
    assert set(module.PRIMITIVES) <= set(PRIMITIVES)
