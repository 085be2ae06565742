"""Rows of a source are known nearly, from sizes, or exactly, from footers; its rows are never read."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crossover.sources.extent import Extent, extent_of_csv, extent_of_parquet


def test_rows_of_csv_files_come_from_their_mean_line(tmp_path: Path) -> None:
    for name, count in (("a", 1000), ("b", 3000)):
        (tmp_path / f"{name}.csv").write_text("id;word\n" + "".join(f"{n:04d};abc\n" for n in range(count)), encoding="utf-8")
    found = extent_of_csv(sorted(tmp_path.glob("*.csv")), ";")
    assert found.rows == pytest.approx(4000, rel=0.01)
    assert found.bytes == 2 * 8 + 4000 * 9
    assert found.text == pytest.approx(4.5)


@pytest.mark.parametrize("text", ["", "id\n"])
def test_a_csv_without_rows_has_none(text: str, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(text, encoding="utf-8")
    assert extent_of_csv([file], ",") == Extent(0, len(text))


def test_rows_of_parquet_files_stand_in_their_footers(tmp_path: Path) -> None:
    for name, count in (("a", 10), ("b", 32)):
        pq.write_table(pa.table({"id": range(count)}), tmp_path / f"{name}.parquet")
    files = sorted(tmp_path.glob("*.parquet"))
    assert extent_of_parquet(files) == Extent(42, sum(file.stat().st_size for file in files))
