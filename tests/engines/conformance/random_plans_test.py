"""Random plans, each engine against the plain loops: what relations do together."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import pytest

from crossover.engines.base import Engine
from crossover.relations.nodes import Materialise, Relation, inputs_of
from tests.conftest import shared
from tests.engines.conformance.plain import PlainEngine
from tests.engines.conformance.random_plans.plans import Planner, Table
from tests.same import differences
from tests.tables import Row, sort_key

pytestmark = pytest.mark.slow

PLANS = 60
EACH = 5
LENGTHS = (2, 4, 5)


@cache
def plan(number: int) -> tuple[Table, list[Row]]:
    """Return a plan and its rows by plain loops."""
    table = Planner(number).plan(number, LENGTHS[number % len(LENGTHS)])
    return table, by_key(table, PlainEngine().collect(table.relation).to_pylist())


def by_key(table: Table, records: list[dict[str, Any]]) -> list[Row]:
    """Return the columns in one order, the key first, and the rows sorted by it."""
    names = [*table.key, *sorted(set(table.kinds) - set(table.key))]
    return sorted((tuple(record[name] for name in names) for record in records), key=lambda row: sort_key(row[: len(table.key)]))


def nodes_of(relation: Relation) -> list[Relation]:
    return [relation, *(node for each in inputs_of(relation) for node in nodes_of(each))]


def described(relation: Relation) -> str:
    return " <- ".join(type(node).__name__ for node in nodes_of(relation))


@pytest.mark.parametrize("first", shared(range(0, PLANS, EACH)))
def test_engines_give_what_plain_loops_give(engine: Engine[Any], first: int) -> None:
    found = []
    for number in range(first, first + EACH):
        table, expected = plan(number)
        result = engine.collect(table.relation)
        assert result.column_names == list(table.kinds)
        names = [*table.key, *sorted(set(table.kinds) - set(table.key))]
        inexact = [place for place, name in enumerate(names) if name in table.inexact]
        for difference in differences(by_key(table, result.to_pylist()), expected, inexact)[:2]:
            found.append(f"plan {number}: {difference}; columns {names}: {described(table.relation)}")
        for node in nodes_of(table.relation):
            if isinstance(node, Materialise):
                engine.release(node)
    assert not found, "\n".join(found)


def test_every_relation_is_in_many_plans_that_have_rows() -> None:
    kinds: Counter[str] = Counter()
    for number in range(PLANS):
        table, expected = plan(number)
        assert len({row[: len(table.key)] for row in expected}) == len(expected), "the key of a plan is unique"
        if expected:
            kinds.update({type(node).__name__ for node in nodes_of(table.relation)})
    relations = {
        "Scan",
        "Project",
        "Filter",
        "Join",
        "Aggregate",
        "Window",
        "AsOfJoin",
        "FirstByKey",
        "TopN",
        "Union",
        "Materialise",
    }
    assert set(kinds) == relations
    assert min(kinds.values()) >= 8
