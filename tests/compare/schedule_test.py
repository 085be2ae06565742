"""The order of a comparison's runs."""

from __future__ import annotations

import pytest

from crossover.compare.schedule import Configuration, Size, schedule

pytestmark = pytest.mark.once

PANDAS, POLARS, SPARK = (Configuration(name, 2) for name in ("pandas", "polars", "spark"))


def test_each_round_begins_with_another_engine_and_warm_ups_come_first() -> None:
    turns = list(schedule([Size("1", 1.0, {})], [PANDAS, POLARS, SPARK], repeats=3, warm_ups=1))
    assert [(turn.configuration.engine, turn.repeat, turn.discarded) for turn in turns] == [
        ("pandas", 0, True), ("polars", 0, True), ("spark", 0, True),
        ("pandas", 0, False), ("polars", 0, False), ("spark", 0, False),
        ("polars", 1, False), ("spark", 1, False), ("pandas", 1, False),
        ("spark", 2, False), ("pandas", 2, False), ("polars", 2, False),
    ]  # fmt: skip


def test_a_size_is_done_before_the_next_one_begins_and_no_run_comes_twice() -> None:
    sizes = [Size(name, None, {}) for name in ("small", "large")]
    turns = list(schedule(sizes, [PANDAS, Configuration("pandas", 1), SPARK], repeats=4, warm_ups=2))
    assert [turn.size.name for turn in turns] == ["small"] * 18 + ["large"] * 18
    assert len({turn.key for turn in turns}) == 36
