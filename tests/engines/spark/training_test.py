"""MLlib's answers against the objective itself, on dense columns and codes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from crossover.core.errors import DataError
from crossover.engines.base import Engine
from crossover.engines.spark.kernels import Layout, block_sums, nothing
from crossover.engines.spark.narrow_sums import is_narrow
from crossover.learning.models.matrix import CodeBlock, Floats, Loss, Matrix
from crossover.learning.models.penalty import Penalty
from crossover.relations.nodes import InlineTable, Materialise, Scan
from tests.engines.spark.plans_test import persisted

ROWS, L2 = 600, 0.01


def example(seed: int, codes: bool = True, label: bool = True) -> tuple[Matrix, Floats, Floats]:
    """Return a matrix, its columns written out with a leading one, and the labels."""
    random = np.random.default_rng(seed)
    dense = random.normal(size=(ROWS, 3))
    letters, hours = random.integers(0, 4, ROWS), random.integers(0, 3, ROWS)
    score = dense @ [1.0, -2.0, 0.5] + (letters == 2) - (hours == 0) + random.logistic(size=ROWS)
    labels = (score > 0).astype(np.int64)
    columns = {f"x{place}": pa.array(dense[:, place]) for place in range(3)}
    columns |= {"letter": pa.array(letters), "hour": pa.array(hours), "y": pa.array(labels)}
    relation = Scan(InlineTable(pa.table(columns)), tuple(columns))
    blocks = (CodeBlock("letter", 4), CodeBlock("hour", 3)) if codes else ()
    written = np.column_stack([np.ones(ROWS), dense, *((letters == each for each in range(4)) if codes else ()), *((hours == each for each in range(3)) if codes else ())])
    return Matrix(relation, ("x0", "x1", "x2"), blocks, "y" if label else None, ROWS), written.astype(np.float64), labels.astype(np.float64)


@pytest.mark.parametrize("codes", [True, False])
def test_sums_are_those_of_the_columns_written_out(spark_engine: Engine[Any], codes: bool) -> None:
    matrix, design, labels = example(1, codes)
    coefficients = np.random.default_rng(2).normal(size=design.shape[1])
    sums = spark_engine.loss_sums(matrix, coefficients, "logistic")
    score = design @ coefficients
    probability = 1 / (1 + np.exp(-score))
    assert sums.rows == ROWS
    assert sums.loss == pytest.approx(-np.sum(np.where(labels == 1, np.log(probability), np.log1p(-probability))), rel=1e-12)
    np.testing.assert_allclose(sums.gradient, design.T @ (probability - labels), rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(sums.hessian, design.T @ (design * (probability * (1 - probability))[:, None]), rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("loss", ["logistic", "squared"])
@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize("rows", [0, ROWS])
def test_one_aggregation_says_what_python_workers_say(spark_engine: Engine[Any], loss: Loss, weight: str | None, rows: int) -> None:
    random = np.random.default_rng(5)
    columns = {"x0": random.normal(size=rows) * 400, "x1": random.normal(size=rows), "w": random.integers(0, 3, rows).astype(float)}
    table = pa.table({**columns, "y": pa.array(random.integers(0, 2, rows), pa.int64())})
    matrix = Matrix(Scan(InlineTable(table), tuple(table.column_names)), ("x0", "x1"), (), "y", rows, weight)
    coefficients = np.array([0.5, -2.0, 1.0])
    assert is_narrow(matrix, meat=True)
    found = spark_engine.loss_sums(matrix, coefficients, loss, meat=True)
    expected = nothing(3, meat=True)
    if rows:
        expected = block_sums(table, Layout(matrix.dense, (), "y", weight, loss, meat=True), coefficients)
    assert (found.rows, found.weight) == (expected.rows, expected.weight)
    assert found.loss == pytest.approx(expected.loss, rel=1e-13)
    for name in ("gradient", "hessian", "meat"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-11, atol=1e-9, err_msg=name)


def test_a_sum_of_many_like_addends_does_not_drift(spark_engine: Engine[Any]) -> None:
    """Row by row they drift by 3e-12 in each of two partitions, and Newton's steps are told apart by 1e-12."""
    rows = 1 << 18
    table = pa.table({"x": np.zeros(rows), "y": pa.array(np.zeros(rows, dtype=np.int64))})
    matrix = Matrix(Scan(InlineTable(table), ("x", "y")), ("x",), (), "y", rows)
    found = spark_engine.loss_sums(matrix, np.array([0.3, 0.0]), "logistic")
    assert found.loss == pytest.approx(rows * np.log1p(np.exp(0.3)), rel=5e-13)


@pytest.mark.parametrize("codes", [True, False])
def test_logistic_regression_is_at_the_optimum_of_the_objective(spark_engine: Engine[Any], codes: bool) -> None:
    matrix, design, labels = example(3, codes)
    before = persisted(spark_engine)
    found = spark_engine.fit_logistic_regression(matrix, Penalty(l2=L2), 500, 1e-10)
    penalty = np.full(len(found), L2)
    penalty[0] = 0
    gradient = design.T @ (1 / (1 + np.exp(-design @ found)) - labels) / ROWS + penalty * found
    assert np.linalg.norm(gradient) < 1e-5
    assert not persisted(spark_engine) - before


def test_a_label_of_one_value_has_no_model(spark_engine: Engine[Any]) -> None:
    table = pa.table({"x": [1.0, 2.0, 3.0], "y": pa.array([1, 1, 1])})
    with pytest.raises(DataError, match="one value only"):
        spark_engine.fit_logistic_regression(Matrix(Scan(InlineTable(table), ("x", "y")), ("x",), (), "y", 3), Penalty(l2=0.1), 50, 1e-8)


@pytest.mark.parametrize(("codes", "offset"), [(True, 0.0), (False, 0.0), (False, 1e6)])
def test_k_means_is_lloyds_iteration(spark_engine: Engine[Any], codes: bool, offset: float) -> None:
    matrix, design, _ = example(4, codes, label=False)
    table = matrix.relation.source.table  # type: ignore[union-attr]
    for place in range(3):
        table = table.set_column(place, f"x{place}", pa.array(table[f"x{place}"].to_numpy() + offset))
    design[:, 1:4] += offset
    matrix = Matrix(Scan(InlineTable(table), tuple(table.column_names)), matrix.dense, matrix.codes, None, ROWS)
    points = design[:, 1:]
    centres = points[:4].copy()
    before = persisted(spark_engine)
    found, other = spark_engine.fit_k_means(matrix, [centres, points[4:8].copy()], 7)
    assert (found != other).any()
    for _ in range(7):
        nearest = ((points[:, None, :] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
        centres = np.array([points[nearest == each].mean(axis=0) for each in range(4)])
    np.testing.assert_allclose(found, centres, rtol=1e-12, atol=1e-11)
    assert not persisted(spark_engine) - before


def test_a_materialised_matrix_stays_until_it_is_released(spark_engine: Engine[Any]) -> None:
    matrix, _, _ = example(5)
    before = persisted(spark_engine)
    kept = Materialise(matrix.relation, "matrix", "a test")
    spark_engine.fit_logistic_regression(Matrix(kept, matrix.dense, matrix.codes, "y", ROWS), Penalty(l2=L2), 20, 1e-6)
    assert len(persisted(spark_engine) - before) == 1
    spark_engine.release(kept)
    assert not persisted(spark_engine) - before
