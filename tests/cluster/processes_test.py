"""What ends the cluster ends nothing else."""

from __future__ import annotations

import subprocess
import sys

import psutil

from tests.cluster.processes import end_tree


def test_an_ended_process_is_left_alone_as_its_id_may_be_anothers_by_now() -> None:
    ended = subprocess.Popen([sys.executable, "-S", "-c", ""])
    ended.wait()
    with subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE) as other:
        ended.pid = other.pid
        assert end_tree(ended) == 0
        assert other.poll() is None
        other.communicate(b"\n", timeout=60)
    assert other.returncode == 0


def test_a_process_ends_with_its_children() -> None:
    waits = "import subprocess, sys; child = subprocess.Popen([sys.executable, '-S', '-c', 'input()'], stdin=-1); print(child.pid, flush=True); child.wait()"
    with subprocess.Popen([sys.executable, "-S", "-c", waits], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        child = psutil.Process(int(process.stdout.readline()))
        assert end_tree(process) == 2
    assert not child.is_running()
