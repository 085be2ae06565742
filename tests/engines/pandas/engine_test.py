"""What is pandas' own: exact rolling frames, sorted ties, wide keys, files, messages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crossover.core.errors import DataError
from crossover.engines.base import EngineOptions
from crossover.engines.pandas.session import PandasEngine
from crossover.relations.nodes import Aggregate, AggregateCall, AsOfJoin, InlineTable, Join, Order, Rows, Scan, Window
from tests.tables import collected, inline, moment


@pytest.fixture
def pandas_engine() -> Iterator[PandasEngine]:
    with PandasEngine(EngineOptions()) as engine:
        assert isinstance(engine, PandasEngine)
        yield engine


def scan(**columns: object) -> Scan:
    table = pa.table(columns)
    return Scan(InlineTable(table), tuple(table.column_names))


def test_rolling_spread_does_not_remember_an_outlier(pandas_engine: PandasEngine) -> None:
    # pandas' own rolling std is wrong by 6.6e-6 here
    generator = np.random.default_rng(0)
    fares = generator.gamma(2.0, 6.0, 3_000)
    fares[[100, 1_000]] = 429_490.29
    window = Window(scan(id=np.arange(3_000), x=fares), (), (Order("id"),), (("sd", AggregateCall("stddev", "x")),), Rows(10))
    rows = sorted(collected(pandas_engine, window))
    for place in range(1, 3_000):
        exact = float(np.std(fares[max(0, place - 9) : place + 1].astype(np.longdouble), ddof=1))
        assert abs(rows[place][2] - exact) <= 1e-13 * exact


def test_ties_are_broken_among_themselves(pandas_engine: PandasEngine) -> None:
    rows = [("a", 1, 3), ("a", 1, 1), ("a", 0, 9), ("b", 5, 2), ("a", 1, 2), ("b", 5, 1)]
    calls = (("n", AggregateCall("row_number")), ("r", AggregateCall("rank")))
    window = Window(inline("g string, t int, id int", rows), ("g",), (Order("t"),), calls, None, ("id",))
    assert collected(pandas_engine, window) == [
        ("a", 0, 9, 1, 1), ("a", 1, 1, 2, 2), ("a", 1, 2, 3, 2), ("a", 1, 3, 4, 2), ("b", 5, 1, 1, 1), ("b", 5, 2, 2, 1),
    ]  # fmt: skip


def test_windows_of_one_order_sort_once(pandas_engine: PandasEngine) -> None:
    table = inline("g int, t int", [(1, 2), (1, 1), (2, 5)])
    first = Window(table, ("g",), (Order("t"),), (("n", AggregateCall("row_number")),))
    second = Window(first, ("g",), (Order("t"),), (("before", AggregateCall("lag", "t")),))
    frame = pandas_engine.evaluate(second)
    assert len(frame.orders) == 1
    assert collected(pandas_engine, second) == [(1, 1, 1, None), (1, 2, 2, 1), (2, 5, 1, None)]


WIDE = [-(2**63), -(2**63) + 1, 0, 2**62, 2**63 - 2, 2**63 - 1]


def test_keys_that_fill_all_64_bits_join_and_group(pandas_engine: PandasEngine) -> None:
    left = scan(a=WIDE * 2, b=WIDE[::-1] * 2, n=list(range(12)))
    right = scan(c=WIDE, d=WIDE[::-1], hit=list(range(6)))
    joined = collected(pandas_engine, Join(left, right, "left", (("a", "c"), ("b", "d")), (("hit", "hit"),)))
    assert sorted(row[2:] for row in joined) == [(n, n % 6) for n in range(12)]
    groups = collected(pandas_engine, Aggregate(left, ("a", "b"), (("rows", AggregateCall("count_rows")),)))
    assert groups == [(value, other, 2) for value, other in zip(WIDE, WIDE[::-1], strict=True)]


def test_a_time_between_the_hours_of_the_other_side_matches_nothing(pandas_engine: PandasEngine) -> None:
    hours = [moment("2013-01-01 05:00:00"), moment("2013-01-01 06:00:00")]
    left = [(1, hours[0]), (2, moment("2013-01-01 05:00:00.000001")), (3, moment("2013-01-01 07:00:00")), (4, hours[1])]
    join = Join(inline("id int, t timestamp", left), inline("h timestamp, v int", [(hours[0], 10), (hours[1], 20)]), "left",
                (("t", "h"),), (("v", "v"),))  # fmt: skip
    assert [row[2] for row in collected(pandas_engine, join)] == [10, None, None, 20]


def test_a_join_that_multiplies_shows_three_keys_at_most(pandas_engine: PandasEngine) -> None:
    right = inline("k int, v int", [(key, copy) for key in range(5) for copy in range(2)])
    with pytest.raises(DataError) as caught:
        pandas_engine.collect(Join(inline("k int", [(1,)]), right, "left", (("k", "k"),), (("v", "v"),)))
    assert "5 keys" in str(caught.value)
    assert str(caught.value).count("k=") == 3


def test_an_as_of_join_sees_what_a_loop_sees_to_the_microsecond(pandas_engine: PandasEngine) -> None:
    generator = np.random.default_rng(1)
    at, known = generator.integers(0, 300, 80), generator.integers(0, 300, 90)
    groups, others = generator.integers(0, 4, 80), generator.integers(0, 4, 90)
    left = scan(id=np.arange(80), g=groups, at=pa.array(at, pa.timestamp("us")))
    right = scan(g=others, known=pa.array(known, pa.timestamp("us")), key=np.arange(90), x=known * 0.5)
    calls = tuple((name, AggregateCall(name, "x")) for name in ("count", "sum", "last", "max"))
    got = collected(pandas_engine, AsOfJoin(left, right, (("g", "g"),), "at", "known", calls, 40, ("key",)))
    for row, (_, _, _, count, total, last, largest) in enumerate(got):
        seen = sorted(known[(others == groups[row]) & (known < at[row]) & (known >= at[row] - 40)].tolist())
        halves = [value * 0.5 for value in seen]
        assert (count, last, largest) == (len(seen), *(halves[-1:] or [None]) * 2)
        assert total == (sum(halves) if seen else None)


def test_files_have_checksums_and_plain_types(pandas_engine: PandasEngine, tmp_path: Path) -> None:
    table = inline("s string, on date, at timestamp, n int", [("a", None, moment("2024-01-01"), 1), (None, None, None, None)])
    (written,) = pandas_engine.write(table, tmp_path / "out")
    path = tmp_path / "out" / written.name
    assert (written.rows, written.bytes) == (2, path.stat().st_size)
    read = pq.read_table(path, page_checksum_verification=True)
    assert read.schema.types == [pa.string(), pa.date32(), pa.timestamp("us"), pa.int64()]
    assert sorted(read["n"].to_pylist(), key=str) == [1, None]
    column = pq.read_metadata(path).row_group(0).column(3)
    assert column.compression == "ZSTD"
    assert column.statistics.null_count == 1


def test_quantiles_are_linear_and_ignore_nulls(pandas_engine: PandasEngine) -> None:
    table = inline("x double, none double", [(1.0, None), (None, None), (2.0, None), (4.0, None)])
    found = pandas_engine.quantiles(table, {"x": (0.0, 0.25, 0.5, 1.0), "none": (0.5,)})
    assert found == {"x": (1.0, 1.5, 2.0, 4.0), "none": (None,)}


def test_explain_shows_each_relation_under_its_reader(pandas_engine: PandasEngine) -> None:
    table = inline("g int, t int", [])
    shown = pandas_engine.explain(Aggregate(Window(table, ("g",), (), ()), ("g",), ()))
    assert [line.split()[0] for line in shown.splitlines()] == ["Aggregate", "Window", "Scan"]
