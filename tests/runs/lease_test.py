"""One writer at a time. A dead one does not keep others out."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import psutil
import pytest

from crossover.core.clock import iso, utc_now
from crossover.core.errors import EngineError
from crossover.runs import lease as lease_module
from crossover.runs.durable import write_json
from crossover.runs.lease import Holder, Lease


def hold(path: Path, *, pid: int, host: str, expires_in: timedelta, started: float = 0.0) -> None:
    now = utc_now()
    write_json(path, asdict(Holder("run-before", pid, started, host, iso(now), iso(now + expires_in))))


def dead_process() -> tuple[int, float]:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = psutil.Process(child.pid).create_time()
    child.communicate()
    return child.pid, started


def test_a_lease_is_renewed_though_the_file_system_did_not_answer_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "lease.json"
    answers: list[str] = []

    def stale_once(target: Path, value: Mapping[str, Any]) -> None:
        answers.append(value["expires"])
        if len(answers) == 2:
            raise OSError(errno.ESTALE, "Stale file handle")
        write_json(target, value)

    monkeypatch.setattr(lease_module, "RENEWED_EVERY_S", 0.01)
    monkeypatch.setattr(lease_module, "write_json", stale_once)
    with Lease(path, "run-1") as lease:
        deadline = time.monotonic() + 10
        while len(answers) < 4 and time.monotonic() < deadline:
            time.sleep(0.01)
        with lease.still_held():
            assert json.loads(path.read_text())["expires"] == answers[-1]
    assert len(answers) >= 4


def test_who_lost_the_lease_publishes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lease.json"
    with Lease(path, "run-1") as lease:
        hold(path, pid=7, host="another", expires_in=timedelta(minutes=1))
        with pytest.raises(EngineError, match="was taken over by run run-before on another") as caught, lease.still_held():
            pytest.fail("published")
    assert caught.value.transient
    assert path.exists()


def test_a_second_writer_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "lease.json"
    with Lease(path, "run-1"), pytest.raises(EngineError, match=rf"by run run-1 \(process {os.getpid()} on ") as caught, Lease(path, "run-2"):
        pytest.fail("two writers at once")
    assert caught.value.transient
    assert not path.exists()


def test_a_lease_that_was_given_back_can_be_taken(tmp_path: Path) -> None:
    path = tmp_path / "lease.json"
    for run in ("run-1", "run-2"):
        with Lease(path, run) as lease:
            assert json.loads(path.read_text())["run"] == run
            assert lease.taken_over is None


def test_the_lease_of_a_dead_process_is_taken_at_once(tmp_path: Path) -> None:
    path = tmp_path / "lease.json"
    pid, started = dead_process()
    hold(path, pid=pid, host=socket.gethostname(), expires_in=timedelta(hours=1), started=started)
    with Lease(path, "run-2") as lease:
        assert lease.taken_over is not None
        assert lease.taken_over.run == "run-before"


def test_another_process_that_got_the_number_of_a_dead_one_is_not_the_holder(tmp_path: Path) -> None:
    path = tmp_path / "lease.json"
    hold(path, pid=os.getpid(), host=socket.gethostname(), expires_in=timedelta(hours=1), started=1.0)
    with Lease(path, "run-2") as lease:
        assert lease.taken_over is not None


def test_another_machine_holds_its_lease_until_it_expires(tmp_path: Path) -> None:
    path = tmp_path / "lease.json"
    hold(path, pid=1, host="elsewhere", expires_in=timedelta(minutes=1))
    with pytest.raises(EngineError, match="on elsewhere"), Lease(path, "run-2"):
        pytest.fail("taken from a living holder")
    hold(path, pid=1, host="elsewhere", expires_in=timedelta(seconds=-1))
    with Lease(path, "run-2"):
        pass


def test_of_many_that_find_a_dead_holder_one_wins(tmp_path: Path) -> None:
    for attempt in range(20):
        path = tmp_path / f"{attempt}.json"
        hold(path, pid=1, host="elsewhere", expires_in=timedelta(seconds=-1))
        start, done = Barrier(4), Barrier(4)

        def take(number: int, path: Path = path, start: Barrier = start, done: Barrier = done) -> bool:
            start.wait(10)
            try:
                with Lease(path, f"run-{number}"):
                    done.wait(10)
                    return True
            except EngineError:
                done.wait(10)
                return False

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(take, range(4))) == 1
