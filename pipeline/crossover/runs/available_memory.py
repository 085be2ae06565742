"""The memory that this process may still take: of the machine, or of the control group that it was put into."""

from __future__ import annotations

import os
import re
from pathlib import Path

import psutil

from crossover.core.errors import ConfigError
from crossover.core.files import text_or_nothing

VARIABLE = "CROSSOVER_MEMORY"
"""Environment variable with a limit of its own: `8g`, `500m`, or bytes."""
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


def available_memory(groups: Path = Path("/sys/fs/cgroup"), membership: Path = Path("/proc/self/cgroup")) -> int:
    """Return bytes. Raises ConfigError for a variable that is no size."""
    asked = memory_limit()
    if asked is not None:
        return asked
    return min([psutil.virtual_memory().available, *group_rooms(groups, membership)])


def memory_limit() -> int | None:
    """Return the bytes of the environment variable; None without it. Raises ConfigError if it is no size."""
    asked = os.environ.get(VARIABLE)
    return None if asked is None else size_of(asked)


def size_of(text: str) -> int:
    """Return the bytes of `8g`, `500m`, `1024`."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", text.strip().lower())
    if found is None:
        raise ConfigError(f"{VARIABLE}={text} is no size: 8g, 500m, or a number of bytes")
    return int(float(found.group(1)) * _UNITS[found.group(2)])


def group_rooms(groups: Path, membership: Path) -> list[int]:
    """Return what the control groups of this process leave free: a group's limit holds for all below it."""
    rooms = [_room(groups / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes")]
    own = next((line.split("::", 1)[1] for line in text_or_nothing(membership).splitlines() if line.startswith("0::")), "/")
    place = groups / own.strip().lstrip("/")
    while True:
        rooms.append(_room(place, "memory.max", "memory.current"))
        if place == groups or groups not in place.parents:
            break
        place = place.parent
    return [room for room in rooms if room is not None]


def _room(place: Path, limit: str, used: str) -> int | None:
    most, now = text_or_nothing(place / limit).strip(), text_or_nothing(place / used).strip()
    if not (most.isdigit() and now.isdigit()):
        return None
    return max(int(most) - int(now) + _cached(place / "memory.stat"), 0)


def _cached(statistics: Path) -> int:
    """Pages of files that the group counts as used and gives back when asked."""
    found = re.search(r"^(?:total_)?inactive_file (\d+)$", text_or_nothing(statistics), re.MULTILINE)
    return int(found.group(1)) if found else 0
