"""Whatever instant a writer is killed at, readers see the old answer or the new one, complete."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from crossover.runs.commit import commit
from crossover.runs.folder import RunFolder
from crossover.runs.lease import Lease
from tests.runs.attempts import current_token, publication, write_attempt

KILLS = 60
REPOSITORY = Path(__file__).parents[2]


def kill(folder: Path, protocol: str, kills: int) -> dict[str, int]:
    command = [sys.executable, "-m", "tests.runs.kill_writers", str(folder), protocol, str(kills), "20261121"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    counts: dict[str, int] = json.loads(done.stdout)
    return counts


def test_no_kill_breaks_a_committed_answer(tmp_path: Path) -> None:
    counts = kill(tmp_path, "pointer", KILLS)
    assert counts.get("broken", 0) == 0
    assert counts["old"] + counts["new"] == KILLS
    # both happen, else the kills all came too early or too late
    assert counts["old"] > 0
    assert counts["new"] > 0
    assert counts["seen"] > KILLS
    # and the next run goes on as if nothing had been
    folder = RunFolder(tmp_path, "flights")
    with Lease(folder.lease, "after"):
        commit(folder, write_attempt(folder, "after"), publication())
    assert current_token(folder) == "after"


def test_the_same_kills_break_an_output_that_is_written_in_place(tmp_path: Path) -> None:
    assert kill(tmp_path, "overwrite", 20)["broken"] > 0


@pytest.mark.slow
@pytest.mark.once
def test_no_kill_of_three_hundred_breaks_a_committed_answer(tmp_path: Path) -> None:
    counts = kill(tmp_path, "pointer", 300)
    assert counts.get("broken", 0) == 0
    assert counts["old"] + counts["new"] == 300
