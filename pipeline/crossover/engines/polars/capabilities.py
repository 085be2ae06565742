"""What the Polars engine is like."""

from __future__ import annotations

from crossover.engines.capabilities import Capabilities

CAPABILITIES = Capabilities(
    distributed=False,
    lazy=True,
    needs_java=False,
    recomputes=True,
    training_library="scikit-learn",
)
