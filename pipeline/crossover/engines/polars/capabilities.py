"""What the Polars engine is like."""

from __future__ import annotations

from crossover.engines.capabilities import Capabilities

CAPABILITIES = Capabilities(
    distributed=False,
    lazy=True,
    needs_java=False,
    training_library="scikit-learn",
    # a smaller one stays in memory, where a query begins at once
    spills_from=256 << 20,
)
