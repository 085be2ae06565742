"""Eigenvalues of a Hessian whose columns may be of very different size."""

from __future__ import annotations

import numpy as np

from crossover.learning.models.matrix import Floats

NO_CURVATURE = 1e-12
"""Eigenvalues of the scaled Hessian below this part of the largest are directions that change no score."""


def spectrum(hessian: Floats) -> tuple[Floats, Floats, Floats]:
    """Return eigenvalues (ascending) and vectors of D H D, and D, which gives it a diagonal of ones.

    So columns of very different size do not look like columns without curvature.
    """
    diagonal = np.diag(hessian)
    scale = np.where(diagonal > 0, 1.0 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0)), 1.0)
    values, vectors = np.linalg.eigh(scale[:, None] * hessian * scale)
    return values, vectors, scale
