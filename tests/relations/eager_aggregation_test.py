"""An aggregate goes below the joins that its groups decide, and gives the rows that it gave above them."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from crossover.core.errors import DataError
from crossover.engines.base import Engine
from crossover.language.tree import Column, call, case, literal
from crossover.relations.eager_aggregation import aggregate_before_joining
from crossover.relations.graph import topological
from crossover.relations.nodes import Aggregate, AggregateCall, Filter, Join, Order, Project, Relation
from crossover.relations.prune import prune
from crossover.relations.schema import schema_of
from tests.engines.conformance.plain import PlainEngine
from tests.engines.conformance.random_plans.plans import Planner, Table
from tests.same import assert_same, differences
from tests.tables import collected, day, inline, rows_of

N = None
LINES = inline(
    "order int, product int, price double, returned int",
    [(1, 1, 2.0, 1), (1, 2, 3.0, N), (2, 1, 2.0, N), (2, 3, N, 2), (3, 1, 5.0, N), (N, 1, 7.0, 1), (N, 2, 1.0, N)],
    "lines",
)
ORDERS = inline(
    "order int, customer int, day date",
    [(1, 10, day("2024-01-05")), (2, N, N), (4, 10, day("2024-01-01")), (N, 11, day("2024-01-02"))],
    "orders",
)
PAID = (("order", Column("order")), ("customer", Column("customer")), ("day", Column("day")), ("paid", Column("price")))
CALLS = (
    ("paid", AggregateCall("sum", "paid")),
    ("rows", AggregateCall("count_rows")),
    ("on", AggregateCall("min", "day")),
    ("dated", AggregateCall("count", "day")),
    ("days", AggregateCall("count_distinct", "day")),
)


def joined(kind: Any = "inner", right: Relation = ORDERS, expect: Any = "many_to_one") -> Join:
    take = (("customer", "customer"), ("day", "day"))
    return Join(LINES, right, kind, (("order", "order"),), take, expect, ("lines", "orders"))


def per_order(below: Relation) -> Aggregate:
    return Aggregate(Project(below, PAID), ("customer", "order"), CALLS)


def rewritten(relation: Relation, *others: Relation) -> Relation:
    slim = prune([relation, *others])
    return aggregate_before_joining(slim.values())[slim[relation]]


def is_below(relation: Relation) -> bool:
    """Whether an aggregate lies below a join."""
    joins = [each for each in topological([relation]) if isinstance(each, Join)]
    return any(isinstance(each, Aggregate) for join in joins for each in topological([join.left]))


def test_an_inner_join_follows_the_aggregate(engine: Engine[Any]) -> None:
    plan = rewritten(per_order(joined()))
    assert is_below(plan)
    assert list(schema_of(plan)) == ["customer", "order", "paid", "rows", "on", "dated", "days"]
    expected = [(10, 1, 5.0, 2, day("2024-01-05"), 2, 1), (N, 2, 2.0, 2, N, 0, 0)]
    assert_same(collected(engine, plan), expected, inexact=[2])


def test_a_left_join_keeps_the_groups_without_a_match(engine: Engine[Any]) -> None:
    plan = rewritten(per_order(joined("left")))
    assert is_below(plan)
    expected = [(10, 1, 5.0, 2, day("2024-01-05"), 2, 1), (N, 2, 2.0, 2, N, 0, 0), (N, 3, 5.0, 1, N, 0, 0), (N, N, 8.0, 2, N, 0, 0)]
    assert_same(collected(engine, plan), expected, inexact=[2])


def test_several_joins_follow(engine: Engine[Any]) -> None:
    customers = inline("customer int, town string", [(10, "Ulm")], "customers")
    both = Join(joined(), customers, "left", (("customer", "customer"),), (("town", "town"),))
    columns = (*PAID, ("place", case(call("is_null", Column("town")), literal("?"), Column("town"))))
    aggregate = Aggregate(Project(both, columns), ("order", "place", "customer"), (("paid", AggregateCall("sum", "paid")),))
    plan = rewritten(aggregate)
    first = next(each for each in topological([plan]) if isinstance(each, Aggregate))
    assert not any(isinstance(each, Join) for each in topological([first]))
    assert_same(collected(engine, plan), [(1, "Ulm", 10, 5.0), (2, "?", N, 2.0)], inexact=[3])


def test_a_side_of_several_rows_is_still_refused(engine: Engine[Any]) -> None:
    twice = inline("order int, customer int, day date", [(1, 10, N), (1, 11, N)], "orders")
    plan = rewritten(per_order(joined(right=twice)))
    assert is_below(plan)
    with pytest.raises(DataError, match="1 key stands in more than one row of orders, expected many_to_one"):
        engine.collect(plan)


def other_groups() -> Relation:
    return Aggregate(Project(joined(), PAID), ("customer",), CALLS[:1])


def read_by_two() -> tuple[Relation, Relation]:
    lines = Project(joined(), PAID)
    return Aggregate(lines, ("customer", "order"), CALLS), lines


def mixed() -> Relation:
    mixture = (*PAID, ("both", call("equal", Column("customer"), Column("product"))))
    return Aggregate(Project(joined(), mixture), ("customer", "order"), (("both", AggregateCall("max", "both")),))


def added_up() -> Relation:
    return Aggregate(Project(joined(), PAID), ("order",), (("customers", AggregateCall("sum", "customer")),))


def ordered() -> Relation:
    return Aggregate(joined(), ("order",), (("first", AggregateCall("first", "price")),), (Order("day"), Order("product")))


def key_is_lost() -> Relation:
    changed = (*PAID[1:], ("order", call("add", Column("order"), literal(1))))
    return Aggregate(Project(joined(), changed), ("customer", "order"), CALLS)


def few_are_joined() -> Relation:
    return per_order(joined(right=Filter(ORDERS, call("equal", Column("customer"), literal(10)))))


def filtered_by_the_right() -> Relation:
    return per_order(Filter(joined(), call("is_null", Column("customer"))))


REFUSED = {
    "groups do not contain the join's key": other_groups,
    "a column reads both sides": mixed,
    "a sum over the right side": added_up,
    "an order by the right side": ordered,
    "the key is changed": key_is_lost,
    "the join takes rows out by intent": few_are_joined,
    "a filter on the right side": filtered_by_the_right,
    "rows may multiply": lambda: per_order(joined(expect="many_to_many")),
}


@pytest.mark.once
@pytest.mark.parametrize("reason", REFUSED)
def test_the_plan_stays_where(reason: str) -> None:
    plan = REFUSED[reason]()
    assert not is_below(rewritten(plan))


@pytest.mark.once
def test_a_join_that_others_read_stays_below() -> None:
    aggregate, lines = read_by_two()
    assert not is_below(rewritten(aggregate, lines))


def grouped_join(seed: int) -> tuple[Table, Relation]:
    """Return an aggregate of chance over one or two joins of chance, its groups holding the keys, and its rewritten form."""
    planner = Planner(seed)
    table = planner.source()
    keys: list[str] = []
    for _ in range(1 + seed % 2):
        table = planner.join(table)
        if isinstance(table.relation, Join):
            keys += [mine for mine, _ in table.relation.keys]
    for step in planner.chance.choices([planner.project, planner.filter], k=2):
        table = step(table)
    made = planner.aggregate(table)
    assert isinstance(made.relation, Aggregate)
    old = made.relation
    by = tuple(dict.fromkeys([*old.by, *keys]))
    calls = tuple((name, each) for name, each in old.calls if name not in by)
    order = tuple(Order(name) for name in table.key)
    relation = Aggregate(old.input, by, calls, order)
    kinds = {name: table.kinds[name] for name in by} | {name: made.kinds[name] for name, _ in calls}
    return Table(relation, kinds, by, made.inexact), rewritten(relation)


SEEDS = range(60)


@cache
def pushed() -> list[int]:
    return [seed for seed in SEEDS if is_below(grouped_join(seed)[1])]


@pytest.mark.parametrize("part", range(3))
def test_joins_of_chance_give_what_plain_loops_give_without(engine: Engine[Any], part: int) -> None:
    seeds = pushed()[part::3]
    found = []
    for seed in seeds[:2] if engine.capabilities.distributed else seeds:
        table, plan = grouped_join(seed)
        names = [*table.key, *(name for name in table.kinds if name not in table.key)]
        inexact = [place for place, name in enumerate(names) if name in table.inexact]
        expected = rows_of(PlainEngine().collect(table.relation).select(names))
        got = rows_of(engine.collect(plan).select(names))
        found += [f"seed {seed}: {each}" for each in differences(got, expected, inexact)[:2]]
    assert not found, "\n".join(found)


@pytest.mark.once
def test_many_joins_of_chance_follow() -> None:
    assert len(pushed()) >= 20
