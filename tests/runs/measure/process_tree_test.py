"""The sampler tells CPU and memory of children whose use is known."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from crossover.runs.measure import child, control_groups
from crossover.runs.measure.child import run_measured
from crossover.runs.measure.process import COUNTS_BYTES
from crossover.runs.measure.process_tree import ProcessTree, root_of_this_run

# burns CPU until the process itself says that it has used so much, and tells how much exactly
BURN = "import time\nwhile time.process_time() < {cpu}: sum(range(2000))\nprint(time.process_time())"
MIB = 2**20


def test_cpu_of_a_child_is_what_it_says_itself() -> None:
    finished = run_measured([sys.executable, "-S", "-c", BURN.format(cpu=0.6)])
    said = float(finished.output)
    assert finished.code == 0
    # the rest is start and end of the interpreter; the kernel counts in hundredths
    assert said - 0.03 <= finished.usage.cpu_s <= said + 0.4
    assert finished.usage.wall_s >= finished.usage.cpu_s * 0.9


COUNT = f"""
import json, sys, time
from {control_groups.__name__} import cpu_of_our_group
counted = cpu_of_our_group()
began, before = time.process_time(), counted() if counted else 0.0
while time.process_time() < began + 0.5: sum(range(2000))
print(json.dumps([counted and counted() - before, time.process_time() - began]))
"""


def test_a_measured_child_reads_the_count_of_the_group_that_it_is_in() -> None:
    finished = run_measured([sys.executable, "-c", COUNT])
    counted, said = json.loads(finished.output)
    assert (counted is None) == (finished.usage.cpu_from == "polling")
    assert counted is None or counted == pytest.approx(said, abs=0.05)


def test_a_child_without_a_group_of_its_own_does_not_read_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_groups, "cpu_places", list)
    monkeypatch.setenv(control_groups.VARIABLE, str(tmp_path))
    finished = run_measured([sys.executable, "-c", f"import os; print({control_groups.VARIABLE!r} in os.environ)"])
    assert finished.output == "False\n"


def test_a_group_that_we_are_not_in_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cgroup.procs").write_text(f"{os.getpid()}\n", encoding="ascii")
    (tmp_path / "cpuacct.usage").write_text("1500000000\n", encoding="ascii")
    monkeypatch.setenv(control_groups.VARIABLE, str(tmp_path))
    counted = control_groups.cpu_of_our_group()
    assert counted is not None
    assert counted() == 1.5
    (tmp_path / "cgroup.procs").write_text("1\n", encoding="ascii")
    assert control_groups.cpu_of_our_group() is None


def test_what_a_child_uses_before_the_first_look_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(ProcessTree):
        """A sampler that a busy machine lets begin half a second after the child."""

        def __init__(self, pid: int | None = None, **options: Any) -> None:
            time.sleep(0.5)
            super().__init__(pid, **options)

    monkeypatch.setattr(child, "ProcessTree", Late)
    finished = run_measured(
        [
            sys.executable,
            "-S",
            "-c",
            "import time\nbegan = time.time()\nwhile time.process_time() < 0.3: sum(range(2000))\ntime.sleep(0.6)\nprint(time.time() - began)",
        ]
    )
    assert finished.usage.cpu_s >= 0.27
    assert finished.usage.wall_s >= float(finished.output)


def test_cpu_of_a_grandchild_that_has_ended_is_kept() -> None:
    script = BURN.format(cpu=0.5)
    finished = run_measured(
        [
            sys.executable,
            "-S",
            "-c",
            f"import subprocess, sys, time\nsubprocess.run([sys.executable, '-S', '-c', {script!r}])\ntime.sleep(0.4)",
        ]
    )
    # what a process uses after its last sample is lost: at most one interval, and the scheduler's delay of the sampler
    assert 0.3 <= finished.usage.cpu_s <= 1.2


def test_memory_is_the_largest_sum_at_one_instant() -> None:
    hold = f"import time\nheld = bytearray({150 * MIB})\nfor place in range(0, len(held), 4096): held[place] = 1\ntime.sleep(0.8)"
    # the child holds its own until the parent has held its own as well, however long either takes
    waits = f"{hold}\nprint(flush=True)\ntime.sleep(60)"
    start = f"child = subprocess.Popen([sys.executable, '-S', '-c', {waits!r}], stdout=subprocess.PIPE)\nchild.stdout.readline()"
    together = f"import subprocess, sys\n{start}\n{hold}\nchild.kill()\nchild.wait()"
    after_another = f"import subprocess, sys\nfor _ in range(2): subprocess.run([sys.executable, '-S', '-c', {hold!r}])"
    both = run_measured([sys.executable, "-S", "-c", together]).usage.peak_memory
    one = run_measured([sys.executable, "-S", "-c", after_another]).usage.peak_memory
    assert 300 * MIB <= both <= 380 * MIB
    assert 150 * MIB <= one <= 230 * MIB


def test_under_spark_submit_the_tree_begins_at_the_jvm_that_started_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYSPARK_GATEWAY_PORT", raising=False)
    assert root_of_this_run() == os.getpid()
    monkeypatch.setenv("PYSPARK_GATEWAY_PORT", "12345")
    assert root_of_this_run() == os.getppid()


def test_a_mark_measures_what_came_after_it() -> None:
    with ProcessTree() as tree:
        _burn(0.3)
        mark = tree.mark()
        _burn(0.2)
        usage = tree.since(mark)
    assert 0.15 <= usage.cpu_s <= 0.5


def test_measurements_may_be_nested() -> None:
    with ProcessTree() as tree:
        outer = tree.mark()
        before = tree.since(tree.mark()).peak_memory
        inner = tree.mark()
        held = bytearray(b"1") * (120 * MIB)
        inside = tree.since(inner)
        del held
        outside = tree.since(outer)
    assert inside.peak_memory - before >= 100 * MIB
    assert outside.peak_memory == inside.peak_memory
    assert outside.wall_s >= inside.wall_s


@pytest.mark.skipif(not COUNTS_BYTES, reason="this system does not count bytes")
def test_what_the_meter_reads_itself_is_not_counted(tmp_path: Path) -> None:
    read = tmp_path / "read"
    read.write_bytes(bytes(3 * MIB))
    with ProcessTree(interval=0.001) as tree:
        mark = tree.mark()
        time.sleep(0.5)
        read.read_bytes()
        usage = tree.since(mark)
    # hundreds of looks at least, each of kilobytes
    assert len(tree.samples()) > 50
    assert usage.read_bytes == pytest.approx(3 * MIB, abs=100_000)


@pytest.mark.parametrize("code", [0, 3])
def test_the_exit_code_is_the_child_s(code: int) -> None:
    assert run_measured([sys.executable, "-S", "-c", f"raise SystemExit({code})"]).code == code


def test_a_child_killed_by_a_signal_tells_which() -> None:
    assert run_measured([sys.executable, "-S", "-c", "import os\nos.kill(os.getpid(), 9)"]).code == -9


def _burn(seconds: float) -> None:
    began = time.process_time()
    while time.process_time() - began < seconds:
        sum(range(2000))
