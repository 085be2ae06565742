"""A small committed-to-be attempt, for tests of what happens around it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from crossover.language.types import INT, STRING, Fact, Schema
from crossover.runs.commit import ACCEPTED, Commit, Publication, commit, read_current
from crossover.runs.folder import Attempt, RunFolder

SCHEMA: Schema = {"id": Fact(INT, nullable=False), "token": Fact(STRING)}


def publication(status: str = ACCEPTED, key: str = "k") -> Publication:
    return Publication(key, status, "pandas", {"crossover": "0"})


def write_attempt(folder: RunFolder, token: str, *, files: int = 2, rows: int = 3, promised: int | None = None) -> Attempt:
    """Write an attempt whose every file says `token`."""
    attempt = folder.new_attempt()
    place = attempt.table("flights")
    place.mkdir()
    part = pa.table({"id": pa.array(range(rows), pa.int64()), "token": pa.array([token] * rows)})
    for number in range(files):
        attempt.write_parquet(place / f"part-{number}.parquet", part)
    attempt.describe(place, SCHEMA, ["id"], files * rows if promised is None else promised)
    attempt.model("late")
    attempt.write_json("late/model.json", {"token": token})
    attempt.write_json("record.json", {"token": token})
    attempt.log.write_text('{"event": "begun"}\n')
    return attempt


def committed(root: Path, tokens: Sequence[str] = ("first",)) -> tuple[RunFolder, list[Commit]]:
    """Return a run folder with one commit for each token."""
    folder = RunFolder(root, "flights")
    folder.prepare()
    return folder, [commit(folder, write_attempt(folder, token), publication()) for token in tokens]


def current_token(folder: RunFolder) -> str | None:
    """Return the token of the model that readers see."""
    now = read_current(folder)
    if now is None:
        return None
    token: str = json.loads((folder.attempts / now.run / "late" / "model.json").read_text())["token"]
    return token
