"""A tree that needs more than its limit is ended and says so; one that needs less does not notice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from crossover.runs.measure import child, control_groups
from crossover.runs.measure.child import does_not_fit, run_measured
from crossover.runs.measure.control_groups import ControlGroups
from tests.runs.measure.holder import holder

pytestmark = pytest.mark.once

MIB = 2**20
HOLD = "import time\nheld = bytearray({size})\nfor place in range(0, len(held), 4096): held[place] = 1\ntime.sleep({seconds})\nprint('done')"


@pytest.fixture(params=["cgroup", "watchdog"])
def by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to hold a limit. Where no control group can be made, the watchdog stands in for it, twice."""
    if request.param == "watchdog":
        monkeypatch.setattr(control_groups, "memory_places", list)
        return "watchdog"
    return holder()


def python(script: str) -> list[str]:
    return [sys.executable, "-S", "-c", script]


def test_a_child_that_needs_more_is_ended(by: str) -> None:
    began = time.monotonic()
    finished = run_measured(python(HOLD.format(size=400 * MIB, seconds=30)), memory_limit=150 * MIB)
    assert finished.limit is not None
    assert (finished.limit.by, finished.limit.exceeded, finished.limit.bytes) == (by, True, 150 * MIB)
    assert finished.code == -9
    assert finished.too_big == "does not fit in 150 MB"
    assert time.monotonic() - began < 20


def test_a_child_that_needs_less_does_not_notice(by: str) -> None:
    finished = run_measured(python(HOLD.format(size=100 * MIB, seconds=0.2)), memory_limit=300 * MIB)
    assert (finished.code, finished.output) == (0, "done\n")
    assert finished.limit is not None
    assert (finished.limit.by, finished.limit.exceeded, finished.too_big) == (by, False, None)


def test_the_limit_is_of_the_whole_tree_and_all_of_it_is_ended(by: str) -> None:
    hold = HOLD.format(size=120 * MIB, seconds=30)
    start = f"[subprocess.Popen([sys.executable, '-S', '-c', {hold!r}]) for _ in range(3)]"
    # the parent itself is small and would live on without its children
    script = f"import os, subprocess, sys, time\nchildren = {start}\nprint(*[each.pid for each in children], flush=True)\ntime.sleep(30)"
    finished = run_measured(python(script), memory_limit=300 * MIB)
    assert finished.too_big is not None
    assert finished.code == -9
    assert finished.limit is not None
    assert finished.limit.by == by
    children = [int(text) for text in finished.output.split()]
    assert len(children) == 3
    assert not any(psutil.pid_exists(pid) for pid in children)


def test_what_is_reserved_and_not_used_counts_for_nothing(by: str) -> None:
    del by
    script = "import mmap\nreserved = mmap.mmap(-1, 4 << 30)\nprint(len(reserved))"
    assert run_measured(python(script), memory_limit=200 * MIB).output == f"{4 << 30}\n"


def test_the_child_is_told_its_limit() -> None:
    finished = run_measured(python("import os\nprint(os.environ['CROSSOVER_MEMORY'])"), memory_limit=256 * MIB)
    assert finished.output == f"{256 * MIB}\n"


def test_the_words_are_those_of_the_option() -> None:
    assert does_not_fit(4 << 30) == "does not fit in 4 GB"
    assert does_not_fit(3 << 29) == "does not fit in 1.5 GB"
    assert does_not_fit(512 * MIB) == "does not fit in 512 MB"


def test_without_a_group_cpu_is_polled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_groups, "cpu_places", list)
    assert run_measured(python("pass")).usage.cpu_from == "polling"


def test_a_group_goes_with_its_command_and_takes_what_was_left_inside() -> None:
    groups = ControlGroups()
    if groups.cpu is None:
        pytest.skip("no control group can be made here")
    with groups:
        left = "import subprocess, sys\nprint(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], stdout=-3, stderr=-3, start_new_session=True).pid)"
        done = subprocess.run(groups.inside(python(left)), capture_output=True, text=True, check=True)
        daemon = psutil.Process(int(done.stdout))
        assert daemon.is_running()
    assert not Path(groups.cpu.place.folder).exists()
    # reaped or about to be, by whoever took it over
    assert not daemon.is_running() or daemon.status() == psutil.STATUS_ZOMBIE


def test_groups_of_a_maker_that_was_killed_are_taken_away() -> None:
    with ControlGroups() as groups:
        if groups.cpu is None:
            pytest.skip("no control group can be made here")
        dead = subprocess.Popen(python("pass"))
        dead.wait()
        stale = groups.cpu.place.folder.with_name(f"{control_groups.NAME}-{dead.pid}-0")
        stale.mkdir()
        with ControlGroups():
            assert not stale.exists()


def test_an_interruption_leaves_no_group_and_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[ControlGroups] = []
    pids: list[int] = []

    def interrupted(kind: int, pid: int, options: int) -> None:
        pids.append(pid)
        raise KeyboardInterrupt

    def noted(limit: int | None) -> ControlGroups:
        made.append(ControlGroups(limit))
        return made[0]

    monkeypatch.setattr(child, "ControlGroups", noted)
    monkeypatch.setattr(os, "waitid", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_measured(python("import time\ntime.sleep(60)"), memory_limit=200 * MIB)
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert not any(group.place.folder.exists() for group in made[0].groups)
