"""A column that nobody reads is never gathered; one that is read is gathered once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from crossover.engines.pandas import frames, relations
from crossover.engines.pandas.frames import Column, Frame, Index, frame_from_arrow, frame_to_arrow
from crossover.engines.pandas.vectors import Vector, from_arrow, to_arrow
from crossover.language.tree import Column as ColumnExpression
from crossover.language.tree import call, literal
from crossover.relations.nodes import Filter, InlineTable, Scan

SCAN = Scan(InlineTable(pa.table({})), ())


@pytest.fixture
def gathers(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Row counts of all gathers made in a test."""
    made: list[int] = []
    original = Vector.take

    def counting(self: Vector, positions: np.ndarray, optional: bool) -> Vector:
        made.append(len(positions))
        return original(self, positions, optional)

    monkeypatch.setattr(frames.Vector, "take", counting)
    return made


def numbers() -> Frame:
    return frame_from_arrow(pa.table({"a": [1, 2, 3, 4, 5, 6], "b": [1.0, None, 3.0, 4.0, 5.0, 6.0], "s": list("uvwxyz")}))


def above(limit: int) -> Filter:
    return Filter(SCAN, call("less", literal(limit), ColumnExpression("a")))


def test_filters_gather_only_what_is_read_and_from_the_first_table(gathers: list[int]) -> None:
    twice = relations.filtered(above(4), relations.filtered(above(2), numbers()))
    # the second condition read `a` after the first filter
    assert gathers == [4]
    assert twice["b"].data.tolist() == [5.0, 6.0]
    assert gathers == [4, 2]
    assert twice["b"] is twice["b"]
    assert gathers == [4, 2]


def test_a_filter_that_keeps_all_rows_gives_its_input() -> None:
    table = numbers()
    assert relations.filtered(above(0), table) is table


def test_rows_that_are_missing_are_null_through_several_gathers() -> None:
    table = numbers()
    left = Frame(3, table.gathered(Index(np.array([5, -1, 0]), optional=True)))
    again = Frame(4, left.gathered(Index(np.array([2, -1, 1, 0]), optional=True)))
    assert frame_to_arrow(again).to_pydict() == {"a": [1, None, None, 6], "b": [1.0, None, None, 6.0], "s": ["u", None, None, "z"]}


def test_rows_of_an_empty_table_are_null() -> None:
    empty = frame_from_arrow(pa.table({"a": pa.array([], pa.int64()), "s": pa.array([], pa.string()), "f": pa.array([], pa.bool_())}))
    missing = Frame(2, empty.gathered(Index(np.array([-1, -1]), optional=True)))
    assert frame_to_arrow(missing).to_pydict() == {"a": [None, None], "s": [None, None], "f": [None, None]}


def test_a_dictionary_that_repeats_or_holds_null_becomes_distinct() -> None:
    repeated = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2, None, 3], pa.int8()), pa.array(["a", "b", "a", None]))
    vector = from_arrow(repeated)
    assert vector.strings.values.to_pylist() == ["a", "b"]
    assert to_arrow(vector, 5).to_pylist() == ["a", "b", "a", None, None]


def test_chunks_with_dictionaries_of_their_own_become_one() -> None:
    chunks = pa.chunked_array([pa.array(["b", "a"]).dictionary_encode(), pa.array(["c", None, "a"]).dictionary_encode()])
    assert to_arrow(from_arrow(chunks), 5).to_pylist() == ["b", "a", "c", None, "a"]


def test_a_constant_column_has_one_value() -> None:
    constant = Vector(from_arrow(pa.array([7])).type, np.array([7]), constant=True)
    frame = Frame(3, {"c": Column(constant)})
    assert frame.take(np.array([0, 2]))["c"].data.tolist() == [7]
    assert frame_to_arrow(frame)["c"].to_pylist() == [7, 7, 7]
