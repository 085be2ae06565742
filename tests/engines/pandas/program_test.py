"""Expressions over several blocks of rows give what they give row by row, and share what they can."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

from crossover.engines.pandas import program as program_module
from crossover.engines.pandas.frames import Frame, frame_from_arrow, frame_to_arrow
from crossover.engines.pandas.program import Program
from crossover.engines.pandas.relations import project
from crossover.language.tree import Case, Column, Expression, Literal, call, literal
from crossover.language.types import STRING
from crossover.relations.nodes import InlineTable, Project, Scan

ROWS = 25


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program_module, "BLOCK", 4)


def frame() -> Frame:
    generator = np.random.default_rng(0)
    return frame_from_arrow(
        pa.table(
            {
                # nulls in some blocks only, so that blocks differ in what they have
                "n": pa.array([None if 9 <= row < 12 else row for row in range(ROWS)]),
                "x": pa.array([None if row > 20 else float(row) for row in range(ROWS)]),
                "s": pa.array([None if row < 5 else f"s{row % 3}" for row in range(ROWS)]),
                "r": pa.array([f"r{value}" for value in generator.integers(0, 4, ROWS)]),
                "flag": pa.array([None if row == 13 else row % 2 == 0 for row in range(ROWS)]),
            }
        )
    )


def projected(over: Frame, **columns: Expression) -> dict[str, list[object]]:
    scan = Scan(InlineTable(pa.table({})), ())
    return frame_to_arrow(project(Project(scan, tuple(columns.items())), over)).to_pydict()


def test_strings_of_every_block_end_in_one_dictionary() -> None:
    over = frame()
    s, r = frame_to_arrow(over)["s"].to_pylist(), frame_to_arrow(over)["r"].to_pylist()
    short = call("less", Column("n"), literal(7))
    got = projected(
        over,
        coalesced=call("coalesce", Column("s"), literal("none")),
        either=call("coalesce", Column("s"), Column("r")),
        chosen=Case(((short, Column("s")), (Column("flag"), literal("even"))), Literal(None, STRING)),
        joined=call("concat", Column("s"), literal("-"), Column("r")),
        upper=call("upper", call("coalesce", Column("s"), Column("r"))),
        number=call("int_to_string", Column("n")),
    )
    n = [None if 9 <= row < 12 else row for row in range(ROWS)]
    even = [None if row == 13 else row % 2 == 0 for row in range(ROWS)]
    assert got["coalesced"] == [value or "none" for value in s]
    assert got["either"] == [a or b for a, b in zip(s, r, strict=True)]
    assert got["upper"] == [(a or b).upper() for a, b in zip(s, r, strict=True)]
    assert got["joined"] == [a and f"{a}-{b}" for a, b in zip(s, r, strict=True)]
    assert got["number"] == [None if value is None else str(value) for value in n]
    assert got["chosen"] == [
        s[row] if value is not None and value < 7 else "even" if even[row] else None for row, value in enumerate(n)
    ]


def test_nulls_that_only_some_blocks_have_are_kept() -> None:
    got = projected(
        frame(),
        more=call("add", Column("n"), literal(1)),
        less=call("less", Column("x"), literal(3.0)),
        root=call("sqrt", Column("x")),
        filled=call("coalesce", Column("n"), literal(-1)),
    )
    assert got["more"] == [None if 9 <= row < 12 else row + 1 for row in range(ROWS)]
    assert got["less"] == [None if row > 20 else row < 3 for row in range(ROWS)]
    assert got["root"] == [None if row > 20 else math.sqrt(row) for row in range(ROWS)]
    assert got["filled"] == [-1 if 9 <= row < 12 else row for row in range(ROWS)]


def test_an_expression_that_stands_twice_is_one_step() -> None:
    program = Program()
    twice = call("multiply", Column("x"), Column("x"))
    program.value(call("add", twice, call("multiply", Column("x"), Column("x"))))
    assert len(program.steps) == 3


def test_calendar_fields_of_one_time_share_the_way_to_them() -> None:
    program = Program()
    for name in ("year", "month", "day", "weekday"):
        program.value(call(name, Column("t")))
    # the column, its days, their months, and the four
    assert len(program.steps) == 7


@pytest.mark.parametrize("row", [0, 3, 4, 24])
@pytest.mark.parametrize(
    ("function", "value"),
    [("add", 1.7e308), ("multiply", 1e200), ("exp", 1e5), ("power", 1e200)],
)
def test_a_value_that_is_not_finite_is_null_in_whichever_block(row: int, function: str, value: float) -> None:
    values = [1.0] * ROWS
    values[row] = value
    over = frame_from_arrow(pa.table({"x": values, "y": values}))
    x = Column("x")
    expression = call(function, x) if function == "exp" else call(function, x, call("add", x, literal(1.0)))
    got = projected(over, z=call("finite", expression))["z"]
    assert [place for place, cell in enumerate(got) if cell is None] == [row]


def test_without_a_flag_no_value_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    from crossover.engines.pandas import expressions

    original = expressions.PRIMITIVES["finite"]
    monkeypatch.setitem(expressions.PRIMITIVES, "finite", lambda vector: (looked.append(len(vector)), original(vector))[1])
    finite = call("finite", call("multiply", Column("x"), literal(1e300)))
    over = frame_from_arrow(pa.table({"x": [1.0] * 8}))
    assert projected(over, z=finite)["z"] == [1e300] * 8
    assert looked == []
    over = frame_from_arrow(pa.table({"x": [1.0] * 4 + [1e300] + [1.0] * 7}))
    assert projected(over, z=finite)["z"] == [1e300] * 4 + [None] + [1e300] * 7
    assert looked == [4]


@pytest.mark.parametrize("value", [0.5, 1.5, 2.5, 0.49999999999999994, 2.0**52 + 1, 2.0**51 + 0.5, 4503599627370495.5, 1e300])
def test_rounding_is_right_next_to_the_half(value: float) -> None:
    expected = float(math.floor(value) + (value - math.floor(value) >= 0.5))
    over = frame_from_arrow(pa.table({"x": [value, -value]}))
    assert projected(over, z=call("round_half_away", Column("x")))["z"] == [expected, -expected]
