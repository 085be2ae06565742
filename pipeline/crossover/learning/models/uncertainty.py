"""How far coefficients may be from what other rows like these would give.

Without a penalty and without weights: the inverse of the Hessian (for squared loss times the variance of the
residuals). With weights the sandwich H^-1 M H^-1 of White (1980), M the sum over rows of g g^T, as a weight says what a
row counts and not how often it was seen. With l2 the sandwich is the spread of an estimate that is drawn towards 0:
intervals made from it would miss the truth, so there are none. With l1 there is nothing to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np

from crossover.learning.models.matrix import Floats
from crossover.learning.models.optimum import Objective, Point, separated
from crossover.learning.models.spectrum import NO_CURVATURE, spectrum

STANDARD_ERROR = "standard error"
ROBUST = "standard error (robust: rows have weights)"
SHRUNK = "spread of the penalised estimate (shrunk towards 0)"
NOT_DETERMINED = 1e-6
"""Part of a function of coefficients that may lie in directions that change no score; more, and rows do not determine it."""
SHARE = 0.95


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """Covariance (d + 1, d + 1) of coefficients in the trainer's units, the intercept first."""

    what: str
    covariance: Floats
    scale: Floats
    """(d + 1,): the unit in which directions are compared."""
    flat: Floats
    """(d + 1, m): directions that change no score, in that unit."""
    quantile: float | None
    """Half the width of an interval in standard errors; None: no interval is claimed."""

    def of(self, function: Floats) -> float | None:
        """Return the spread of function (d + 1,) times coefficients; None if the rows do not determine it."""
        scaled = self.scale * function
        if np.linalg.norm(scaled @ self.flat) > NOT_DETERMINED * np.linalg.norm(scaled):
            return None
        return sqrt(max(float(function @ self.covariance @ function), 0.0))


def uncertainty(objective: Objective, point: Point) -> Uncertainty | None:
    """Return the uncertainty at the optimum; None where nothing is said. With weights or l2 it reads all rows once more."""
    penalty = objective.penalty
    if penalty.l1 or (not penalty.l2 and separated(objective, point)):
        return None
    values, vectors, scale = spectrum(point.sums.weight * point.hessian)
    curved = values > NO_CURVATURE * values[-1]
    own = scale[:, None] * vectors[:, curved]
    inverse = (own / values[curved]) @ own.T
    rows, rank = point.sums.rows, int(curved.sum())
    if rows <= rank:
        return None
    quantile = students_quantile(rows - rank) if objective.loss == "squared" else NormalDist().inv_cdf((1 + SHARE) / 2)
    flat = vectors[:, ~curved]
    if penalty.l2:
        return Uncertainty(SHRUNK, inverse @ _meat(objective, point) @ inverse, scale, flat, None)
    if objective.matrix.weight:
        covariance = inverse @ _meat(objective, point) @ inverse * (rows / (rows - rank))
        return Uncertainty(ROBUST, covariance, scale, flat, quantile)
    variance = 2 * point.sums.loss / (rows - rank) if objective.loss == "squared" else 1.0
    return Uncertainty(STANDARD_ERROR, variance * inverse, scale, flat, quantile)


def _meat(objective: Objective, point: Point) -> Floats:
    """Return the sum over rows of g g^T around the mean g, which at the optimum is the pull of the penalty."""
    sums = objective.trainer.loss_sums(objective.matrix, point.coefficients, objective.loss, meat=True)
    assert sums.meat is not None
    return sums.meat - np.outer(sums.gradient, sums.gradient) / sums.rows


def students_quantile(degrees: int) -> float:
    """Return the quantile of Student's t for SHARE, two-sided.

    Exact for 1 and 2 degrees, else the expansion of Cornish and Fisher (Abramowitz and Stegun 26.7.5): to 1e-3 from 4
    degrees on, 1e-6 from 30 on.
    """
    share = (1 + SHARE) / 2
    if degrees == 1:
        return float(np.tan(np.pi * (share - 0.5)))
    if degrees == 2:
        return float((2 * share - 1) * np.sqrt(2 / (4 * share * (1 - share))))
    z = NormalDist().inv_cdf(share)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return float(z + sum(term / degrees**power for power, term in enumerate(terms, 1)))
