"""Queries stay lazy, are computed once, and keep the errors that are raised inside them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crossover.core.errors import DataError
from crossover.engines.base import EngineOptions
from crossover.language.tree import Column, call, literal
from crossover.language.types import DOUBLE, INT
from crossover.relations import nodes
from crossover.relations.nodes import (
    Aggregate,
    AggregateCall,
    AsOfJoin,
    Filter,
    Join,
    Materialise,
    Order,
    Project,
    Rows,
    Scan,
    Union,
    Window,
)
from crossover.sources import csv
from crossover.sources.specification import CsvSource, SourceColumn
from tests.tables import collected, inline

pytest.importorskip("polars")

from crossover.engines.polars import open_engine
from crossover.engines.polars.session import PolarsEngine


@pytest.fixture
def polars() -> Iterator[PolarsEngine]:
    with open_engine(EngineOptions()) as engine:
        assert isinstance(engine, PolarsEngine)
        yield engine


@pytest.fixture
def file(tmp_path: Path) -> CsvSource:
    (tmp_path / "trips.csv").write_text("id,fare,day\n1,2.5,a\n2,x,a\n3,,b\n4,4.5,a\n")
    columns = (SourceColumn("id", ("id",), INT), SourceColumn("fare", ("fare",), DOUBLE))
    return CsvSource("trips", str(tmp_path / "trips.csv"), columns)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that were read, in order."""
    paths: list[str] = []
    read = csv.read

    def noted(source: CsvSource, columns: Any) -> Any:
        paths.append(source.path)
        return read(source, columns)

    monkeypatch.setattr(csv, "read", noted)
    return paths


def test_a_file_is_scanned_with_its_misfits(polars: PolarsEngine, file: CsvSource) -> None:
    scan = Scan(file, ("id", "fare", nodes.ROW, nodes.RAW))
    assert collected(polars, scan) == [(1, 2.5, 2, None), (3, None, 4, None), (4, 4.5, 5, None), (None, None, 3, "2,x,a")]


def test_rows_of_a_file_are_counted_without_its_columns(polars: PolarsEngine, file: CsvSource) -> None:
    count = Aggregate(Scan(file, ("id",)), (), (("rows", AggregateCall("count_rows")),))
    assert collected(polars, count) == [(4,)]


def test_nothing_is_read_until_a_result_is_asked_for(polars: PolarsEngine, file: CsvSource, reads: list[str]) -> None:
    kept = Materialise(Filter(Scan(file, ("id", "fare")), call("less", literal(2), Column("id"))), "trips", "test")
    assert "CSV" in polars.explain(Join(kept, kept, "left", (("id", "id"),), (("fare", "other"),)))
    assert reads == []
    assert collected(polars, kept) == [(3, None), (4, 4.5)]
    assert len(reads) == 1


def test_a_source_that_a_query_mentions_twice_is_read_once(polars: PolarsEngine, file: CsvSource, reads: list[str]) -> None:
    scan = Scan(file, ("id", "fare"))
    both = Union((Filter(scan, call("less", Column("id"), literal(3))), scan))
    assert len(collected(polars, both)) == 1 + 4
    assert len(reads) == 1


def test_what_is_materialised_is_read_once_and_again_after_its_release(polars: PolarsEngine, file: CsvSource, reads: list[str]) -> None:
    kept = Materialise(Scan(file, ("id",)), "trips", "test")
    assert collected(polars, kept) == collected(polars, kept) == [(1,), (3,), (4,), (None,)]
    assert len(reads) == 1
    polars.release(kept)
    assert len(collected(polars, kept)) == 4
    assert len(reads) == 2


def test_windows_on_windows_compute_each_once(polars: PolarsEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    from crossover.engines.polars import ranges, windows

    runs: list[int] = []
    reduced = ranges.reduced

    def noted(*arguments: Any) -> Any:
        runs.append(1)
        return reduced(*arguments)

    monkeypatch.setattr(windows, "reduced", noted)
    table: nodes.Relation = inline("k string, t timestamp, v int", [("a", datetime(2024, 1, number), number) for number in range(1, 6)])
    for depth in range(5):
        table = AsOfJoin(table, table, (("k", "k"),), "t", "t", ((f"seen_{depth}", AggregateCall("sum", "v")),), None, ("v",))
    assert collected(polars, table)[4][3:] == (10,) * 5
    assert len(runs) == 5


def test_a_filter_behind_a_window_does_not_go_before_it(polars: PolarsEngine) -> None:
    window = Window(inline("k string, n int", [("a", 1), ("a", 2), ("b", 3)]), (), (Order("n"),), (("so_far", AggregateCall("sum", "n")),), Rows(None))
    assert collected(polars, Filter(window, call("equal", Column("k"), literal("b")))) == [("b", 3, 6)]
    whole = Window(window.input, (), (), (("all", AggregateCall("sum", "n")),))
    assert collected(polars, Filter(whole, call("equal", Column("n"), literal(1)))) == [("a", 1, 6)]


def test_a_filter_behind_a_join_does_not_hide_keys_that_are_not_unique(polars: PolarsEngine) -> None:
    left, right = inline("k int", [(1,), (2,)]), inline("k int, v int", [(2, 5), (2, 6), (1, 7)])
    join = Join(left, right, "inner", (("k", "k"),), (("v", "v"),), "many_to_one", ("trips", "zones"))
    for relation in (join, Filter(join, call("equal", Column("v"), literal(7))), Aggregate(join, (), (("n", AggregateCall("count_rows")),))):
        with pytest.raises(DataError) as caught:
            polars.collect(relation)
        assert caught.value.message.startswith("join of trips and zones")
        assert caught.value.notes[0].startswith("k=2: 2 rows")


def test_an_error_inside_a_query_stays_what_it_is_when_files_are_written(polars: PolarsEngine, tmp_path: Path) -> None:
    twice = inline("k int", [(1,), (1,)])
    join = Join(twice, twice, "left", (("k", "k"),), (), "many_to_one", ("trips", "zones"))
    with pytest.raises(DataError, match="k=1: 2 rows"):
        polars.write(join, tmp_path / "out")
    with pytest.raises(DataError, match="k=1: 2 rows"):
        polars.quantiles(Project(join, (("x", call("int_to_double", Column("k"))),)), {"x": (0.5,)})


def test_a_missing_file_is_the_error_of_the_reader(polars: PolarsEngine, tmp_path: Path) -> None:
    source = CsvSource("trips", str(tmp_path / "nowhere.csv"), (SourceColumn("id", ("id",), INT),))
    with pytest.raises(DataError, match=r"nowhere\.csv"):
        polars.collect(Scan(source, ("id",)))


def test_a_constant_divides_like_a_column(polars: PolarsEngine) -> None:
    """Whatever Polars does with constants: 1234.6 / 100 is not 1234.6 * 0.01 in its last bit for some numbers."""
    numbers = [float(number) + 0.1 for number in range(1, 500)]
    assert any(number * (1 / 100) != number / 100 for number in numbers)
    table = inline("n double", [(number,) for number in numbers])
    by_literal = Project(table, (("n", Column("n")), ("q", call("divide", Column("n"), literal(100.0)))))
    constant = Project(table, (("n", Column("n")), ("c", literal(100.0))))
    by_constant = Project(constant, (("n", Column("n")), ("q", call("divide", Column("n"), Column("c")))))
    for relation in (by_literal, by_constant):
        beside_window = Window(relation, (), (Order("n"),), (("place", AggregateCall("row_number")),))
        for answer in (collected(polars, relation), collected(polars, beside_window)):
            assert [row[1] for row in answer] == [number / 100 for number in numbers]


@pytest.mark.slow
def test_relations_run_without_pandas_and_without_scikit_learn() -> None:
    program = """
import sys
import polars as pl
from crossover.engines.base import EngineOptions
from crossover.engines.registry import open_engine
from crossover.language.tree import Column, call, literal
from crossover.relations.nodes import AggregateCall, InlineTable, Order, Project, Rows, Scan, Window
table = pl.DataFrame({"k": ["a", "b", None], "n": [1, 2, 3]}).to_arrow(compat_level=pl.CompatLevel.oldest())
with open_engine("polars", EngineOptions(parallelism=1)) as engine:
    shares = Project(Scan(InlineTable(table), ("k", "n")), (("n", Column("n")), ("u", call("hash_share", literal("s"), Column("k")))))
    window = Window(shares, (), (Order("n"),), (("sum", AggregateCall("sum", "u")),), Rows(None))
    assert engine.collect(window).num_rows == 3
    assert engine.quantiles(shares, {"u": (0.5,)})["u"][0] > 0
print(sorted({"pandas", "sklearn"} & set(sys.modules)))
"""
    assert output_of(program) == "[]"


@pytest.mark.slow
@pytest.mark.parametrize("train", ["{kind: k_means, k: 2, starts: 1}", "{kind: logistic_regression, l2: 0.1}"])
def test_a_command_of_its_own_process_loads_no_pandas(train: str, tmp_path: Path) -> None:
    rows = "".join(f"{number},{number % 7},{number % 3 == 0}\n" for number in range(60))
    (tmp_path / "rows.csv").write_text(f"id,x,late\n{rows}", encoding="utf-8")
    label = "    label: late\n" if "logistic" in train else ""
    (tmp_path / "shop.yaml").write_text(
        f"pipeline: shop\nsources:\n  rows:\n    path: {tmp_path}/rows.csv\n    key: [id]\n"
        "    columns: {id: int, x: double, late: boolean}\n    outcomes: [late]\n"
        f"models:\n  found:\n    from: rows\n{label}    inputs:\n      - columns: [x]\n    train: {train}\n",
        encoding="utf-8",
    )
    program = f"""
import sys
from crossover.cli.main import main
sys.argv = ["crossover", "run", {str(tmp_path / "shop.yaml")!r}, "--engine", "polars", "--runs", {str(tmp_path / "runs")!r}, "--json"]
code = main()
print(code, sorted({{"polars", "pandas"}} & set(sys.modules)))
"""
    assert output_of(program).splitlines()[-1] == "0 ['polars']"


@pytest.mark.slow
def test_parallelism_is_the_number_of_threads() -> None:
    program = """
from crossover.engines.base import EngineOptions
from crossover.engines.registry import open_engine
with open_engine("polars", EngineOptions(parallelism=3)) as engine:
    import pyarrow
    print(engine.parallelism, pyarrow.cpu_count())
"""
    # Arrow's threads parse CSV
    assert output_of(program) == "3 3"


def output_of(program: str) -> str:
    """Return what a program prints in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name != "POLARS_MAX_THREADS"}
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120, env=environment)
    assert found.returncode == 0, found.stderr
    return found.stdout.strip()
