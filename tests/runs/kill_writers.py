"""Kills writers at random instants and looks, after each kill, at what a reader sees. Prints the counts as JSON.

    python -m tests.runs.kill_writers FOLDER pointer|overwrite KILLS SEED

`pointer` is our protocol; `overwrite` deletes the old output and writes the new one in its place: the control that
shows that this harness can see a broken output. Writers are forked from this process, which has no threads.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from crossover.core.errors import DataError, EngineError
from crossover.runs.commit import check_files, commit, read_current
from crossover.runs.folder import RunFolder
from crossover.runs.lease import Lease
from tests.runs.attempts import publication, write_attempt

FILES = 4
LONGEST_S = 0.08
"""Kills come at a random instant of this time at first; one commit takes about a tenth of it on an idle machine."""
LATER = 1.2
"""The time grows so much after a kill that came before a new answer, and shrinks after one that came later, so that on
any machine, busy or idle, about every second kill sees a new answer."""


def write_pointer(root: Path) -> None:
    """Commit one attempt after the other until killed."""
    folder = RunFolder(root, "flights")
    number = 0
    while True:
        number += 1
        token = f"{os.getpid()}-{number}"
        with Lease(folder.lease, token):
            commit(folder, write_attempt(folder, token, files=FILES), publication())


def read_pointer(root: Path) -> str | None:
    """Return the token that the whole answer says, or raise."""
    folder = RunFolder(root, "flights")
    now = read_current(folder)
    if now is None:
        raise DataError("the pointer was lost")
    check_files(folder, now)
    attempt = folder.attempts / now.run
    names = {file.name for file in now.files}
    if names != {str(path.relative_to(attempt)) for path in attempt.rglob("*") if path.is_file()} - {"log.jsonl"}:
        raise DataError("the commit does not list what is there")
    return _one_token([attempt / "record.json", attempt / "late" / "model.json"])


def write_overwriting(root: Path) -> None:
    """Delete, then write in place, until killed."""
    number = 0
    while True:
        number += 1
        shutil.rmtree(root / "output", ignore_errors=True)
        (root / "output").mkdir()
        for part in range(FILES + 2):
            (root / "output" / f"{part}.json").write_text(json.dumps({"token": f"{os.getpid()}-{number}"}))


def read_overwritten(root: Path) -> str | None:
    """Return the token that all files say, or raise."""
    files = sorted((root / "output").glob("*.json"))
    if len(files) != FILES + 2:
        raise DataError(f"{len(files)} files of {FILES + 2}")
    return _one_token(files)


def _one_token(files: list[Path]) -> str:
    tokens = {json.loads(path.read_text())["token"] for path in files}
    if len(tokens) != 1:
        raise DataError(f"files of several runs: {tokens}")
    return str(tokens.pop())


def start(write: Callable[[Path], None], root: Path) -> int:
    """Fork a writer."""
    pid = os.fork()
    if pid == 0:
        write(root)
        os._exit(1)
    return pid


def kill_loop(root: Path, write: Callable[[Path], None], read: Callable[[Path], str | None], kills: int, seed: int) -> Counter[str]:
    """Return how often a reader saw the output as before, a new one, or a broken one."""
    chance = random.Random(seed)
    counts: Counter[str] = Counter()
    before, longest = read(root), LONGEST_S
    for _ in range(kills):
        pid = start(write, root)
        deadline = time.monotonic() + chance.uniform(0, longest)
        while time.monotonic() < deadline:
            # readers are there while the writer works, too
            counts[_look(read, root, before)[0].replace("old", "seen").replace("new", "seen")] += 1
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        if os.WIFEXITED(status):
            raise AssertionError("a writer ended by itself")
        verdict, token = _look(read, root, before)
        counts[verdict] += 1
        if verdict == "new":
            before, longest = token, longest / LATER
        else:
            longest *= LATER
    return counts


def _look(read: Callable[[Path], str | None], root: Path, before: str | None) -> tuple[str, str | None]:
    try:
        token = read(root)
    except (DataError, EngineError, ValueError, OSError) as error:
        print(f"broken: {error}", file=sys.stderr)  # noqa: T201
        return "broken", before
    return ("old" if token == before else "new"), token


def main(root: Path, protocol: str, kills: int, seed: int) -> None:
    """Run the loop and print the counts."""
    if protocol == "pointer":
        folder = RunFolder(root, "flights")
        folder.prepare()
        commit(folder, write_attempt(folder, "first", files=FILES), publication())
        counts = kill_loop(root, write_pointer, read_pointer, kills, seed)
    else:
        (root / "output").mkdir(parents=True)
        for part in range(FILES + 2):
            (root / "output" / f"{part}.json").write_text(json.dumps({"token": "first"}))
        counts = kill_loop(root, write_overwriting, read_overwritten, kills, seed)
    print(json.dumps(counts))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
