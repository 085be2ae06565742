"""Work whose cost is known, for the meter to prove itself on: each piece tells what it took, by who did it.

CPU is what the JVM, this process and the worker say of themselves; bytes are those of files and of /dev/zero; memory is
summed over the processes while the work holds it.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil

from crossover.engines.base import Engine

CPU_S = 3.0
MEMORY = 160 << 20
SIZE = 96 << 20
HOLD_S = 0.5
"""Memory is held for several samples of the meter."""
ROWS = 20_000_000


def begin(engine: Engine[Any]) -> None:
    """Let a worker start and import what it needs: what that takes nobody tells."""
    engine.session.sparkContext.parallelize([0], 1).map(_nothing).collect()  # type: ignore[attr-defined]


def in_the_jvm(engine: Engine[Any]) -> dict[str, float]:
    """Compute in the JVM until it has used CPU_S, hold memory there, let it read two files; return what each took."""
    session = engine.session  # type: ignore[attr-defined]
    jvm, gateway = session._jvm, session.sparkContext._gateway
    hashes = session.range(0, ROWS, 1, 2).selectExpr("bit_xor(xxhash64(id)) as hash")
    with tempfile.TemporaryDirectory(prefix="crossover-meter-") as folder:
        one, other = (Path(folder) / name for name in ("one", "other"))
        for path in (one, other):
            path.write_bytes(bytes(SIZE // 2))
        before = _cpu_s(jvm)
        while _cpu_s(jvm) - before < CPU_S:
            hashes.collect()
        # compares their bytes, so it reads both to the end
        jvm.java.nio.file.Files.mismatch(jvm.java.io.File(str(one)).toPath(), jvm.java.io.File(str(other)).toPath())
        held = gateway.new_array(jvm.byte, MEMORY)
        time.sleep(HOLD_S)
        memory = _memory([os.getpid(), _pid(jvm)])
        del held
        return {"cpu": _cpu_s(jvm) - before, "memory": memory, "bytes": float(SIZE)}


def in_a_worker(engine: Engine[Any]) -> dict[str, float]:
    """Let a Python worker of Spark do the same."""
    session = engine.session  # type: ignore[attr-defined]
    context, jvm = session.sparkContext, session._jvm
    others = [os.getpid(), _pid(jvm)]
    before = _cpu_s(jvm)
    (found,) = context.parallelize([others], 1).map(_work).collect()
    return {"cpu": found["cpu"] + _cpu_s(jvm) - before, "memory": found["memory"], "bytes": float(SIZE)}


WORK: Mapping[str, Callable[[Engine[Any]], dict[str, float]]] = {"a JVM": in_the_jvm, "a Python worker": in_a_worker}
"""Who works: what it does and tells."""


def _nothing(given: int) -> int:
    return given


def _work(others: list[int]) -> dict[str, float]:
    began = time.process_time()
    while time.process_time() - began < CPU_S:
        sum(range(2000))
    held = bytearray(MEMORY)
    for place in range(0, MEMORY, 4096):
        held[place] = 1
    with Path("/dev/zero").open("rb", buffering=0) as zeros:
        for _ in range(SIZE >> 20):
            zeros.read(1 << 20)
    time.sleep(HOLD_S)
    # the worker's parent is the process that forks all workers
    return {"memory": _memory([os.getpid(), os.getppid(), *others]), "cpu": time.process_time() - began}


def _cpu_s(jvm: Any) -> float:
    """Return the CPU seconds of the JVM and of this process, each by what it says of itself."""
    spent = jvm.java.lang.ProcessHandle.current().info().totalCpuDuration().get()
    return float(spent.toNanos()) / 1e9 + time.process_time()


def _pid(jvm: Any) -> int:
    return int(jvm.java.lang.ProcessHandle.current().pid())


def _memory(pids: list[int]) -> float:
    return float(sum(psutil.Process(pid).memory_info().rss for pid in pids))
