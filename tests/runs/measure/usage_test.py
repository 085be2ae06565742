"""What was seen over time is thinned without losing a peak, and what processes used is never counted twice."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from crossover.runs.measure.child import run_measured
from crossover.runs.measure.process import Seen, resident
from crossover.runs.measure.process_tree import ProcessTree
from crossover.runs.measure.totals import Totals, TreeTotals
from crossover.runs.measure.usage import Sample, over_time

pytestmark = pytest.mark.once

MIB = 2**20
READ = "zeros = open('/dev/zero', 'rb', buffering=0)\nfor _ in range(64): zeros.read(1 << 20)"
ONE, TWO, THREE = (1, 0.5), (2, 0.6), (3, 0.7)


def python(script: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", script]


def seen(cpu: float, family: float | None = None, read: int = 0, parent: int = 1) -> Seen:
    return Seen(cpu, cpu if family is None else family, read, 0, 0, parent)


def test_what_was_just_forked_runs_in_its_parent_s_pages() -> None:
    parent = Seen(0, 0, 0, 0, 1000, 1, 5000)
    forked, other = Seen(0, 0, 0, 0, 1000, 10, 5000), Seen(0, 0, 0, 0, 300, 10, 800)
    assert resident([(10, parent), (11, forked), (12, other)]) == 1300
    grown = Seen(0, 0, 0, 0, 1050, 10, 5100)
    assert resident([(10, parent), (11, grown)]) == 2050
    assert resident([(11, forked)]) == 1000


def test_a_program_that_is_being_started_does_not_count_its_starter_s_memory() -> None:
    # the child of vfork has its parent's pages until it becomes another program, and here it waits before that
    vfork = "import ctypes, os\nlibc = ctypes.CDLL(None)\nheld = bytearray(b'1') * (200 << 20)\nif libc.vfork() == 0:\n    libc.usleep(600000)\n    libc._exit(0)"
    assert run_measured(python(vfork)).usage.peak_memory < 300 * MIB


def test_use_over_time_is_cores_between_two_points_and_the_largest_memory() -> None:
    samples = [Sample(0.0, 0.0, 5), Sample(1.0, 2.0, 50), Sample(2.0, 2.5, 20), Sample(3.0, 2.5, 10), Sample(4.0, 3.5, 30)]
    assert over_time(samples) == [(1.0, 2.0, 50), (2.0, 0.5, 20), (3.0, 0.0, 10), (4.0, 1.0, 30)]
    assert over_time(samples, most=2) == [(1.0, 2.0, 50), (4.0, 0.5, 30)]
    assert over_time(samples[:1]) == []


def test_of_many_samples_few_are_kept_with_every_peak_and_all_cpu() -> None:
    samples = [Sample(each / 20, each / 40, each % 977) for each in range(10_000)]
    kept = over_time(samples)
    assert len(kept) <= 200
    assert max(memory for _, _, memory in kept) == 976
    spans = [later[0] - earlier[0] for earlier, later in zip([(0.0, 0, 0), *kept], kept, strict=False)]
    assert sum(cores * span for (_, cores, _), span in zip(kept, spans, strict=True)) == pytest.approx(9999 / 40)


def test_a_child_that_was_waited_for_is_counted_in_its_parent_alone() -> None:
    totals = TreeTotals()
    totals.update({ONE: seen(1.0), TWO: seen(4.0, read=100, parent=1)})
    totals.update({ONE: seen(1.0, family=5.5, read=130)})
    used = totals.now(None).since(Totals())
    assert (used.cpu_s, used.read_bytes) == (5.5, 130)


def test_a_child_that_outlived_its_parent_keeps_what_it_was_last_seen_with() -> None:
    totals = TreeTotals()
    totals.update({ONE: seen(1.0), TWO: seen(4.0, read=100, parent=77)})
    totals.update({ONE: seen(1.5)})
    used = totals.now(None).since(Totals())
    assert (used.cpu_s, used.read_bytes) == (5.5, 100)


def test_a_child_that_nobody_waits_for_keeps_its_last_cpu() -> None:
    totals = TreeTotals()
    totals.update({ONE: seen(1.0), TWO: seen(4.0, parent=1)})
    totals.update({ONE: seen(1.2)})
    assert totals.now(None).since(Totals()).cpu_s == 5.2


def test_what_the_kernel_counts_goes_before_what_was_polled() -> None:
    totals = TreeTotals()
    totals.update({ONE: seen(1.0)})
    assert totals.now(3.0).since(Totals()).cpu_s == 3.0
    assert totals.now(3.0).since(totals.now(1.25)).cpu_s == 1.75


def test_nothing_shrinks_while_a_child_goes_from_one_count_to_the_other() -> None:
    totals = TreeTotals()
    totals.update({ONE: seen(1.0), TWO: seen(4.0, read=100, parent=1), THREE: seen(2.0, read=50, parent=2)})
    before = totals.now(None)
    totals.update({ONE: seen(1.0)})
    assert totals.now(None).read_bytes >= before.read_bytes
    assert totals.now(None).used_s >= before.used_s


def test_bytes_are_those_of_the_whole_tree_processes_that_ended_included() -> None:
    script = f"import subprocess, sys\nfor _ in range(2): subprocess.run([sys.executable, '-I', '-S', '-c', {READ!r}])"
    usage = run_measured(python(script)).usage
    assert usage.read_bytes == pytest.approx(128 * MIB, rel=0.05)


def test_bytes_written_are_counted_too() -> None:
    usage = run_measured(python("open('/dev/null', 'wb', buffering=0).write(bytes(100 << 20))")).usage
    assert usage.written_bytes == pytest.approx(100 * MIB, rel=0.01)


def test_a_mark_counts_only_the_bytes_after_it() -> None:
    with ProcessTree() as tree:
        subprocess.run(python(READ), check=True)
        mark = tree.mark()
        subprocess.run(python(READ), check=True)
        used = tree.since(mark)
    assert used.read_bytes == pytest.approx(64 * MIB, rel=0.05)


def test_samples_are_halved_when_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crossover.runs.measure.process_tree.KEPT", 8)
    with ProcessTree(interval=0.01) as tree:
        time.sleep(0.8)
        seconds = [each.seconds for each in tree.samples()]
    assert len(seconds) <= 8
    assert seconds == sorted(seconds)
    assert seconds[-1] > 0.2
