"""What nobody reads is left out, and what is left is whole."""

from __future__ import annotations

from crossover.language.tree import Column, call, literal
from crossover.relations.nodes import Aggregate, AggregateCall, AsOfJoin, Project, Relation
from crossover.relations.prune import prune, reached
from crossover.relations.schema import schema_of
from tests.tables import inline

ROWS = inline("a int, b int, t timestamp", [(1, 2, None)])


def projected(relation: Relation, *names: str) -> Project:
    return Project(relation, tuple((name, Column(name)) for name in names))


def test_a_projection_that_is_only_counted_keeps_what_its_first_column_reads() -> None:
    derived = Project(ROWS, (("sum", call("add", Column("b"), literal(1))), ("a", Column("a"))))
    counted = Aggregate(derived, (), (("rows", AggregateCall("count_rows")),))
    pruned = prune([counted])[counted]
    assert isinstance(pruned, Aggregate)
    assert list(schema_of(pruned.input)) == ["sum"]


def test_what_only_an_unused_look_back_reads_is_gone() -> None:
    """The look_back of `mean` is not used: neither is the column `b`, which its other side alone derives from."""
    seen = Project(ROWS, (("key", Column("b")), ("t", Column("t"))))
    looked = AsOfJoin(ROWS, projected(seen, "key", "t"), (("b", "key"),), "t", "t", (("mean", AggregateCall("count_rows")),))
    wanted = projected(looked, "a")
    pruned = prune([wanted])[wanted]
    assert list(schema_of(pruned)) == ["a"]
    assert seen not in reached([wanted])
    assert looked in reached([wanted])
