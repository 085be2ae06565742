"""The same input has the same fingerprint, and other input another one."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xxhash

from crossover.core.errors import DataError, EngineError
from crossover.language.lower import lower
from crossover.language.parse import parse
from crossover.language.types import INT, Fact
from crossover.runs import fingerprint as fingerprint_module
from crossover.runs.fingerprint import check_unchanged, fingerprint, fingerprints, hash_json, stamps
from crossover.sources.specification import CsvSource, FileSource, ParquetSource, Partition, SourceColumn


def write(folder: Path, **contents: str) -> list[Path]:
    folder.mkdir()
    for name, content in contents.items():
        (folder / name).write_text(content)
    return [folder / name for name in contents]


def test_order_and_names_of_files_do_not_matter_but_content_does(tmp_path: Path) -> None:
    first = fingerprint(write(tmp_path / "1", a="x", b="yy"))
    assert fingerprint(write(tmp_path / "2", d="yy", c="x")) == first
    assert fingerprint(write(tmp_path / "3", a="x", b="yz")).digest != first.digest
    assert fingerprint(write(tmp_path / "4", a="xyy")).digest != first.digest
    assert (first.files, first.bytes, first.by) == (2, 3, "content")
    digests = sorted(xxhash.xxh3_128(content).hexdigest() for content in (b"x", b"yy"))
    assert first.digest == hashlib.sha256("\n".join(digests).encode()).hexdigest()


def test_a_source_too_big_to_be_read_twice_is_known_by_size_and_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint_module, "CONTENT_LIMIT", 2)
    files = write(tmp_path / "1", a="xyz")
    first = fingerprint(files)
    assert first.by == "names, sizes and times"
    files[0].write_text("xyzz")
    assert fingerprint(files).digest != first.digest


def test_beyond_the_limit_a_touched_file_is_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint_module, "CONTENT_LIMIT", 2)
    files = write(tmp_path / "1", a="xyz")
    first = fingerprint(files)
    os.utime(files[0], (1, 1))
    assert fingerprint(files).digest != first.digest


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to("/proc/self/mem")  # the system refuses its first byte, to root too
    with pytest.raises(DataError, match=r"source `s`: .* cannot be read: Input"):
        fingerprints({"s": CsvSource("s", str(tmp_path), (SourceColumn("a", ("a",), INT),))})


@pytest.mark.parametrize("change", ["another content", "added", "gone"])
def test_files_that_change_while_they_are_read_are_found_out(tmp_path: Path, change: str) -> None:
    files = write(tmp_path / "1", a="x,y", b="x,y")
    sources = {"s": CsvSource("s", str(tmp_path / "1"), (SourceColumn("x", ("x",), INT),))}
    before, inputs = stamps(sources), fingerprints(sources)
    os.utime(files[1], (1, 1))
    check_unchanged(sources, before, inputs)
    if change == "gone":
        files[0].unlink()
    else:
        (files[0] if change == "another content" else tmp_path / "1" / "c").write_text("x,y\n1,2")
    with pytest.raises(EngineError, match="source `s` was changed while it was read") as caught:
        check_unchanged(sources, before, inputs)
    assert caught.value.transient


def test_order_of_keys_means_nothing_and_order_of_lists_something() -> None:
    assert hash_json({"a": 1, "b": [1, 2]}) == hash_json({"b": [1, 2], "a": 1})
    assert hash_json({"a": [1, 2]}) != hash_json({"a": [2, 1]})
    assert hash_json({"a": 1}) != hash_json({"a": "1"})


def lake(folder: Path, *days: str, where: str | None = None) -> FileSource:
    for day in days:
        (folder / f"day={day}").mkdir(parents=True)
        pq.write_table(pa.table({"a": [1]}), folder / f"day={day}" / "a.parquet")
    condition = lower(parse(where), {"day": Fact(INT)}).expression if where else None
    return ParquetSource("s", str(folder), (SourceColumn("a", ("a",), INT),), partitions=(Partition("day", INT),), where=condition)


def test_the_values_of_partitions_count_and_files_left_out_do_not(tmp_path: Path) -> None:
    sources = {
        "first": lake(tmp_path / "first", "1"),
        "same": lake(tmp_path / "same", "01"),
        "other": lake(tmp_path / "other", "2"),
        "chosen": lake(tmp_path / "chosen", "1", "2", where="day = 1"),
    }
    found = fingerprints(sources)
    assert list(found) == ["chosen", "first", "other", "same"]
    assert found["first"] == found["same"] == found["chosen"]
    assert found["first"].digest != found["other"].digest


def test_parquet_files_are_checked_before_an_engine_starts(tmp_path: Path) -> None:
    source = lake(tmp_path, "1")
    (tmp_path / "day=1" / "b.parquet").write_text("no")
    with pytest.raises(DataError, match=r"b\.parquet is no Parquet file"):
        fingerprints({"s": source})
