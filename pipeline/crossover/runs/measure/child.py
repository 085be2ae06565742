"""A command in a process of its own, measured from outside: a cold start, and the whole tree."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import psutil

from crossover.runs.measure.process_tree import ProcessTree, Usage

GRACE_S = 15.0
"""How long a child may take to end after it was asked to."""


@dataclass(frozen=True)
class Finished:
    """What a child left: its exit code (negative: the signal that ended it), its output, what its tree used."""

    code: int
    output: str
    usage: Usage


def run_measured(command: Sequence[str]) -> Finished:
    """Run a command to its end. Its standard error is ours; whatever ends us, it and its children end too."""
    with tempfile.TemporaryFile() as output:
        began = time.monotonic()
        child = subprocess.Popen(command, stdout=output, stdin=subprocess.DEVNULL)
        try:
            with ProcessTree(child.pid) as tree:
                mark = tree.mark_birth(began)
                # a child that has ended but was not waited for still tells its CPU time to the last sample
                os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
                usage = tree.since(mark)
                left = tree.processes()
        except BaseException:
            end_tree(child.pid)
            raise
        finally:
            child.wait()
        _end([process for process in left if process.pid != child.pid])
        output.seek(0)
        return Finished(child.returncode, output.read().decode(errors="replace"), usage)


def end_tree(pid: int) -> None:
    """Ask a process and all its children to end; kill what is left after a grace time."""
    try:
        root = psutil.Process(pid)
        processes = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    # the root first: it ends its own children in good order
    _signal(root.terminate)
    _, left = psutil.wait_procs(processes, timeout=GRACE_S)
    _end(left)


def _end(processes: Sequence[psutil.Process]) -> None:
    """Kill processes that outlived the one that started them."""
    _, left = psutil.wait_procs(list(processes), timeout=2)
    for process in left:
        _signal(process.kill)
    psutil.wait_procs(left, timeout=5)


def _signal(send: Callable[[], None]) -> None:
    with suppress(psutil.NoSuchProcess):
        send()
