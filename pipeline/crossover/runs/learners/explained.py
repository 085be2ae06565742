"""The tables of a regression's coefficients, as facts of its training."""

from __future__ import annotations

from typing import Any

import numpy as np

from crossover.learning.models.coefficient_table import Explained, asked_deviations
from crossover.learning.models.matrix import Matrix
from crossover.learning.models.optimum import Answer, Objective
from crossover.learning.models.original_units import Units
from crossover.learning.models.penalty import Penalty
from crossover.learning.models.state import Preparation
from crossover.learning.models.uncertainty import uncertainty
from crossover.relations.compute import Compute, batches, one_row
from crossover.relations.nodes import Aggregate, AggregateCall


def answer_facts(penalty: Penalty, answer: Answer) -> dict[str, Any]:
    """Return how good an answer is: the proof of the optimum, and what is unique even where coefficients are not."""
    proof = "kkt_residual" if penalty.l1 else "gradient_norm"
    return {
        "l1": penalty.l1,
        "l2": penalty.l2,
        proof: answer.residual,
        "objective": answer.objective,
        "newton_steps": answer.steps,
    }


def coefficient_facts(
    compute: Compute,
    objective: Objective,
    answer: Answer,
    preparation: Preparation,
    label: str,
    *,
    scaled_inside: bool,
    label_mean: float = 0.0,
    label_spread: float = 1.0,
) -> dict[str, Any]:
    """Return `coefficients` and `drivers`, JSON values; nothing of an answer that was too wide to polish."""
    if answer.point is None:
        return {}
    known, asked = asked_deviations(preparation, scaled_inside=scaled_inside)
    explained = Explained(
        preparation,
        Units.of(preparation, scaled_inside=scaled_inside),
        answer.coefficients,
        uncertainty(objective, answer.point),
        label,
        odds=objective.loss == "logistic",
        deviations=known | _deviations(compute, objective.matrix, asked),
        label_mean=label_mean,
        label_spread=label_spread,
        seen=(np.diag(answer.point.sums.hessian) > 0).tolist(),
    )
    return {"coefficients": explained.coefficient_table(), "drivers": explained.drivers()}


def _deviations(compute: Compute, matrix: Matrix, columns: list[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for batch in batches(columns):
        calls = tuple((f"deviation_{place}", AggregateCall("stddev", name)) for place, name in enumerate(batch))
        row = one_row(compute.collect(Aggregate(matrix.relation, (), calls)))
        found |= {name: float(row[f"deviation_{place}"] or 0.0) for place, name in enumerate(batch)}
    return found
