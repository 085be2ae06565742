"""Work whose cost is known, for the meter to prove itself on: each piece tells what it took, by who did it.

CPU is what the JVM, this process and the worker say of themselves; bytes are those of files and of /dev/zero; memory is
the kernel's mark of the most that each process held, set back before the work begins.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from crossover.core.files import text_or_nothing
from crossover.engines.base import Work

CPU_S = 3.0
MEMORY = 160 << 20
SIZE = 256 << 20
HOLD_S = 0.5
"""Memory is held for several samples of the meter."""
PRIME = 2203
"""2 to this power, less one, is a prime (Robinson 1952)."""


@contextmanager
def known_work(session: Any) -> Iterator[Mapping[str, Work]]:
    """Give what can be done, by who works. All is ready: a worker has started, classes are loaded, files are there."""
    with tempfile.TemporaryDirectory(prefix="crossover-meter-") as folder:
        files = [Path(folder) / name for name in ("one", "other")]
        for path in files:
            path.write_bytes(bytes(SIZE // 2))
        _in_the_jvm(session, files, 0.1)
        _in_a_worker(session, 0.1)
        yield {"a JVM": lambda: _in_the_jvm(session, files, CPU_S), "a Python worker": lambda: _in_a_worker(session, CPU_S)}


def _in_the_jvm(session: Any, files: list[Path], cpu_s: float) -> dict[str, float]:
    """Compute in the JVM until it has used `cpu_s`, let it read two files, hold memory there; return what each took."""
    jvm, gateway = session._jvm, session.sparkContext._gateway
    _forget_most_memory(os.getpid())
    before = _cpu_s(jvm)
    # a prime, and no query: each of Spark's reads a hundred kilobytes of its own, which nobody knows
    one = jvm.java.math.BigInteger.ONE
    prime = one.shiftLeft(PRIME).subtract(one)
    while _cpu_s(jvm) - before < cpu_s:
        prime.isProbablePrime(1)
    # compares their bytes, so it reads both to the end
    jvm.java.nio.file.Files.mismatch(*(jvm.java.io.File(str(path)).toPath() for path in files))
    # of longs: py4j would hand an array of bytes over to Python
    held = gateway.new_array(jvm.long, MEMORY // 8)
    time.sleep(HOLD_S)
    memory = _most_memory(os.getpid())
    del held
    return {"cpu": _cpu_s(jvm) - before, "memory": memory, "bytes": float(SIZE)}


def _in_a_worker(session: Any, cpu_s: float) -> dict[str, float]:
    """Let a Python worker of Spark do the same."""
    root = os.getpid()
    before = _cpu_s(session._jvm)
    (found,) = session.sparkContext.parallelize([(root, cpu_s)], 1).map(_work).collect()
    return {"cpu": found["cpu"] + _cpu_s(session._jvm) - before, "memory": found["memory"], "bytes": float(SIZE)}


def _work(given: tuple[int, float]) -> dict[str, float]:
    root, cpu_s = given
    _forget_most_memory(root)
    began = time.process_time()
    while time.process_time() - began < cpu_s:
        sum(range(2000))
    with Path("/dev/zero").open("rb", buffering=0) as zeros:
        for _ in range(SIZE >> 20):
            zeros.read(1 << 20)
    held = bytearray(MEMORY)
    for place in range(0, MEMORY, 4096):
        held[place] = 1
    time.sleep(HOLD_S)
    return {"memory": _most_memory(root), "cpu": time.process_time() - began}


def _cpu_s(jvm: Any) -> float:
    """Return the CPU seconds of the JVM and of this process, each by what it says of itself."""
    spent = jvm.java.lang.ProcessHandle.current().info().totalCpuDuration().get()
    return float(spent.toNanos()) / 1e9 + time.process_time()


def _forget_most_memory(root: int) -> None:
    for folder in _processes(root):
        (folder / "clear_refs").write_text("5", encoding="ascii")


def _most_memory(root: int) -> float:
    """Return the sum of what each process of a tree held at most. They grow one at a time, so it is the tree's peak too."""
    marks = (re.search(r"^VmHWM:\s+(\d+) kB", text_or_nothing(folder / "status"), re.MULTILINE) for folder in _processes(root))
    return float(sum(int(mark[1]) << 10 for mark in marks if mark))


def _processes(root: int) -> list[Path]:
    process = psutil.Process(root)
    return [Path("/proc") / str(each.pid) for each in (process, *process.children(recursive=True))]
