"""What a source is made of: equal bytes give an equal digest, whatever the names and the order."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from crossover.core.errors import DataError
from crossover.language.types import INT
from crossover.sources.fingerprint import Inputs, describe
from crossover.sources.specification import CsvSource, SourceColumn


def described(path: Path, files: dict[str, bytes], limit: int = 1000) -> Inputs:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return describe(CsvSource("s", str(path), (SourceColumn("a", ("a",), INT),)), limit)


def test_files_are_listed_with_their_sizes_in_the_order_of_reading(tmp_path: Path) -> None:
    inputs = described(tmp_path, {"b.csv": b"a\n1\n", "a.csv": b"a\n"})
    assert [(file.name, file.bytes) for file in inputs.files] == [(f"{tmp_path}/a.csv", 2), (f"{tmp_path}/b.csv", 4)]
    assert (inputs.bytes, inputs.by) == (6, "content")


def test_the_digest_is_of_the_sorted_digests_of_the_files(tmp_path: Path) -> None:
    marks = sorted(hashlib.sha256(data).hexdigest() for data in (b"a\n", b"a\n1\n"))
    assert described(tmp_path, {"b.csv": b"a\n1\n", "a.csv": b"a\n"}).digest == hashlib.sha256("\n".join(marks).encode()).hexdigest()


def test_names_and_order_do_not_matter_and_bytes_do(tmp_path: Path) -> None:
    one = described(tmp_path / "1", {"a.csv": b"a\n1\n", "b.csv": b"a\n2\n"})
    other = described(tmp_path / "2", {"x.csv": b"a\n2\n", "y.csv": b"a\n1\n"})
    twice = described(tmp_path / "3", {"x.csv": b"a\n1\n", "y.csv": b"a\n1\n"})
    once = described(tmp_path / "4", {"x.csv": b"a\n1\n"})
    assert one.digest == other.digest
    assert len({one.digest, twice.digest, once.digest}) == 3


def test_beyond_the_limit_a_touched_file_is_another(tmp_path: Path) -> None:
    first = described(tmp_path, {"a.csv": b"a\n1\n"}, limit=3)
    os.utime(tmp_path / "a.csv", (1, 1))
    second = described(tmp_path, {}, limit=3)
    assert first.by == second.by == "names, sizes and times"
    assert first.digest != second.digest


def test_a_missing_source_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="source `s`: there is no file"):
        describe(CsvSource("s", str(tmp_path / "no.csv"), ()))
