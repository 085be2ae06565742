"""Random settings of learning: tables, labels, weights and penalties, each from a number alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from crossover.language.types import DOUBLE, INT, Fact
from crossover.learning.evaluation.specification import Evaluate
from crossover.learning.models.specification import TrainLinearRegression, TrainLogisticRegression
from crossover.learning.preparation.specification import Input
from crossover.plan.plan import ModelPlan
from crossover.relations.nodes import InlineTable, Scan
from tests.learning.conformance.optimum import LONG, Problem, optimum, probabilities

SEPARATED = 1e-5
"""Without a penalty a probability this near 0 means classes that are nearly told apart: then there is no optimum."""


@dataclass(frozen=True, eq=False)
class Setting:
    """What is learned from what, and how."""

    number: int
    dense: Any
    """(n, p)"""
    codes: Any
    """(n, c), ints."""
    label: Any
    weight: Any
    """(n,), or None."""
    classes: int
    """0: a linear regression."""
    multinomial: bool
    balanced: bool
    l1: float
    l2: float
    scaled: bool
    """Whether the document scales the numbers; without a penalty it need not."""

    def __str__(self) -> str:
        kind = "linear" if not self.classes else f"{self.classes} classes" if self.multinomial else "logistic"
        weights = f"{'weights ' if self.weight is not None else ''}{'balanced ' if self.balanced else ''}"
        shape = f"{self.dense.shape[0]} rows, {self.dense.shape[1]} + {self.codes.shape[1]} columns"
        return f"setting {self.number}: {kind}, l1 {self.l1:.2g} l2 {self.l2:.2g} {weights}{'' if self.scaled else 'unscaled '}{shape}"

    @property
    def plan(self) -> ModelPlan:
        """The plan of its model: all rows learn, are judged and are scored."""
        numbers, codes = [f"x{place}" for place in range(self.dense.shape[1])], [f"c{place}" for place in range(self.codes.shape[1])]
        columns = {"id": pa.array(range(len(self.label))), "y": pa.array(self.label)}
        columns |= {name: pa.array(self.dense[:, place]) for place, name in enumerate(numbers)}
        columns |= {name: pa.array(self.codes[:, place]) for place, name in enumerate(codes)}
        schema = {name: Fact(DOUBLE, False) for name in numbers} | dict.fromkeys(["id", *codes], Fact(INT, False))
        schema["y"] = Fact(INT if self.classes else DOUBLE, False)
        if self.weight is not None:
            columns["w"], schema["w"] = pa.array(self.weight), Fact(DOUBLE, False)
        inputs = [Input(columns=tuple(numbers), scale="standard" if self.scaled else None)]
        inputs += [Input(columns=tuple(codes), encode="one_hot")] if codes else []
        weight = {"weight": "w"} if self.weight is not None else {}
        relation = Scan(InlineTable(pa.table(columns)), tuple(columns))
        train = self._train(**weight)
        return ModelPlan(
            "model", "rows", relation, schema, ("id",), "y", None, None, tuple(inputs), train, Evaluate(), (), "all", ("id",)
        )  # fmt: skip

    def _train(self, **weight: str) -> TrainLogisticRegression | TrainLinearRegression:
        if not self.classes:
            return TrainLinearRegression(kind="linear_regression", l1=self.l1, l2=self.l2, **weight)
        return TrainLogisticRegression(
            kind="logistic_regression", multinomial=self.multinomial, class_weight="balanced" if self.balanced else None,
            l1=self.l1, l2=self.l2, **weight,
        )  # fmt: skip

    @property
    def problem(self) -> Problem:
        """The same by the definitions: numbers scaled, codes written out with a column for all others."""
        mean, spread = self.dense.mean(axis=0), self.dense.std(axis=0, ddof=1)
        known = spread > 1e-12 * np.abs(mean)
        blocks = [np.where(known, (self.dense - mean) / np.where(known, spread, 1.0), 0.0)]
        for column in self.codes.T:
            values = np.unique(column)
            blocks.append(np.column_stack([column[:, None] == values, np.zeros(len(column))]))
        weight = np.ones(len(self.label)) if self.weight is None else self.weight
        if self.balanced:
            sums = np.array([weight[self.label == value].sum() for value in range(self.classes)])
            weight = weight * (weight.sum() / (self.classes * sums))[self.label]
        design = np.column_stack(blocks).astype(LONG)
        return Problem(design, self.label.astype(LONG), weight.astype(LONG), self.classes, self.l1, self.l2, self.multinomial)

    @property
    def answer(self) -> tuple[Problem, Any]:
        """The problem and its optimal coefficients by the third opinion."""
        problem = self.problem
        return problem, optimum(problem)


@cache
def setting_of(number: int) -> Setting:
    """Return a setting; the same number gives the same."""
    random = np.random.default_rng([2026, number])
    classes, multinomial = [(0, False), (2, False), (2, False), (2, True), (3, True), (4, True)][random.integers(6)]
    rare = bool(classes) and random.random() < 0.25
    rows = int(random.integers(1000, 1500)) if rare else int(random.integers(60, 260))
    dense, codes = _numbers(random, rows), random.integers(0, random.integers(2, 6), (rows, random.integers(0, 3)))
    label = _label(random, dense, codes, classes, rare)
    weight = _weight(random, label, classes)
    l1, l2 = (float(10 ** random.uniform(-4, -1)) * each for each in [(0, 0), (0, 1), (1, 0), (1, 1)][random.integers(4)])
    balanced = bool(classes) and random.random() < 0.3
    scaled = bool(l1 or l2) or random.random() < 0.5
    found = Setting(number, dense, codes, label, weight, classes, multinomial, balanced, l1, l2, scaled)
    if classes and not l1 and not l2:
        problem, coefficients = found.answer
        if rare or probabilities(problem, coefficients).min() < SEPARATED:
            return replace(found, l2=1e-3, scaled=True)
    return found


def _numbers(random: Any, rows: int) -> Any:
    columns: list[Any] = []
    for _ in range(random.integers(1, 6)):
        plain = random.normal(size=rows)
        before = columns[random.integers(len(columns))] if columns else plain
        columns.append(
            [
                plain, plain, random.gamma(0.5, size=rows), plain * 1e-9, 1e9 * plain + 3e8, 1e6 + plain,
                before, 2 * before - 1, np.full(rows, 7.25), (plain > 0.5).astype(float), before + 1e-4 * np.abs(before).max() * plain,
            ][random.integers(11)]
        )  # fmt: skip
    return np.column_stack(columns)


def _label(random: Any, dense: Any, codes: Any, classes: int, rare: bool) -> Any:
    spread = dense.std(axis=0)
    standard = (dense - dense.mean(axis=0)) / np.where(spread > 1e-9 * np.abs(dense.mean(axis=0)), spread, 1.0)
    scores = standard @ random.normal(size=(dense.shape[1], max(classes, 1))) * 0.5 + 0.3 * codes.sum(axis=1)[:, None]
    if not classes:
        return 10.0 ** random.integers(-6, 7) * (scores[:, 0] + random.normal(size=len(dense)) + random.integers(0, 100))
    scores = scores + random.gumbel(size=scores.shape)
    if not rare:
        label = scores.argmax(axis=1)
    else:
        # down to one row in a thousand or so
        label = np.zeros(len(dense), dtype=np.int64)
        for value in range(1, classes):
            label[np.argsort(scores[:, value])[-int(random.integers(1, 4)) * value :]] = value
    for value in range(classes):
        # each class is there, in rows that may also have weight
        label[value] = value
    return label


def _weight(random: Any, label: Any, classes: int) -> Any:
    kind = random.integers(4)
    if kind < 2:
        return None
    weight = random.integers(0, 4, len(label)).astype(float) if kind == 2 else random.gamma(1.0, size=len(label)) * 10.0 ** random.integers(-3, 4)
    weight[: max(classes, 1)] = np.maximum(weight[: max(classes, 1)], 1.0)
    return weight
