"""What a stage that ran as a job of its own left behind for those after it.

    runs/<pipeline>/stages/<stage>/    laid out as any run folder: attempts, commits, current.json
        attempts/<run id>/hand_over.json   after which commits of the stages before it was made

A stage reads what the pointers of all stages before it name. They must be of one document, with the same parameters,
and each made from those that are current now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossover import SEMANTICS
from crossover.core.errors import ConfigError, GateMissed
from crossover.runs.commit import Commit, check_files, last_rejected, read_current
from crossover.runs.folder import Attempt, RunFolder
from crossover.runs.record import SourceFingerprint

HAND_OVER = "hand_over.json"

Command = Callable[[str], str]
"""The command that runs a stage of the same document, for messages."""


@dataclass(frozen=True)
class HandOver:
    """The committed hand-over of a stage."""

    stage: str
    folder: RunFolder
    commit: Commit
    record: Mapping[str, Any]

    @property
    def key(self) -> str:
        return self.commit.key

    @property
    def attempt(self) -> Attempt:
        return self.folder.attempt(self.commit.run)

    def table(self, name: str) -> Path:
        """Return the folder of a table."""
        return self.attempt.path / "tables" / name

    def check(self, name: str) -> None:
        """Raise DataError if a file, or one below a folder, is not what was committed. `name` is relative to the attempt."""
        check_files(self.folder, self.commit, name)

    @property
    def inputs(self) -> dict[str, SourceFingerprint]:
        """What the sources were when they were read."""
        return {name: SourceFingerprint(**each) for name, each in self.record["inputs"].items()}


def stage_folder(runs: Path, pipeline: str, stage: str) -> RunFolder:
    """Return where the hand-overs of a stage lie."""
    return RunFolder(runs / pipeline / "stages", stage)


@dataclass(frozen=True)
class Asker:
    """The stage that wants to go on: its pipeline's place, what it was asked for, and how messages name a command."""

    stage: str
    runs: Path
    pipeline: str
    document_hash: str
    parameters: Mapping[str, Any]
    command: Command


def hand_overs(asker: Asker, before: Sequence[str]) -> tuple[HandOver, ...]:
    """Return the hand-overs of the stages before one, in order.

    Raises ConfigError, which names the command to run, where one is missing or does not belong to the others,
    GateMissed where a model before it was rejected.
    """
    found: list[HandOver] = []
    for name in before:
        folder = stage_folder(asker.runs, asker.pipeline, name)
        current = read_current(folder)
        _refuse_rejected(folder, name, current, found, asker)
        if current is None:
            raise ConfigError(f"`{asker.stage}` reads what `{name}` hands on, which is not there yet; run {asker.command(name)}")
        each = _opened(name, folder, current)
        _check_lineage(each, found, asker)
        found.append(each)
    return tuple(found)


def write_hand_over(attempt: Attempt, stage: str, before: Sequence[HandOver]) -> None:
    """Write down what an attempt was made from."""
    attempt.write_json(HAND_OVER, {"stage": stage, "after": {each.stage: each.key for each in before}})


def _opened(stage: str, folder: RunFolder, committed: Commit) -> HandOver:
    """Return the hand-over of a commit. Raises DataError if what it says of itself is not what was committed."""
    attempt = folder.attempt(committed.run)
    for name in (attempt.record.name, HAND_OVER):
        check_files(folder, committed, name)
    return HandOver(stage, folder, committed, attempt.read_json(attempt.record.name))


def _refuse_rejected(folder: RunFolder, name: str, current: Commit | None, before: Sequence[HandOver], asker: Asker) -> None:
    """Raise GateMissed if the newest hand-over is of this very work and was rejected."""
    rejected = last_rejected(folder)
    if rejected is None or (current is not None and rejected.seq < current.seq):
        return
    each = _opened(name, folder, rejected)
    if _foreign(each.record, asker) is None and _stale(each, before) is None:
        raise GateMissed(f"`{asker.stage}` is not run: `{name}` missed a gate (commit {rejected.name})")


def _check_lineage(each: HandOver, before: Sequence[HandOver], asker: Asker) -> None:
    why = _foreign(each.record, asker) or _stale(each, before)
    if why is not None:
        raise ConfigError(f"`{asker.stage}` cannot use what `{each.stage}` handed on: {why}; run {asker.command(each.stage)}")


def _foreign(record: Mapping[str, Any], asker: Asker) -> str | None:
    if record["document_hash"] != asker.document_hash:
        return "the document is another one now"
    for name, value in asker.parameters.items():
        if record["parameters"].get(name) != value:
            return f"`{name}` was {record['parameters'].get(name)}, now it is {value}"
    if record["semantics"] != SEMANTICS:
        return f"another version of Crossover made it ({record['versions']['crossover']})"
    return None


def _stale(each: HandOver, before: Sequence[HandOver]) -> str | None:
    made_from = each.attempt.read_json(HAND_OVER)["after"]
    older = [other.stage for other in before if made_from.get(other.stage) != other.key]
    return f"it was made from an older hand-over of `{older[0]}`" if older else None
