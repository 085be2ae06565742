"""Wall time, CPU and memory of a process and all its children: a JVM and its Python workers too."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from types import TracebackType

import psutil

INTERVAL = 0.05
"""Seconds between two samples."""
SHARE = 0.05
"""Looking for new children may take at most this share of a core."""


def root_of_this_run() -> int:
    """Return the process whose tree is this run: ours, or the JVM of spark-submit, which started us and works for us."""
    return os.getppid() if "PYSPARK_GATEWAY_PORT" in os.environ else os.getpid()


@dataclass(frozen=True)
class Usage:
    """What a process tree used between two moments."""

    wall_s: float
    cpu_s: float
    peak_memory: int
    """Largest sum of resident bytes at one instant."""


class ProcessTree:
    """Samples a process tree in a thread. A context manager; `since` gives what was used from a mark on.

    CPU keeps the last value of each process that has ended; memory is summed at one instant, because the
    peaks of several processes need not fall together.
    """

    def __init__(self, pid: int | None = None, *, interval: float = INTERVAL) -> None:
        self._root = psutil.Process(pid)
        self._interval = interval
        self._known: dict[tuple[int, float], psutil.Process] = {(self._root.pid, self._root.create_time()): self._root}
        self._cpu: dict[tuple[int, float], float] = {}
        self._peaks: list[list[int]] = []
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
            return Mark(time.monotonic(), sum(self._cpu.values()), peak)

    def mark_birth(self, began: float) -> Mark:
        """Begin a measurement at the birth of the tree, at `began` of the monotonic clock: all its CPU counts.

        What a child used before it was first looked at would be lost otherwise, and that is much on a busy machine.
        """
        mark = self.mark()
        return Mark(began, 0.0, mark.peak)

    def since(self, mark: Mark) -> Usage:
        """End a measurement."""
        self.sample()
        with self._lock:
            self._peaks = [peak for peak in self._peaks if peak is not mark.peak]
            return Usage(time.monotonic() - mark.began, max(0.0, sum(self._cpu.values()) - mark.cpu_s), mark.peak[0])

    def processes(self) -> list[psutil.Process]:
        """Return the processes of the tree that were alive when last seen."""
        with self._lock:
            return list(self._known.values())

    def sample(self, *, look: bool = False) -> None:
        """Look once: at every known process, and for new ones if that has not been too dear lately."""
        with self._lock:
            if look or time.monotonic() >= self._look_again:
                self._find_children()
            self._memory = sum(self._look_at(key, process) for key, process in list(self._known.items()))
            for peak in self._peaks:
                peak[0] = max(peak[0], self._memory)

    def _run(self) -> None:
        while not self._stop.wait(self._interval):
            self.sample()

    def _find_children(self) -> None:
        began = time.monotonic()
        try:
            for child in self._root.children(recursive=True):
                self._known.setdefault((child.pid, child.create_time()), child)
        except psutil.NoSuchProcess:
            pass
        ended = time.monotonic()
        self._look_again = ended + max(self._interval / 2, (ended - began) / SHARE)

    def _look_at(self, key: tuple[int, float], process: psutil.Process) -> int:
        try:
            with process.oneshot():
                times = process.cpu_times()
                memory: int = process.memory_info().rss
        except psutil.Error:
            self._known.pop(key, None)
            return 0
        self._cpu[key] = times.user + times.system
        return memory


@dataclass(frozen=True)
class Mark:
    """The beginning of a measurement."""

    began: float
    cpu_s: float
    peak: list[int]
