"""Where control groups may be made, on the kinds of machines there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossover.runs.measure.control_groups import Group
from crossover.runs.measure.group_places import Place, cpu_places, memory_places

pytestmark = pytest.mark.once


class Machine:
    """Files as the kernel shows them."""

    def __init__(self, folder: Path) -> None:
        self.groups = folder / "cgroup"
        self.membership, self.mounts = folder / "membership", folder / "mountinfo"

    def has(self, membership: str, *mounts: str) -> None:
        self.membership.write_text(membership)
        self.mounts.write_text("".join(f"{each}\n" for each in mounts))

    def group(self, path: str, **files: str) -> Path:
        folder = self.groups / path
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in {"cgroup.procs": "", **files}.items():
            (folder / name.replace("__", ".")).write_text(text)
        return folder

    def cpu(self) -> list[Place]:
        return cpu_places(self.membership, self.mounts)

    def memory(self) -> list[Place]:
        return memory_places(self.membership, self.mounts)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def unified(machine: Machine, root: str = "/") -> str:
    return f"29 24 0:26 {root} {machine.groups} rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate"


def old(machine: Machine, name: str, root: str = "/") -> str:
    return f"35 29 0:31 {root} {machine.groups / name} rw shared:9 - cgroup cgroup rw,{name}"


def test_of_version_2_cpu_is_counted_below_our_own_group_and_memory_below_the_one_that_hands_it_on(machine: Machine) -> None:
    machine.has("0::/user.slice/user-0.slice/session-1.scope\n", unified(machine))
    machine.group("", cgroup__subtree_control="cpu memory")
    above = machine.group("user.slice/user-0.slice", cgroup__subtree_control="cpu memory pids", memory__max="max")
    own = machine.group("user.slice/user-0.slice/session-1.scope", cgroup__subtree_control="", memory__max="max")
    assert machine.cpu() == [Place(own, 2)]
    assert machine.memory() == [Place(above, 2)]


def test_a_limit_that_holds_for_us_is_not_escaped(machine: Machine) -> None:
    machine.has("0::/box\n", unified(machine))
    machine.group("", cgroup__subtree_control="memory")
    machine.group("box", cgroup__subtree_control="", memory__max=str(2 << 30))
    assert machine.memory() == []


def test_where_nobody_hands_memory_on_there_is_no_place(machine: Machine) -> None:
    machine.has("0::/\n", unified(machine))
    own = machine.group("", cgroup__subtree_control="")
    assert machine.memory() == []
    assert machine.cpu() == [Place(own, 2)]


def test_of_version_1_each_controller_has_a_folder_of_its_own(machine: Machine) -> None:
    machine.has("8:memory:/box\n2:cpu,cpuacct:/\n1:name=systemd:/\n", old(machine, "memory"), old(machine, "cpuacct"))
    memory, cpu = machine.group("memory/box"), machine.group("cpuacct")
    assert machine.cpu() == [Place(cpu, 1)]
    assert machine.memory() == [Place(memory, 1)]


def test_in_a_container_only_what_lies_below_its_own_group_is_mounted(machine: Machine) -> None:
    machine.has("8:memory:/docker/f00\n", old(machine, "memory", root="/docker/f00"))
    own = machine.group("memory")
    assert machine.memory() == [Place(own, 1)]


@pytest.mark.parametrize("membership", ["", "0::/../elsewhere\n", "0::/gone\n"])
def test_without_a_group_that_can_be_seen_there_is_no_place(machine: Machine, membership: str) -> None:
    machine.has(membership, unified(machine))
    machine.group("", cgroup__subtree_control="memory")
    assert (machine.cpu(), machine.memory()) == ([], [])


def test_no_system_with_groups_no_places(tmp_path: Path) -> None:
    assert memory_places(tmp_path / "none", tmp_path / "none") == []


def test_version_2_is_limited_counted_and_asked_in_its_own_words(machine: Machine) -> None:
    folder = machine.group("crossover-1-0", cpu__stat="usage_usec 2500000\nuser_usec 1\n", memory__events="oom 3\noom_kill 2\n", memory__swap__max="max")
    group = Group(Place(folder, 2))
    assert group.limit(4 << 30)
    assert ((folder / "memory.max").read_text(), (folder / "memory.swap.max").read_text()) == (str(4 << 30), "0")
    assert (group.cpu_s(), group.kills()) == (2.5, 2)


def test_version_1_is_limited_counted_and_asked_in_its_own_words(machine: Machine) -> None:
    swap = {"memory__memsw__limit_in_bytes": "-1"}
    folder = machine.group("crossover-1-0", cpuacct__usage="2500000000\n", memory__oom_control="under_oom 0\noom_kill 1\n", **swap)
    group = Group(Place(folder, 1))
    assert group.limit(4 << 30)
    assert {(folder / name).read_text() for name in ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes")} == {str(4 << 30)}
    assert (group.cpu_s(), group.kills()) == (2.5, 1)
