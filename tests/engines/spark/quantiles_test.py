"""Exact quantiles by brackets, against NumPy on the whole column."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from crossover.core.errors import InternalError
from crossover.engines.base import Engine
from crossover.language.types import DOUBLE
from crossover.relations.nodes import InlineTable, Scan
from crossover.relations.schema import arrow_type

ROWS = 30_000
SHARES = (0.0, 0.001, 0.25, 0.5, 0.9, 0.999, 1.0)


def columns() -> dict[str, np.ndarray[Any, Any]]:
    random = np.random.default_rng(20)
    return {
        "normal": random.normal(size=ROWS),
        "skewed": np.exp(random.normal(scale=3, size=ROWS)),
        "constant": np.full(ROWS, 2.5),
        "half zeros": np.where(random.random(ROWS) < 0.5, 0.0, random.random(ROWS)),
        "three values": random.choice([-1.0, 0.0, 7.0], ROWS),
        "one giant": np.concatenate((random.random(ROWS - 1), [1e300])),
    }


def scan(values: dict[str, np.ndarray[Any, Any]], missing: np.ndarray[Any, Any] | None = None) -> Scan:
    table = pa.table({name: pa.array(each, arrow_type(DOUBLE), mask=missing) for name, each in values.items()})
    return Scan(InlineTable(table), tuple(table.column_names))


def test_brackets_give_what_numpy_gives(spark_engine: Engine[Any]) -> None:
    values = columns()
    missing = np.random.default_rng(3).random(ROWS) < 0.1
    found = spark_engine.quantiles(scan(values, missing), dict.fromkeys(values, SHARES))
    for name, each in values.items():
        assert found[name] == tuple(float(value) for value in np.quantile(each[~missing], SHARES)), name


def test_brackets_are_narrow(spark_engine: Engine[Any]) -> None:
    from crossover.engines.spark.quantiles import _brackets, _held

    values = {"x": np.random.default_rng(4).normal(size=ROWS)}
    data = spark_engine.evaluate(scan(values)).data
    ((_, bracket),) = _brackets(data, {"x": (0.5,)})
    (held,) = _held(data, [bracket])
    assert 0 < len(held.inside) < ROWS * 0.002


def test_more_columns_than_a_batch_and_columns_without_values(spark_engine: Engine[Any]) -> None:
    values = {f"c{number}": np.arange(5.0) * number for number in range(35)}
    table = scan(values).source.table.append_column("empty", pa.nulls(5, pa.float64()))  # type: ignore[union-attr]
    found = spark_engine.quantiles(Scan(InlineTable(table), tuple(table.column_names)), dict.fromkeys(table.column_names, (0.5, 0.1)))
    assert found["empty"] == (None, None)
    assert [found[f"c{number}"] for number in (0, 3, 34)] == [(0.0, 0.0), (6.0, pytest.approx(1.2, abs=1e-15)), (68.0, pytest.approx(13.6, abs=1e-14))]


def test_a_bracket_without_the_rank_is_never_an_answer() -> None:
    from crossover.engines.spark.quantiles import Bracket, Held, neighbours

    bracket = Bracket("x", 100, 1.0, 2.0)
    assert neighbours(bracket, Held(49, 1, (), 1), 0.5).quantile == 1.5
    for held in (Held(50, 1, (), 1), Held(40, 1, (1.5,), 1)):
        with pytest.raises(InternalError, match="outside its bracket"):
            neighbours(bracket, held, 0.5)
