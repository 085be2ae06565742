"""Check on every engine: rows go on unchanged, or the run stops with examples of what nothing is made for."""

from __future__ import annotations

from typing import Any

import pytest

from crossover.core.errors import DataError
from crossover.engines.base import Engine
from crossover.language.tree import Column
from crossover.relations.nodes import Aggregate, AggregateCall, Check, Materialise, Project, Union
from crossover.relations.prune import prune
from tests.tables import collected, inline

N = None
COLUMNS = "zone string, others int, example string"
GOOD: list[tuple[Any, ...]] = [("a", 0, N), (N, 0, N)]


def checked(rows: list[tuple[Any, ...]]) -> Check:
    return Check(Materialise(inline(COLUMNS, rows), "zones", "checked"), "others", "example", "hour", "test.yaml:7:5: pivot")


def refusal(engine: Engine[Any], relation: Any) -> DataError:
    with pytest.raises(DataError) as caught:
        engine.collect(relation)
    return caught.value


def test_rows_go_on_unchanged(engine: Engine[Any]) -> None:
    assert collected(engine, checked(GOOD)) == GOOD
    assert collected(engine, checked([])) == []


def test_values_that_nothing_is_made_for_are_shown_the_most_frequent_first(engine: Engine[Any]) -> None:
    rows = [*GOOD, ("b", 1, "24"), ("c", 3, "25"), ("d", 1, N), ("e", 1, "24"), ("f", 1, "26")]
    error = refusal(engine, checked(rows))
    assert str(error).splitlines()[0] == "test.yaml:7:5: pivot: `hour` has values that are not in `values`"
    assert error.notes[0] == "for example: 25, 24, 26"
    assert refusal(engine, checked([("d", 1, N)])).notes[0] == "for example: null"


def test_rows_are_checked_whatever_is_read_of_them(engine: Engine[Any]) -> None:
    only = Project(checked([("b", 1, "24")]), (("zone", Column("zone")),))
    refusal(engine, prune([only])[only])
    count = Aggregate(checked([("b", 1, "24")]), (), (("rows", AggregateCall("count_rows")),))
    refusal(engine, prune([count])[count])


def test_what_is_checked_is_computed_once(engine: Engine[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[Materialise] = []
    compute = engine.materialise

    def counting(node: Materialise, input: Any) -> Any:
        computed.append(node)
        return compute(node, input)

    monkeypatch.setattr(engine, "materialise", counting)
    check = checked(GOOD)
    assert collected(engine, Union((check, check))) == [("a", 0, N), ("a", 0, N), (N, 0, N), (N, 0, N)]
    assert collected(engine, check) == GOOD
    assert len(computed) == 1
    assert isinstance(check.input, Materialise)
    engine.release(check.input)
