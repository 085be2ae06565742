"""Which files a path means, and what is said where it means none."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossover.core.errors import DataError
from crossover.sources.files import display_name, resolve


@pytest.fixture(autouse=True)
def _tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("data/b.csv", "data/a.csv", "data/sub/c.csv", "data/_SUCCESS", "data/.a.csv.crc", "data/_temporary/d.csv", "data/x[1].csv", "empty/.keep"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("a\n")


@pytest.mark.parametrize(
    ("path", "files"),
    [
        ("data/a.csv", ["data/a.csv"]),
        ("./data/../data/a.csv", ["data/../data/a.csv"]),
        ("data", ["data/a.csv", "data/b.csv", "data/sub/c.csv", "data/x[1].csv"]),
        ("data/", ["data/a.csv", "data/b.csv", "data/sub/c.csv", "data/x[1].csv"]),
        ("data/*.csv", ["data/a.csv", "data/b.csv", "data/x[1].csv"]),
        ("data/?.csv", ["data/a.csv", "data/b.csv"]),
        ("data/[b-z].csv", ["data/b.csv"]),
        ("data/**/*.csv", ["data/a.csv", "data/b.csv", "data/sub/c.csv", "data/x[1].csv"]),
        ("data/x[1].csv", ["data/x[1].csv"]),
        ("data/_temporary/*", ["data/_temporary/d.csv"]),
        ("data/_SUCCESS", ["data/_SUCCESS"]),
    ],
)
def test_a_path_means_these_files(path: str, files: list[str]) -> None:
    assert [display_name(file) for file in resolve("s", path)] == files


def test_an_absolute_path_stays_absolute(tmp_path: Path) -> None:
    assert [display_name(file) for file in resolve("s", f"{tmp_path}/data/a.csv")] == [f"{tmp_path.as_posix()}/data/a.csv"]


@pytest.mark.parametrize(
    ("path", "message", "note"),
    [
        ("data/aa.csv", "source `s`: there is no file `data/aa.csv`; did you mean `data/a.csv`?", "data holds a.csv, b.csv, sub, x[1].csv"),
        ("dat/a.csv", "source `s`: there is no file `dat/a.csv`", "holds data, empty"),
        ("data/*.tsv", "source `s`: there is no file `data/*.tsv`", "data holds a.csv, b.csv, sub, x[1].csv"),
        ("empty", "source `s`: the folder `empty` holds no file", "looked in"),
        ("s3://bucket/a.csv", "source `s`: `s3://bucket/a.csv` is not on this machine's disk; only such files are read", ""),
    ],
)
def test_a_path_that_means_no_file_says_where_we_looked(path: str, message: str, note: str) -> None:
    with pytest.raises(DataError) as caught:
        resolve("s", path)
    assert caught.value.message == message
    assert note in "\n".join(caught.value.notes)


def test_a_compressed_file_is_refused() -> None:
    Path("data/z.csv.gz").write_bytes(b"")
    with pytest.raises(DataError, match=r"data/z\.csv\.gz is compressed, which is not read; unpack it first"):
        resolve("s", "data")
