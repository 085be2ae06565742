"""Whether an export scores as the model does: by the library's own loader, on rows of the run and at the edges."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from crossover.core.errors import InternalError
from crossover.export.target import ExportTarget, Rows, Scores
from crossover.learning.models.fitted import FittedModel, KMeans, LogisticRegression
from crossover.learning.models.scorer import Scorer

ALLOWED = 1e-12
"""Largest difference of a score: absolute for probabilities, relative to the largest otherwise."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Proof:
    """The largest difference of the scores of so many rows."""

    rows: int
    compared: tuple[str, ...]
    largest: float


def prove(target: ExportTarget, model: FittedModel, out: Path, rows: Rows) -> Proof:
    """Return the proof. Raises InternalError if a score differs by more than ALLOWED, or a decision differs at all.

    Decisions count where the score is not at the border between two by ALLOWED.
    """
    ours = Scorer(model).score(rows)
    theirs = target.score(model, out, rows)
    count = len(next(iter(ours.values())))
    decisions = ("cluster",) if isinstance(model.solution, KMeans) else ("prediction",) if "probability" in ours else ()
    clear = _clear(model, ours, rows) if decisions else np.ones(count, bool)
    largest = 0.0
    for name in theirs:
        left, right = np.asarray(ours[name]), np.asarray(theirs[name])
        if left.shape != right.shape:
            raise _differs(target, f"`{name}` has the shape {right.shape}, not {left.shape}")
        if name in decisions:
            wrong = np.flatnonzero((left != right) & clear)
            if len(wrong):
                raise _differs(target, f"`{name}` of row {wrong[0]} is {right[wrong[0]]}, and ours {left[wrong[0]]}")
            continue
        apart = _apart(name, left.astype(np.float64), right.astype(np.float64))
        if not apart <= ALLOWED:
            raise _differs(target, f"`{name}` differs by {apart:.1e}, and {ALLOWED:g} is allowed")
        largest = max(largest, apart)
    return Proof(count, tuple(theirs), largest)


def _apart(name: str, left: Floats, right: Floats) -> float:
    """Return how far scores are apart; of distances their squares, because at a centre a square root magnifies rounding."""
    if name == "distance":
        left, right = left**2, right**2
    scale = 1.0 if name.startswith("probability") else max(1.0, float(np.abs(left).max(initial=0.0)))
    apart = np.abs(left - right)
    return float("inf") if np.isnan(apart).any() else float(apart.max(initial=0.0)) / scale


def _clear(model: FittedModel, ours: Scores, rows: Rows) -> npt.NDArray[np.bool_]:
    """Return which rows lie clearly on one side."""
    solution = model.solution
    if isinstance(solution, LogisticRegression):
        return np.asarray(np.abs(ours["probability"] - solution.threshold) > ALLOWED)
    if isinstance(solution, KMeans):
        return _second_farther(np.stack([_squares(model, centre, rows) for centre in solution.centres], axis=1))
    classes = [values for name, values in ours.items() if name.startswith("probability_")]
    if not classes:
        return np.asarray(np.abs(ours["probability"] - 0.5) > ALLOWED)
    return _second_farther(-np.stack(classes, axis=1))


def _second_farther(values: Floats) -> npt.NDArray[np.bool_]:
    """Return the rows whose second smallest value is clearly larger than the smallest."""
    if values.shape[1] == 1:
        return np.ones(len(values), bool)
    ordered = np.sort(values, axis=1)
    return np.asarray(ordered[:, 1] - ordered[:, 0] > ALLOWED * max(1.0, float(np.abs(ordered[:, 0]).max(initial=0.0))))


def _squares(model: FittedModel, centre: Floats, rows: Rows) -> Floats:
    alone = replace(model, solution=KMeans(centre.reshape(1, -1)))
    return np.asarray(Scorer(alone).score(rows)["distance"] ** 2)


def _differs(target: ExportTarget, what: str) -> InternalError:
    return InternalError(
        f"the export to {target.name} does not score as the model does: {what}", notes=["nothing was kept; please report it"]
    )
