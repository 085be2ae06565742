"""Where control groups may be made: the folders of this process's own groups, by /proc."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from crossover.core.files import text_or_nothing

MEMBERSHIP = Path("/proc/self/cgroup")
MOUNTS = Path("/proc/self/mountinfo")
UNIFIED = ""
"""The name of the one hierarchy of version 2, which has no controllers of its own in MEMBERSHIP."""


@dataclass(frozen=True)
class Place:
    """A folder of the control group file system, and which version speaks there."""

    folder: Path
    version: int


def cpu_places(membership: Path = MEMBERSHIP, mounts: Path = MOUNTS) -> list[Place]:
    """Return places below which a new group's CPU is counted: version 2 does so in every group."""
    own = own_folders(membership, mounts)
    return [Place(own[name], version) for name, version in ((UNIFIED, 2), ("cpuacct", 1)) if name in own]


def memory_places(membership: Path = MEMBERSHIP, mounts: Path = MOUNTS) -> list[Place]:
    """Return places below which a new group's memory can be limited.

    Version 2 limits memory only below a group that hands the controller on, and such a group has no processes of its
    own: the nearest one above ours, unless a limit between the two would be escaped.
    """
    own = own_folders(membership, mounts)
    places = [Place(found, 2)] if UNIFIED in own and (found := _hands_memory_on(own[UNIFIED])) is not None else []
    return [*places, *([Place(own["memory"], 1)] if "memory" in own else [])]


def own_folders(membership: Path, mounts: Path) -> Mapping[str, Path]:
    """Return the folder of this process's group for each controller of version 1, and for version 2."""
    roots = _mounted(mounts)
    found: dict[str, Path] = {}
    for line in _lines(membership):
        _, controllers, path = line.split(":", 2)
        for name in controllers.split(","):
            if name in roots and (folder := _below(*roots[name], path)) is not None:
                found[name] = folder
    return found


def _mounted(mounts: Path) -> dict[str, tuple[Path, str]]:
    """Return, for each controller, where it is mounted and which group is seen there."""
    found: dict[str, tuple[Path, str]] = {}
    for line in _lines(mounts):
        before, _, after = line.partition(" - ")
        root, place = before.split()[3:5]
        kind, _, options = after.split(maxsplit=2)
        if kind == "cgroup2":
            found.setdefault(UNIFIED, (Path(place), root))
        elif kind == "cgroup":
            for name in options.split(","):
                found.setdefault(name, (Path(place), root))
    return found


def _below(mounted: Path, root: str, path: str) -> Path | None:
    """Return the folder of a group, of which only what lies below `root` is seen at `mounted`."""
    if ".." in path.split("/"):
        return None
    inside = path.removeprefix(root) if root != "/" and path.startswith(root) else path
    folder = mounted / inside.strip("/")
    return folder if folder.is_dir() else None


def _hands_memory_on(own: Path) -> Path | None:
    for folder in (own, *own.parents):
        if "memory" in text_or_nothing(folder / "cgroup.subtree_control").split():
            return folder
        if not (folder / "cgroup.procs").exists() or text_or_nothing(folder / "memory.max").strip() not in ("", "max"):
            return None
    return None


def _lines(path: Path) -> list[str]:
    return text_or_nothing(path).splitlines()
