"""How far two numbers may stand apart (DESIGN section 5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tolerance:
    """Allowed: `relative * max(|x|, |y|) + of_column * RMS(column) + absolute`."""

    relative: float = 0.0
    of_column: float = 0.0
    absolute: float = 0.0

    def allowed(self, left: Floats, right: Floats) -> Floats:
        """Return what is allowed for each pair: nothing where either is not finite, which also counts for nothing in the RMS."""
        known = left[np.isfinite(left)]
        scale = float(np.max(np.abs(known))) if known.size else 0.0
        # scaled, so that squares of large values cannot overflow
        rms = scale * float(np.sqrt(np.mean(np.square(known / scale)))) if scale > 0 else 0.0
        size: Floats = np.maximum(np.abs(left), np.abs(right))
        return np.where(np.isfinite(size), self.relative * size + (self.of_column * rms + self.absolute), 0.0)

    def __str__(self) -> str:
        parts = {"of the larger value": self.relative, "of the column's RMS": self.of_column, "": self.absolute}
        return " + ".join(f"{value:g} {of}".rstrip() for of, value in parts.items() if value)


CELL = Tolerance(relative=1e-9, of_column=1e-9)
"""Inexact cells, and numbers of the fitted state."""
PROBABILITY = Tolerance(absolute=1e-5)
"""Probabilities of two trainings of one model."""
PREDICTION = Tolerance(of_column=1e-5)
"""Predicted numbers of two trainings of one model."""
METRIC = Tolerance(relative=1e-6, absolute=1e-6)
"""AUC, log loss and the other metrics of two trainings."""
GRADIENT_NORM = 1e-9
"""Largest gradient norm (mean loss, scaled inputs, scaled label) at the answer."""
KKT_RESIDUAL = 1e-6
"""Largest norm of the smallest subgradient at an answer with l1."""

STATED = {
    "exact columns, keys, nulls, row counts, text": "nothing",
    "inexact columns, fitted state, centres": str(CELL),
    "probabilities of two trainings": str(PROBABILITY),
    "predicted numbers of two trainings": str(PREDICTION),
    "metrics, the objective, tables of an evaluation": str(METRIC),
    "gradient norm at each answer": f"at most {GRADIENT_NORM:g}",
    "KKT residual at each answer, with l1": f"at most {KKT_RESIDUAL:g}",
    "coefficients": "shown, not judged: inputs that repeat each other have many equally good ones",
}
"""What may differ and by how much, as a certificate states it."""
