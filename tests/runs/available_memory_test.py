"""What may still be taken: of the machine, of the nearest control group with a limit, or of what a variable says."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from crossover.core.errors import ConfigError
from crossover.runs.available_memory import VARIABLE, available_memory, group_rooms, size_of

GIB = 1 << 30


def group(place: Path, limit: str, used: int, inactive: int = 0) -> None:
    place.mkdir(parents=True, exist_ok=True)
    (place / "memory.max").write_text(f"{limit}\n")
    (place / "memory.current").write_text(f"{used}\n")
    (place / "memory.stat").write_text(f"anon 5\ninactive_file {inactive}\n")


@pytest.fixture
def membership(tmp_path: Path) -> Path:
    file = tmp_path / "membership"
    file.write_text("0::/pod/box\n")
    return file


@pytest.mark.parametrize(
    ("text", "size"), [("8g", 8 * GIB), ("1.5 GiB", 3 * GIB // 2), ("500m", 500 << 20), ("2kb", 2048), ("77", 77), ("1T", 1 << 40)]
)
def test_a_size_has_a_unit_or_is_bytes(text: str, size: int) -> None:
    assert size_of(text) == size


@pytest.mark.parametrize("text", ["", "much", "-1g", "8x"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="is no size"):
        size_of(text)


def test_the_group_with_the_least_room_decides(tmp_path: Path, membership: Path) -> None:
    groups = tmp_path / "cgroup"
    group(groups / "pod" / "box", "max", GIB)
    group(groups / "pod", str(4 * GIB), 3 * GIB, inactive=GIB // 2)
    assert group_rooms(groups, membership) == [4 * GIB - 3 * GIB + GIB // 2]


def test_the_limit_of_an_old_kind_of_group_counts_too(tmp_path: Path) -> None:
    place = tmp_path / "cgroup" / "memory"
    place.mkdir(parents=True)
    (place / "memory.limit_in_bytes").write_text(str(2 * GIB))
    (place / "memory.usage_in_bytes").write_text(str(GIB))
    assert group_rooms(tmp_path / "cgroup", tmp_path / "none") == [GIB]


def test_without_limits_it_is_what_the_machine_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert available_memory(tmp_path, tmp_path / "none") == pytest.approx(psutil.virtual_memory().available, rel=0.5)


def test_the_variable_stands_above_all(tmp_path: Path, membership: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group(tmp_path / "pod", str(GIB), 0)
    monkeypatch.setenv(VARIABLE, "123m")
    assert available_memory(tmp_path, membership) == 123 << 20
