"""A commit is whole or is none; readers follow the pointer and notice what was changed from outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from crossover.core.errors import ConfigError, DataError, EngineError
from crossover.runs import commit as commit_module
from crossover.runs import durable
from crossover.runs.commit import REJECTED, check_files, commit, last_rejected, read_current, resolve_current
from crossover.runs.folder import RunFolder
from crossover.runs.published import commit_of
from tests.runs.attempts import committed, current_token, publication, write_attempt


def test_a_commit_lists_every_file_with_bytes_hash_and_rows(tmp_path: Path) -> None:
    folder, [made] = committed(tmp_path)
    now = read_current(folder)
    assert now == made
    assert {file.name: file.rows for file in made.files} == {
        "late/model.json": None,
        "record.json": None,
        "tables/flights/part-0.parquet": 3,
        "tables/flights/part-1.parquet": 3,
        "tables/flights.schema.json": None,
    }
    assert all(file.bytes > 0 and len(file.sha256) == 64 for file in made.files)
    check_files(folder, made)


def test_commits_are_numbered_and_know_their_parent(tmp_path: Path) -> None:
    folder, made = committed(tmp_path, ["a", "b", "c"])
    assert [(each.seq, each.parent) for each in made] == [(1, None), (2, 1), (3, 2)]
    assert current_token(folder) == "c"
    assert sorted(path.name for path in folder.commits.iterdir()) == ["000001.json", "000002.json", "000003.json"]


def test_a_rejected_run_is_recorded_and_current_stays(tmp_path: Path) -> None:
    folder, _ = committed(tmp_path, ["good"])
    made = commit(folder, write_attempt(folder, "bad"), publication(REJECTED))
    assert made.status == REJECTED
    assert current_token(folder) == "good"
    assert last_rejected(folder) == made
    commit(folder, write_attempt(folder, "better"), publication())
    assert last_rejected(folder) is None
    assert current_token(folder) == "better"


def test_other_rows_than_promised_are_never_committed(tmp_path: Path) -> None:
    folder, _ = committed(tmp_path, ["good"])
    attempt = write_attempt(folder, "doubled by a retry", promised=3)
    with pytest.raises(EngineError, match="holds 6 rows; 3 were promised"):
        commit(folder, attempt, publication())
    assert current_token(folder) == "good"
    assert len(list(folder.commits.iterdir())) == 1


def test_a_promised_table_that_was_not_written_is_never_committed(tmp_path: Path) -> None:
    folder, _ = committed(tmp_path, ["good"])
    attempt = write_attempt(folder, "lost")
    for part in attempt.table("flights").iterdir():
        part.unlink()
    with pytest.raises(EngineError, match="holds 0 rows; 6 were promised"):
        commit(folder, attempt, publication())


def test_a_truncated_parquet_file_is_never_committed(tmp_path: Path) -> None:
    folder, _ = committed(tmp_path, ["good"])
    attempt = write_attempt(folder, "cut")
    part = attempt.table("flights") / "part-1.parquet"
    part.write_bytes(part.read_bytes()[:-5])
    with pytest.raises(EngineError, match=r"part-1\.parquet` is no whole Parquet file"):
        commit(folder, attempt, publication())
    assert current_token(folder) == "good"


def test_a_commit_record_without_the_pointer_is_not_a_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = committed(tmp_path, ["good"])
    attempt = write_attempt(folder, "died before the swap")
    with monkeypatch.context() as patched:
        patched.setattr(commit_module, "_swap", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            commit(folder, attempt, publication())
    assert current_token(folder) == "good"
    made = commit(folder, write_attempt(folder, "next"), publication())
    assert (made.seq, made.parent) == (3, 1)
    assert current_token(folder) == "next"


def test_a_lost_reply_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = committed(tmp_path, ["good"])
    write = durable.write_json

    def written_but_no_reply(path: Path, value: dict[str, object]) -> None:
        write(path, value)
        raise OSError(5, "input/output error")

    monkeypatch.setattr(commit_module, "write_json", written_but_no_reply)
    made = commit(folder, write_attempt(folder, "new"), publication())
    assert read_current(folder) == made


def test_a_pointer_that_did_not_move_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = committed(tmp_path, ["good"])

    def no_room(path: Path, value: dict[str, object]) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(commit_module, "write_json", no_room)
    with pytest.raises(EngineError, match="could not be moved to commit 000002") as caught:
        commit(folder, write_attempt(folder, "new"), publication())
    assert caught.value.transient
    assert "no space left" in str(caught.value)
    assert current_token(folder) == "good"


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


# readers


def _remove(path: Path) -> None:
    path.unlink()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize(
    ("change", "said"), [(_remove, "is missing"), (_cut, "bytes; commit"), (_flip, "is not what commit 000001 wrote: SHA-256")]
)
@pytest.mark.parametrize("name", ["late/model.json", "tables/flights/part-0.parquet"])
def test_a_committed_file_changed_from_outside_is_refused_by_name(
    tmp_path: Path, change: Callable[[Path], None], said: str, name: str
) -> None:
    folder, [made] = committed(tmp_path)
    change(folder.attempts / made.run / name)
    with pytest.raises(DataError, match=said) as caught:
        check_files(folder, made)
    assert name in caught.value.message


def test_a_model_path_goes_through_the_pointer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder, made = committed(Path("runs"), ["old", "new"])
    found = resolve_current("runs/flights/current/late")
    assert found == folder.attempts / made[1].run / "late"
    assert json.loads((found / "model.json").read_text()) == {"token": "new"}


def test_other_model_paths_stay_as_they_are(tmp_path: Path) -> None:
    assert resolve_current("models/late") == Path("models/late")
    deployed = tmp_path / "current" / "late"
    deployed.mkdir(parents=True)
    assert resolve_current(deployed) == deployed


def test_following_the_pointer_checks_the_files_behind_it(tmp_path: Path) -> None:
    folder, [made] = committed(tmp_path)
    _flip(folder.attempts / made.run / "late" / "model.json")
    with pytest.raises(DataError, match="SHA-256"):
        resolve_current(folder.path / "current" / "late")


def test_a_pipeline_without_a_commit_is_named_with_those_that_have_one(tmp_path: Path) -> None:
    committed(tmp_path)
    with pytest.raises(ConfigError, match="nothing is committed in") as caught:
        resolve_current(tmp_path / "flihgts" / "current" / "late")
    assert caught.value.notes == (f"committed in `{tmp_path}`: flights",)


def test_a_model_that_the_commit_does_not_hold_is_named_with_those_it_holds(tmp_path: Path) -> None:
    folder, _ = committed(tmp_path)
    with pytest.raises(ConfigError, match="commit 000001 holds no `lat`") as caught:
        resolve_current(folder.path / "current" / "lat")
    assert caught.value.notes == ("it holds: late, tables",)


def test_the_commit_of_an_attempt_is_found_whatever_else_is_damaged(tmp_path: Path) -> None:
    folder, made = committed(tmp_path, ["old", "new"])
    (folder.commits / "000001.json").write_text("{")
    (folder.commits / "notes.json").write_text("{}")
    found = commit_of(folder.attempts / made[1].run)
    assert found is not None
    assert found[1] == made[1]
    assert commit_of(folder.attempts / made[0].run) is None
    assert commit_of(tmp_path / "elsewhere") is None


@pytest.mark.parametrize("damage", ["pointer", "record"])
def test_what_is_damaged_does_not_cost_the_next_run(tmp_path: Path, damage: str) -> None:
    folder, made = committed(tmp_path, ["old", "newer"])
    if damage == "pointer":
        folder.current.write_text("{}")
    else:
        (folder.commits / f"{made[-1].name}.json").unlink()
    found = commit(folder, write_attempt(folder, "newest"), publication())
    assert (found.seq, found.parent) == (3, None)
    assert read_current(folder) == found
    assert current_token(folder) == "newest"


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"commit": 7, "run": "x"}'])
def test_a_damaged_pointer_is_told(tmp_path: Path, content: str) -> None:
    folder = RunFolder(tmp_path, "flights")
    folder.prepare()
    folder.current.write_text(content)
    with pytest.raises(DataError, match=r"cannot be read|missing or damaged"):
        read_current(folder)
