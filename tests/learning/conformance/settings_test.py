"""Random settings on every engine: the optimum of the definition, by a third opinion, and the same answer.

40 settings on one machine, and on each line of Spark a quarter of them, another one; `make conformance` runs 200 on all (CROSSOVER_SETTINGS).
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import pytest

from tests.conftest import OLDER_SPARK, OpenEngines, chosen_engines, marks_of
from tests.learning.conformance.agreement import Outcome, complaints, differences, outcome_of
from tests.learning.conformance.settings import setting_of
from tests.learning.reference import Reference

ASKED = os.environ.get("CROSSOVER_SETTINGS")
SETTINGS = int(ASKED or 40)
BATCH = 4
"""Settings in one test."""


def on_spark() -> tuple[int, ...]:
    """A training on Spark is a few hundred small jobs, 5 to 15 s: unless asked for all, each of its two lines has a quarter of them."""
    return tuple(range(SETTINGS)) if ASKED else tuple(range(0 if OLDER_SPARK else 1, SETTINGS, 4))


@cache
def by_reference(number: int) -> Outcome:
    """What every engine is compared with: loops over rows, and zeros where a library would begin."""
    return outcome_of(Reference(), setting_of(number))


def wrong(engine: Any, number: int) -> list[str]:
    setting = setting_of(number)
    outcome = outcome_of(engine, setting)
    found = complaints(setting, outcome) + differences(setting, outcome, by_reference(number))
    return [f"{setting}: {each}" for each in found]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "name" in metafunc.fixturenames:
        pairs = [
            pytest.param(name, numbers[start : start + BATCH], marks=marks_of(name), id=f"{name}-{numbers[start]}")
            for name in chosen_engines(metafunc.config)
            for numbers in [on_spark() if name == "spark" else tuple(range(SETTINGS))]
            for start in range(0, len(numbers), BATCH)
        ]
        metafunc.parametrize(("name", "numbers"), pairs)


def test_settings_are_the_same_optimum_on_every_engine(
    name: str, numbers: tuple[int, ...], open_engines: OpenEngines
) -> None:
    engine = open_engines.get(name)
    assert [line for number in numbers for line in wrong(engine, number)] == []


@pytest.mark.once
@pytest.mark.parametrize("batch", range(0, min(SETTINGS, 40), BATCH))
def test_the_reference_is_at_the_optimum_too(batch: int) -> None:
    """From coefficients of 0, so that the polish alone finds it."""
    found = [f"{setting_of(each)}: {line}" for each in range(batch, batch + BATCH) for line in complaints(setting_of(each), by_reference(each))]
    assert found == []


def test_settings_cover_what_they_should() -> None:
    settings = [setting_of(number) for number in range(40)]
    assert {(each.classes, each.multinomial) for each in settings} == {(0, False), (2, False), (2, True), (3, True), (4, True)}
    assert {(bool(each.l1), bool(each.l2)) for each in settings} == {(False, False), (False, True), (True, False), (True, True)}
    assert any(each.weight is not None and (each.weight == 0).any() for each in settings)
    assert any(each.balanced for each in settings)
    assert any((each.dense.std(axis=0) == 0).any() for each in settings), "a constant column"
    assert any(0 < each.dense.std(axis=0).min() < 1e-8 for each in settings), "a tiny column"
    assert any(each.dense.std(axis=0).max() > 1e8 for each in settings), "a huge column"
    assert any(not each.scaled for each in settings)
    rare = [min((each.label == value).sum() for value in range(each.classes)) / len(each.label) for each in settings if each.classes]
    assert min(rare) <= 1 / 500
