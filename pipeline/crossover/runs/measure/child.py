"""A command in a process of its own, measured from outside: a cold start, and the whole tree."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import psutil

from crossover.runs import available_memory
from crossover.runs.measure import control_groups
from crossover.runs.measure.control_groups import ControlGroups
from crossover.runs.measure.process_tree import ProcessTree
from crossover.runs.measure.usage import Sample, Usage

GRACE_S = 15.0
"""How long a child may take to end after it was asked to."""


@dataclass(frozen=True)
class MemoryLimit:
    """A limit under which a child ran."""

    bytes: int
    by: Literal["cgroup", "watchdog"]
    """Who held it: the kernel, or somebody who looks every 50 ms at the sum of resident bytes."""
    exceeded: bool
    """Whether the child was ended for it."""


@dataclass(frozen=True)
class Finished:
    """What a child left: its exit code (negative: the signal that ended it), its output, what its tree used."""

    code: int
    output: str
    usage: Usage
    samples: tuple[Sample, ...] = ()
    limit: MemoryLimit | None = None

    @property
    def too_big(self) -> str | None:
        """Return `does not fit in 4 GB` if the child was ended for its memory, else None."""
        return does_not_fit(self.limit.bytes) if self.limit is not None and self.limit.exceeded else None


def does_not_fit(limit: int) -> str:
    """Return the words for what needs more memory than it was given, in the units of `--memory`: 1 GB is 2^30 bytes."""
    return f"does not fit in {limit / 2**30:.4g} GB" if limit >= 2**30 else f"does not fit in {limit / 2**20:.4g} MB"


def run_measured(command: Sequence[str], memory_limit: int | None = None) -> Finished:
    """Run a command to its end. Its standard error is ours; whatever ends us, it and its children end too.

    `memory_limit` holds for the whole tree, in bytes: by a control group where one can be made, else by a watchdog on
    the sum of resident bytes. Never by a limit of the address space, where a JVM reserves far more than it uses. The
    child is told by the variable CROSSOVER_MEMORY. As soon as the limit has cost one process its life all are ended.
    """
    with ControlGroups(memory_limit) as groups, tempfile.TemporaryFile() as output:
        began = time.monotonic()
        child = subprocess.Popen(
            groups.inside(command), stdout=output, stdin=subprocess.DEVNULL, env=_environment(groups, memory_limit)
        )
        try:
            with ProcessTree(child.pid, cpu=groups.cpu_s if groups.cpu else None, over=_over(groups, memory_limit)) as tree:
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
        limit = _limit(groups, memory_limit, ended=tree.ended)
        output.seek(0)
        return Finished(child.returncode, output.read().decode(errors="replace"), usage, tuple(tree.samples()), limit)


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


def _environment(groups: ControlGroups, limit: int | None) -> Mapping[str, str]:
    told = dict(os.environ) if limit is None else {**os.environ, available_memory.VARIABLE: str(limit)}
    # a child without a group of its own is in ours, which counts us too
    told.pop(control_groups.VARIABLE, None)
    if groups.cpu is not None:
        told[control_groups.VARIABLE] = str(groups.cpu.place.folder)
    return told


def _over(groups: ControlGroups, limit: int | None) -> Callable[[int], bool] | None:
    """Return what tells, of the memory of a sample, whether the tree has to end."""
    if limit is None:
        return None
    return (lambda memory: memory > limit) if groups.memory is None else (lambda memory: groups.kills() > 0)


def _limit(groups: ControlGroups, limit: int | None, *, ended: bool) -> MemoryLimit | None:
    if limit is None:
        return None
    return MemoryLimit(limit, "watchdog" if groups.memory is None else "cgroup", ended or groups.kills() > 0)


def _end(processes: Sequence[psutil.Process]) -> None:
    """Kill processes that outlived the one that started them."""
    _, left = psutil.wait_procs(list(processes), timeout=2)
    for process in left:
        _signal(process.kill)
    psutil.wait_procs(left, timeout=5)


def _signal(send: Callable[[], None]) -> None:
    with suppress(psutil.NoSuchProcess):
        send()
