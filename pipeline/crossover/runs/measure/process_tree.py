"""Wall time, CPU, memory and bytes of a process and all its children: a JVM and its Python workers too."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType

import psutil

from crossover.runs.measure.process import COUNTS_BYTES, Seen, look_at, read_by_this_thread, resident
from crossover.runs.measure.totals import Totals, TreeTotals
from crossover.runs.measure.usage import CpuFrom, Sample, Usage

INTERVAL = 0.05
"""Seconds between two samples."""
SHARE = 0.05
"""Looking for new children may take at most this share of a core."""
KEPT = 4000
"""Samples that are kept; of more every second one goes."""


def root_of_this_run() -> int:
    """Return the process whose tree is this run: ours, or the JVM of spark-submit, which started us and works for us."""
    return os.getppid() if "PYSPARK_GATEWAY_PORT" in os.environ else os.getpid()


class ProcessTree:
    """Samples a process tree in a thread. A context manager; `since` gives what was used from a mark on.

    Memory is summed at one instant, because the peaks of several processes need not fall together.

    Parameters
    ----------
    pid : the root; this process if None.
    cpu : gives the CPU seconds of the tree since its birth where somebody counts them better; None if nobody does.
    over : told the memory of each sample; as soon as it says yes, the whole tree is killed and `ended` is true.
    """

    def __init__(
        self,
        pid: int | None = None,
        *,
        interval: float = INTERVAL,
        cpu: Callable[[], float] | None = None,
        over: Callable[[int], bool] | None = None,
    ) -> None:
        self._root = psutil.Process(pid)
        self._interval = interval
        self._cpu = cpu
        self._over = over
        self.ended = False
        self._known: dict[tuple[int, float], psutil.Process] = {(self._root.pid, self._root.create_time()): self._root}
        self._seen: set[int] = set()
        self._totals = TreeTotals()
        self._own_reads = 0
        self._memory = 0
        self._peaks: list[list[int]] = []
        self._samples: list[Sample] = []
        self._every = self._skipped = 1
        self._began = time.monotonic()
        self._look_again = 0.0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="process-tree", daemon=True)
        self.sample()

    def __enter__(self) -> ProcessTree:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Take a last sample and end the thread."""
        if not self._stop.is_set():
            self._stop.set()
            if self._thread.is_alive():
                self._thread.join()
            self.sample(look=True)

    def mark(self) -> Mark:
        """Begin a measurement; several may be open at once."""
        self.sample()
        with self._lock:
            peak = [self._memory]
            self._peaks.append(peak)
            return Mark(time.monotonic(), self._now(), peak)

    def mark_birth(self, began: float) -> Mark:
        """Begin a measurement at the birth of the tree, at `began` of the monotonic clock: all its CPU and bytes count.

        What a child used before it was first looked at would be lost otherwise, and that is much on a busy machine.
        """
        mark = self.mark()
        with self._lock:
            self._began = began
            self._samples = [Sample(0.0, 0.0, 0)]
        return Mark(began, Totals(), mark.peak)

    def since(self, mark: Mark) -> Usage:
        """End a measurement."""
        self.sample()
        with self._lock:
            self._peaks = [peak for peak in self._peaks if peak is not mark.peak]
            used = self._now().since(mark.totals)
            read, written = (used.read_bytes, used.written_bytes) if COUNTS_BYTES else (None, None)
            cpu_from: CpuFrom = "polling" if self._cpu is None else "cgroup"
            return Usage(time.monotonic() - mark.began, used.cpu_s, mark.peak[0], read, written, cpu_from)

    def processes(self) -> list[psutil.Process]:
        """Return the processes of the tree that were alive when last seen."""
        with self._lock:
            return list(self._known.values())

    def samples(self) -> list[Sample]:
        """Return what was seen over time."""
        with self._lock:
            return list(self._samples)

    def sample(self, *, look: bool = False) -> None:
        """Look once: at every known process, and for new ones if that has not been too dear lately."""
        with self._lock:
            before = read_by_this_thread()
            if look or time.monotonic() >= self._look_again:
                self._find_children()
            self._look_at_all()
            # looking reads some megabytes of /proc a second, which are none of what is measured
            self._own_reads += read_by_this_thread() - before
            for peak in self._peaks:
                peak[0] = max(peak[0], self._memory)
            self._keep_sample()
            if self._over is not None and not self.ended and self._over(self._memory):
                self.ended = True
                self._kill()

    def _run(self) -> None:
        while not self._stop.wait(self._interval):
            self.sample()

    def _find_children(self) -> None:
        """Look at what is new on the machine: whose parent is of the tree is so too. A whole look costs ten times as much."""
        began = time.monotonic()
        pids = set(psutil.pids())
        new, self._seen = pids - self._seen, pids
        strangers = {pid: found for pid in new if (found := _process(pid)) is not None}
        known = {pid for pid, _ in self._known}
        while children := [pid for pid, (_, parent) in strangers.items() if parent in known]:
            for pid in children:
                process, _ = strangers.pop(pid)
                self._known.setdefault((pid, process.create_time()), process)
            known.update(children)
        ended = time.monotonic()
        self._look_again = ended + max(self._interval / 2, (ended - began) / SHARE)

    def _look_at_all(self) -> None:
        seen: dict[tuple[int, float], Seen] = {}
        for key, process in list(self._known.items()):
            try:
                seen[key] = look_at(process)
            except psutil.Error:
                self._known.pop(key, None)
        self._memory = resident([(pid, each) for (pid, _), each in seen.items()])
        self._totals.update(seen)

    def _now(self) -> Totals:
        now = self._totals.now(None if self._cpu is None else self._cpu())
        watches_itself = any(pid == os.getpid() for pid, _ in self._known)
        return replace(now, read_bytes=now.read_bytes - self._own_reads) if watches_itself else now

    def _keep_sample(self) -> None:
        if self._skipped < self._every:
            self._skipped += 1
            return
        self._skipped = 1
        self._samples.append(Sample(time.monotonic() - self._began, self._now().used_s, self._memory))
        if len(self._samples) > KEPT:
            self._samples = self._samples[::2]
            self._every *= 2

    def _kill(self) -> None:
        self._find_children()
        for process in self._known.values():
            try:
                process.kill()
            except psutil.Error:
                continue


def _process(pid: int) -> tuple[psutil.Process, int] | None:
    """Return a process and its parent; None if it is gone again, or not ours to look at."""
    try:
        process = psutil.Process(pid)
        return process, process.ppid()
    except psutil.Error:
        return None


@dataclass(frozen=True)
class Mark:
    """The beginning of a measurement."""

    began: float
    totals: Totals
    peak: list[int]
