"""The run folder: ids that sort by time, attempts that are private, folders that can be written."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from crossover.core.errors import ConfigError
from crossover.runs.folder import RUN_ID, RunFolder, new_run_id
from tests.runs.attempts import write_attempt


def test_run_ids_sort_by_time_and_are_names() -> None:
    ids = [new_run_id() for _ in range(50)]
    assert [each[:22] for each in ids] == sorted(each[:22] for each in ids)
    assert len(set(ids)) == 50
    assert all(RUN_ID.fullmatch(each) for each in ids)


def test_an_attempt_lists_its_files_without_hidden_and_marker_files(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, "flights")
    folder.prepare()
    attempt = write_attempt(folder, "a")
    for extra in ("_SUCCESS", ".part-0.parquet.crc"):
        (attempt.table("flights") / extra).write_bytes(b"")
    assert [str(each) for each in attempt.files()] == [
        "late/model.json",
        "log.jsonl",
        "record.json",
        "tables/flights/part-0.parquet",
        "tables/flights/part-1.parquet",
        "tables/flights.schema.json",
    ]


def test_tables_and_models_may_begin_with_an_underscore(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, "flights")
    folder.prepare()
    attempt = folder.new_attempt()
    for name in ("_late/model.json", "tables/_clean/part-0.parquet", "tables/_clean/_SUCCESS", "quarantine/_raw.parquet", "_spark/events"):
        (attempt.path / name).parent.mkdir(parents=True, exist_ok=True)
        (attempt.path / name).write_bytes(b"")
    assert [str(each) for each in attempt.files()] == ["_late/model.json", "quarantine/_raw.parquet", "tables/_clean/part-0.parquet"]


def test_a_full_disk_is_no_mistake_of_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> int:
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        RunFolder(tmp_path, "flights").prepare()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("in_the_way", ["runs", "runs/flights", "runs/flights/attempts", "runs/flights/commits"])
def test_a_file_in_place_of_a_folder_is_told_before_any_work(tmp_path: Path, in_the_way: str) -> None:
    place = tmp_path / in_the_way
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("")
    with pytest.raises(ConfigError, match=r"cannot write to the run folder `.*flights`: `.*` is a file") as caught:
        RunFolder(tmp_path / "runs", "flights").prepare()
    assert str(place) in caught.value.message


def test_an_attempt_cannot_leave_the_run_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no run id"):
        RunFolder(tmp_path, "flights").attempt("../../etc")


@pytest.mark.parametrize("name", ["tables", "scores", "quarantine", "_spark"])
def test_a_model_cannot_take_the_name_of_a_folder_of_the_attempt(tmp_path: Path, name: str) -> None:
    folder = RunFolder(tmp_path, "flights")
    folder.prepare()
    with pytest.raises(ConfigError, match=f"a model cannot be called `{name}`"):
        folder.new_attempt().model(name)
