"""`crossover engines --meter` prints what the meter saw, and fails when it is off."""

from __future__ import annotations

import json

import pytest

from crossover.cli import meter
from crossover.cli.main import main
from crossover.runs.measure.self_test import Check

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """No engine works, so that none is opened."""
    monkeypatch.setattr(meter, "ENGINES", {})


def seen(measured: float) -> list[Check]:
    return [Check("a child", "cpu", 2.0, measured, "cgroup"), Check("a child", "memory", 100 * 2**20, 101 * 2**20, "polling")]


def test_it_shows_what_is_known_and_what_was_measured(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(meter, "check_child", lambda: seen(2.04))
    assert main(["engines", "--meter"]) == 0
    _, cpu, memory, verdict = capsys.readouterr().out.splitlines()
    assert cpu.split() == ["a", "child", "cpu", "2.00", "s", "2.04", "s", "+2.0%", "cgroup"]
    assert memory.split() == ["a", "child", "memory", "100.0", "MiB", "101.0", "MiB", "+1.0%", "polling"]
    assert verdict == "all within 5%"


def test_a_meter_that_is_off_is_an_engine_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(meter, "check_child", lambda: seen(1.5))
    assert main(["engines", "--meter", "--json"]) == 4
    found = json.loads(capsys.readouterr().out)
    assert [each["held"] for each in found["checks"]] == [False, True]
    assert found["error"]["message"] == "the meter is off by more than 5% on this machine: cpu of a child"
