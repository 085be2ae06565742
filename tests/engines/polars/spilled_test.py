"""A large CSV source is kept in files, and a query of them gives what reading it gives."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from crossover.core.errors import DataError, EngineError
from crossover.engines.base import EngineOptions
from crossover.engines.polars import sources
from crossover.engines.polars.session import PolarsEngine
from crossover.engines.polars.spilled import PREFIX, spill
from crossover.language.tree import Call, Column
from crossover.language.types import INT, Fact
from crossover.relations.nodes import FILE, RAW, REASON, ROW, Filter, Materialise, Project, Scan, Union
from crossover.sources.csv import read
from crossover.sources.specification import CsvSource
from tests.sources.dirty import COLUMNS, dirty_csv

HIDDEN = (FILE, ROW, REASON, RAW)
ALL = (*(each.name for each in COLUMNS), *HIDDEN)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for what does not stay in memory, which is everything."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(sources, "CAPABILITIES", replace(sources.CAPABILITIES, spills_from=0))
    return folder


@pytest.fixture
def engine(temporary: Path) -> Iterator[PolarsEngine]:
    del temporary
    with PolarsEngine(EngineOptions()) as found:
        yield found


def source_of(folder: Path, noise: list[float]) -> CsvSource:
    """Files of a folder with more or less noise; where there is none, no row is broken, and no cell is odd."""
    found = [
        dirty_csv(seed, folder / f"{seed}.csv", columns=COLUMNS, odd=each / 2, noise=each, name="visits") for seed, each in enumerate(noise)
    ]
    return replace(found[0].source, path=str(folder / "*.csv"))


def kept_of(source: CsvSource, columns: tuple[str, ...] = ALL) -> Materialise:
    return Materialise(Scan(source, columns), source.name, "test")


@pytest.mark.parametrize("noise", [[0.0], [0.0, 0.1, 0.0], [0.1, 0.0], [0.0, 0.0, 0.3, 0.3]])
def test_it_is_what_was_read_in_the_same_order(engine: PolarsEngine, temporary: Path, tmp_path: Path, noise: list[float]) -> None:
    source = source_of(tmp_path, noise)
    found = engine.collect(kept_of(source))
    assert next(temporary.glob(f"{PREFIX}*/*.arrow"))
    expected = read(source, ALL)
    assert found.num_rows > 30 * len(noise)
    assert found.to_pylist() == expected.to_pylist()


def test_a_query_reads_columns_and_rows_of_it_as_often_as_it_likes(engine: PolarsEngine, tmp_path: Path) -> None:
    source = source_of(tmp_path, [0.0, 0.2])
    kept = kept_of(source)
    broken = Filter(kept, Call("not", (Call("is_null", (Column(REASON),)),)))
    named = Project(broken, ((FILE, Column(FILE)), (ROW, Column(ROW))))
    expected = [{FILE: row[FILE], ROW: row[ROW]} for row in read(source, ALL).to_pylist() if row[REASON] is not None]
    assert expected
    assert engine.collect(named).to_pylist() == expected
    assert engine.collect(Union((named, named))).to_pylist() == expected * 2


def test_a_column_without_a_value_is_not_written_but_there(engine: PolarsEngine, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,name\n,\n,\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("id,name\n,b\n", encoding="utf-8")
    source = CsvSource("visits", str(tmp_path / "*.csv"), tuple(each for each in COLUMNS if each.name in ("id", "name")))
    kept = kept_of(source, ("id", "name", REASON))
    assert engine.collect(kept).to_pylist() == [{"id": None, "name": name, REASON: None} for name in (None, None, "b")]
    assert engine.evaluate(kept).absent == {REASON}


def test_a_source_without_rows_has_none(engine: PolarsEngine, temporary: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,name\n", encoding="utf-8")
    source = CsvSource("visits", str(tmp_path / "a.csv"), tuple(each for each in COLUMNS if each.name in ("id", "name")))
    assert engine.collect(kept_of(source, ("id", "name"))).to_pylist() == []
    assert not list(temporary.iterdir())


def test_its_files_go_with_its_last_reader_and_with_the_engine(temporary: Path, tmp_path: Path) -> None:
    source = source_of(tmp_path, [0.0])
    first, second = kept_of(source), kept_of(source, ("id", ROW))
    with PolarsEngine(EngineOptions()) as engine:
        engine.collect(first)
        engine.collect(second)
        assert len(list(temporary.iterdir())) == 2
        engine.release(first)
        assert len(list(temporary.iterdir())) == 1
    assert not list(temporary.iterdir())


def test_nothing_is_left_of_a_source_that_is_broken_off(temporary: Path) -> None:
    def parts() -> Iterator[pa.Table]:
        yield pa.table({"id": [1, 2]})
        assert list(temporary.glob("*/*.arrow"))
        raise DataError("visits.csv cannot be read: Input/output error")

    with pytest.raises(DataError, match="Input/output error"):
        spill(parts(), {"id": Fact(INT)})
    assert not list(temporary.iterdir())


def test_a_disk_that_takes_nothing_is_told_with_the_folder(engine: PolarsEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "full").write_text("", encoding="utf-8")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "full"))
    with pytest.raises(EngineError, match=r"cannot be kept in .*full: Not a directory") as told:
        engine.collect(kept_of(source_of(tmp_path, [0.0])))
    assert list(told.value.notes) == ["TMPDIR names the folder for what does not stay in memory"]
