"""What Spark is asked to do: exchanges, sorts and scans, as its physical plan shows them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from crossover.core.errors import DataError
from crossover.engines.base import Engine
from crossover.engines.spark.classic.keeping import kept_relation
from crossover.engines.spark.sources import IN_METHODS
from crossover.language.tree import Column, call, literal
from crossover.language.types import DOUBLE, INT, STRING, TIMESTAMP, Type
from crossover.relations.nodes import (
    REASON,
    Aggregate,
    AggregateCall,
    AsOfJoin,
    Join,
    Materialise,
    Order,
    Project,
    Relation,
    Rows,
    Scan,
    TimeRange,
    Window,
)
from crossover.sources.specification import CsvSource, SourceColumn
from tests.tables import collected, inline, moment

EVENTS = inline("id int, k string, at timestamp, x double", [(n, "ab"[n % 2], moment(f"2024-01-{n + 1:02} 00:00:00"), n / 2) for n in range(20)])
DAY = 86_400_000_000


def tree_of(engine: Engine[Any], relation: Relation) -> str:
    """Return the operators of a plan, without their details."""
    return engine.explain(relation).split("\n\n\n")[0]


def count(tree: str, operator: str) -> int:
    return len(re.findall(rf"[- ]{operator} \(", tree))


def test_a_group_and_its_windows_share_one_exchange_and_one_sort(spark_engine: Engine[Any]) -> None:
    order, total = (Order("at"),), AggregateCall("sum", "x")
    window = Window(EVENTS, ("k",), order, (("n", AggregateCall("row_number")), ("so_far", total), ("lag", AggregateCall("lag", "x"))), Rows(None), ("id",))
    again = Window(window, ("k",), order, (("last_three", AggregateCall("avg", "x")),), Rows(3), ("id",))
    tree = tree_of(spark_engine, again)
    assert count(tree, "Exchange") - round_robins(spark_engine, again) == 1
    assert count(tree, "Sort") == 1


def round_robins(engine: Engine[Any], relation: Relation) -> int:
    return engine.explain(relation).count("RoundRobinPartitioning")


@pytest.mark.parametrize(
    ("within", "calls"),
    [
        (None, ("count_rows", "last", "first", "avg")),
        (DAY, ("last",)),
        (DAY, ("last", "avg", "sum", "count", "first", "stddev")),
    ],
    ids=["all that was", "the last one", "the last day"],
)
def test_a_look_back_is_one_exchange_one_sort_one_window(spark_engine: Engine[Any], within: int | None, calls: tuple[str, ...]) -> None:
    wanted = tuple((function, AggregateCall(function, None if function == "count_rows" else "x")) for function in calls)
    join = AsOfJoin(EVENTS, EVENTS, (("k", "k"),), "at", "at", wanted, within, ("id",))
    text = spark_engine.explain(join)
    tree = tree_of(spark_engine, join)
    assert text.count("hashpartitioning") == 1
    assert count(tree, "Sort") == 1
    assert count(tree, "Window") == 1
    assert "Join" not in tree


def test_small_tables_are_broadcast(spark_engine: Engine[Any], settings: Any, tmp_path: Path) -> None:
    settings.set("spark.sql.autoBroadcastJoinThreshold", "-1")
    (tmp_path / "small.csv").write_text("k,name\na,one\nb,two\n", encoding="utf-8")
    source = CsvSource("small", str(tmp_path / "small.csv"), (SourceColumn("k", ("k",), INT), SourceColumn("name", ("name",), DOUBLE)))
    big = Project(Scan(source, ("k", "name")), (("id", Column("k")), ("name", Column("name"))))
    for right, key, take in ((EVENTS, "id", "x"), (big, "id", "name")):
        tree = tree_of(spark_engine, Join(EVENTS, right, "left", (("id", key),), ((take, "taken"),), "many_to_many"))
        assert count(tree, "BroadcastHashJoin LeftOuter BuildRight") == 1
        assert "SortMergeJoin" not in tree


def test_a_table_that_is_grouped_by_the_key_needs_no_check(spark_engine: Engine[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    grouped = Aggregate(EVENTS, ("k",), (("total", AggregateCall("sum", "x")),))
    renamed = Project(grouped, (("letter", Column("k")), ("total", Column("total"))))
    frame = spark_engine.evaluate(renamed)
    assert frame.is_unique(frozenset({"letter"}))
    assert frame.is_unique(frozenset({"letter", "total"}))
    assert not frame.is_unique(frozenset({"total"}))
    joined = spark_engine.evaluate(Join(EVENTS, renamed, "left", (("k", "letter"),), (("total", "total"),), "many_to_one"))
    assert not joined.is_unique(frozenset({"k"}))


def test_a_table_of_the_plan_is_looked_at_without_a_job(spark_engine: Engine[Any]) -> None:
    small = inline("letter string, fold int, mean double", [("a", 0, 1.0), ("a", 1, 2.0), ("b", 0, 3.0)])
    keyed = Project(EVENTS, (("k", Column("k")), ("fold", literal(0))))
    before = jobs(spark_engine)
    spark_engine.evaluate(Join(keyed, small, "left", (("k", "letter"), ("fold", "fold")), (("mean", "mean"),), "many_to_one"))
    assert jobs(spark_engine) == before
    with pytest.raises(DataError, match="letter"):
        spark_engine.evaluate(Join(keyed, small, "left", (("k", "letter"),), (("mean", "mean"),), "many_to_one"))
    assert jobs(spark_engine) > before


def test_nested_guards_do_not_double_the_plan(spark_engine: Engine[Any]) -> None:
    expression = Column("x")
    for _ in range(20):
        expression = call("positive", call("finite", call("add", expression, literal(1.0))))  # type: ignore[assignment]
    project = Project(EVENTS, (("id", Column("id")), ("y", expression)))
    assert len(spark_engine.explain(project)) < 40_000
    assert collected(spark_engine, project)[3] == (3, 21.5)


def test_a_sliding_window_of_time_is_one_window(spark_engine: Engine[Any]) -> None:
    window = Window(EVENTS, ("k",), (Order("at"),), (("s", AggregateCall("sum", "x")), ("f", AggregateCall("first", "x"))), TimeRange(DAY), ("id",))
    tree = tree_of(spark_engine, window)
    assert (count(tree, "Window"), count(tree, "Sort")) == (1, 1)


def test_what_is_materialised_is_computed_once_and_given_back(spark_engine: Engine[Any]) -> None:
    before = persisted(spark_engine)
    kept = Materialise(Project(EVENTS, (("id", Column("id")), ("y", call("add", Column("x"), literal(1.0))))), "kept", "a test")
    tree = tree_of(spark_engine, Aggregate(kept, (), (("n", AggregateCall("count_rows")),)))
    assert count(tree, "InMemoryTableScan") == 1
    assert len(persisted(spark_engine) - before) == 1
    spark_engine.release(kept)
    assert not persisted(spark_engine) - before


def test_a_kept_table_forgets_how_it_came_about(spark_engine: Engine[Any]) -> None:
    """Else each task that reads it is sent all that led to it."""
    kept = Materialise(Aggregate(EVENTS, ("k",), (("n", AggregateCall("count_rows")),)), "kept", "a test")
    doubled = Project(kept, (("k", Column("k")), ("twice", call("add", Column("n"), Column("n")))))
    assert sorted(collected(spark_engine, doubled)) == [("a", 20), ("b", 20)]
    lineage = lineage_of(spark_engine, doubled)
    assert "LocalCheckpointRDD" in lineage
    assert "ShuffledRowRDD" not in lineage
    assert sorted(collected(spark_engine, doubled)) == [("a", 20), ("b", 20)]
    spark_engine.release(kept)


def test_a_kept_table_is_read_by_its_rows_alone(spark_engine: Engine[Any]) -> None:
    """Else Spark has to know it again by its plan in every query, and may not: then it is computed anew."""
    kept = Materialise(Aggregate(EVENTS, ("k",), (("n", AggregateCall("count_rows")),)), "kept", "a test")
    doubled = Project(kept, (("k", Column("k")), ("twice", call("add", Column("n"), Column("n")))))
    analysed = str(spark_engine.evaluate(doubled).data._jdf.queryExecution().analyzed())
    assert "InMemoryRelation" in analysed
    spark_engine.release(kept)


def test_a_kept_source_is_computed_by_the_query_that_counts_it(spark_engine: Engine[Any], tmp_path: Path) -> None:
    for each in ("one", "other"):
        (tmp_path / f"{each}.csv").write_text("id\n1\n2\n")
    source = CsvSource("s", str(tmp_path), (SourceColumn("id", ("id",), INT),))
    kept = Materialise(Scan(source, ("id",)), "s", "a test")
    before = jobs(spark_engine)
    spark_engine.evaluate(kept)
    assert jobs(spark_engine) == before
    assert collected(spark_engine, Aggregate(kept, (), (("n", AggregateCall("count_rows")),))) == [(4,)]
    for path in tmp_path.iterdir():
        path.unlink()
    assert sorted(collected(spark_engine, kept)) == [(1,), (1,), (2,), (2,)]
    spark_engine.release(kept)


def test_a_kept_source_of_numbers_is_not_written_shorter(spark_engine: Engine[Any], tmp_path: Path) -> None:
    """It is read once more or twice, and trying to write it shorter takes more than that. Texts take too much room as they are."""
    rows = 20_000
    (tmp_path / "numbers.csv").write_text("id,word\n" + "7,seven\n" * rows)
    numbers, words = SourceColumn("id", ("id",), INT), SourceColumn("word", ("word",), STRING)
    assert bytes_kept(spark_engine, CsvSource("numbers", str(tmp_path), (numbers,)), ("id", REASON)) > 8 * rows
    assert bytes_kept(spark_engine, CsvSource("words", str(tmp_path), (numbers, words)), ("id", "word", REASON)) < 8 * rows


def bytes_kept(engine: Engine[Any], source: CsvSource, columns: tuple[str, ...]) -> int:
    """Return what the kept batches of a source take. What they say themselves is what they would take as they are."""
    kept = Materialise(Scan(source, columns), source.name, "a test")
    assert collected(engine, Aggregate(kept, (), (("n", AggregateCall("count_rows")),))) == [(20_000,)]
    frame = engine.evaluate(kept)
    rows = kept_relation(frame.data.sparkSession, frame.kept)
    # less than half a megabyte, and nothing but the bytes themselves tells how they were written
    batches = rows.cacheBuilder().cachedColumnBuffers().toJavaRDD().collect()
    engine.release(kept)
    return sum(len(column) for batch in batches for column in batch.buffers())


@pytest.mark.parametrize("type_", [INT, DOUBLE, TIMESTAMP], ids=str)
def test_java_compiles_what_reads_a_source(spark_engine: Engine[Any], tmp_path: Path, type_: Type) -> None:
    """Else it is read operator by operator, which takes half as much CPU again and more. Spark 3.5 does so in any case."""
    names = [f"c{number}" for number in range(IN_METHODS)]
    for each in ("one", "other"):
        (tmp_path / f"{each}.csv").write_text(",".join(names) + "\n")
    nulls = tuple(f"none {number}" for number in range(9))
    source = CsvSource("wide", str(tmp_path), tuple(SourceColumn(name, (name,), type_) for name in names), nulls=nulls)
    scan = Scan(source, (*names, REASON))
    if spark_engine.versions()["spark"].startswith("3."):
        assert count(tree_of(spark_engine, scan), "Expand") == 0
    else:
        assert longest_method(spark_engine, scan) < 8000


def longest_method(engine: Engine[Any], relation: Relation) -> int:
    """Return the bytes of the longest method that Spark writes, of which it makes one only."""
    frame = engine.evaluate(relation).data
    debug = getattr(frame.sparkSession._jvm, "org.apache.spark.sql.execution.debug.package$")
    written = getattr(debug, "MODULE$").codegenString(frame._jdf.queryExecution().executedPlan())
    (found,) = re.findall(r"maxMethodCodeSize:(\d+)", written)
    return int(found)


def lineage_of(engine: Engine[Any], relation: Relation) -> str:
    return str(engine.evaluate(relation).data._jdf.queryExecution().toRdd().toDebugString())


def jobs(engine: Engine[Any]) -> int:
    """Return how many jobs have begun, by the scheduler's own counter: the status store forgets all but the newest 1,000."""
    return int(engine.session.sparkContext._jsc.sc().dagScheduler().numTotalJobs())  # type: ignore[attr-defined]


def persisted(engine: Engine[Any]) -> set[int]:
    """Return the numbers of the RDDs that the process holds, those of other sessions too."""
    rdds = engine.session.sparkContext._jsc.getPersistentRDDs()  # type: ignore[attr-defined]
    return {int(number) for number in rdds}
