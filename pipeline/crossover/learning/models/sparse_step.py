"""The least of a quadratic model with an L1 term, exactly: which coefficients are 0, and the others by one solve.

Feature-sign search (Lee, Battle, Raina and Ng 2007): a set of active coefficients with signs; the quadratic is solved
on it; where a sign would change, the coefficient stops at 0; a coefficient whose gradient exceeds l1 becomes active.
"""

from __future__ import annotations

import numpy as np

from crossover.learning.models.matrix import Floats
from crossover.learning.models.spectrum import NO_CURVATURE, spectrum

SLACK = 1e-12
"""Part of the numbers in a sum by which rounding may move it."""


def least_of_model(start: Floats, gradient: Floats, hessian: Floats, penalty: Floats) -> Floats:
    """Return the z with the least gradient (z - start) + (z - start) H (z - start) / 2 + penalty |z|.

    `start` (m,) is where gradient and Hessian were taken. `penalty` (m,) is 0 for intercepts, l1 for all others.
    """
    z = start.copy()
    signs = np.sign(z)
    slack = SLACK * float(penalty.max() + np.abs(gradient).max())
    for _ in range(10 * len(start) + 10):
        z, signs = _on_active(z, signs, start, gradient, hessian, penalty)
        slope = gradient + hessian @ (z - start)
        excess = np.where((signs == 0) & (penalty > 0), np.abs(slope) - penalty, 0.0)
        # a column of zeros has no curvature, and a gradient of 0
        entering = int(np.argmax(excess))
        if excess[entering] <= slack:
            return z + 0.0  # of -0.0 makes 0.0
        signs[entering] = -np.sign(slope[entering])
    return z


def _on_active(
    z: Floats, signs: Floats, start: Floats, gradient: Floats, hessian: Floats, penalty: Floats
) -> tuple[Floats, Floats]:
    """Return the least among those z that have these signs or 0; a coefficient that reaches 0 leaves the active ones."""
    z, signs = z.copy(), signs.copy()
    while True:
        active = (signs != 0) | (penalty == 0)
        slope = gradient + hessian @ (z - start) + penalty * signs
        noise = SLACK * (np.abs(gradient) + np.abs(hessian) @ np.abs(z - start) + penalty)
        move = _descent(slope[active], noise[active], hessian[np.ix_(active, active)])
        step = np.zeros_like(z)
        step[active] = move
        share, stopping = _first_zero(z, step, np.where(penalty > 0, signs, 0.0))
        z = z + share * step
        if stopping is None:
            return z, signs
        z[stopping], signs[stopping] = 0.0, 0.0


def _descent(slope: Floats, noise: Floats, hessian: Floats) -> Floats:
    """Return the step to the least of the quadratic; along flat directions one that is longer than any, if it falls.

    `noise` is how far rounding may have moved each slope.
    """
    values, vectors, scale = spectrum(hessian)
    curved = values > NO_CURVATURE * max(values[-1], 0.0)
    along = vectors.T @ (scale * slope)
    flat = np.where(curved | (np.abs(along) <= np.abs(vectors).T @ (scale * noise)), 0.0, along)
    if flat.any():
        direction = -scale * (vectors @ flat)
        return np.asarray(direction * (1e12 / np.abs(direction).max()))
    return np.asarray(-scale * (vectors @ np.where(curved, along / np.where(curved, values, 1.0), 0.0)))


def _first_zero(z: Floats, step: Floats, signs: Floats) -> tuple[float, int | None]:
    """Return the share of a step up to which no coefficient leaves its sign (0: free), and the one that stops it there."""
    against = (signs != 0) & ((z + step) * signs < 0)
    if not against.any():
        return 1.0, None
    places = np.flatnonzero(against)
    shares = np.abs(z[places]) / np.abs(step[places])
    first = int(np.argmin(shares))
    return float(shares[first]), int(places[first])
