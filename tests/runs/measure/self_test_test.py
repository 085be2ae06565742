"""The meter proves itself on work whose CPU, memory and bytes are known, within 5 %: directly, in a JVM, in its workers."""

from __future__ import annotations

import json

import pytest

from crossover.engines.base import EngineOptions
from crossover.engines.registry import open_engine
from crossover.runs.measure import control_groups
from crossover.runs.measure.self_test import BOUND, Check, check_child, check_engine, check_run
from tests.conftest import OpenEngines, is_left_out

TRIES = 3
"""The machine has other work, and the session of all tests a past: its heap may shrink. A meter that is wrong is so each time."""


def errors(checks: list[Check]) -> dict[str, float]:
    """Return the checks that failed, with what they saw."""
    return {f"{each.way}: {each.what} {each.known} {each.measured}": each.error for each in checks if not each.held}


@pytest.mark.once
@pytest.mark.parametrize("by", ["cgroup", "polling"])
def test_a_child(by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if by == "polling":
        monkeypatch.setattr(control_groups, "cpu_places", list)
    for _ in range(TRIES):
        checks = check_child()
        if not errors(checks):
            break
    assert [each.what for each in checks] == ["memory", "bytes", "cpu"]
    assert errors(checks) == {}


@pytest.mark.slow
def test_a_jvm_and_its_python_workers(engine_name: str, open_engines: OpenEngines) -> None:
    if engine_name != "spark":
        # it works in this process alone
        with open_engine(engine_name, EngineOptions()) as engine:
            assert check_engine(engine) == []
        return
    for _ in range(TRIES):
        checks = check_engine(open_engines.get(engine_name))
        if not errors(checks):
            break
    assert [(each.way, each.what) for each in checks] == [
        (way, what) for way in ("a JVM", "a Python worker") for what in ("cpu", "memory", "bytes")
    ]
    assert errors(checks) == {}


@pytest.mark.slow
def test_a_whole_run_with_its_jvm_and_workers(request: pytest.FixtureRequest) -> None:
    if is_left_out("spark", request.config):
        return
    for _ in range(TRIES):
        checks = check_run("spark")
        if not errors(checks):
            break
    assert [(each.way, each.what) for each in checks] == [("a run on spark", "cpu")]
    assert errors(checks) == {}


def test_a_check_is_held_up_to_5_percent_either_way() -> None:
    assert BOUND == 0.05
    held = [Check("a child", "cpu", 100.0, measured, "cgroup").held for measured in (94.9, 95.1, 100.0, 104.9, 105.1)]
    assert held == [False, True, True, True, False]
    assert json.loads(json.dumps(Check("a child", "cpu", 2.0, 2.05, "polling").to_json())) == {
        "way": "a child", "what": "cpu", "known": 2.0, "measured": 2.05, "by": "polling", "error": pytest.approx(0.025), "held": True
    }  # fmt: skip
