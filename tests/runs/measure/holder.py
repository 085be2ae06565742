"""Who holds a memory limit on this machine."""

from __future__ import annotations

from crossover.runs.measure.control_groups import ControlGroups


def holder() -> str:
    """Return `cgroup` where a control group with a limit can be made, else `watchdog`."""
    with ControlGroups(512 << 20) as groups:
        return "watchdog" if groups.memory is None else "cgroup"
