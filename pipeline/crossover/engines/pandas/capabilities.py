"""What the pandas engine is like."""

from __future__ import annotations

from crossover.engines.capabilities import Capabilities

CAPABILITIES = Capabilities(
    distributed=False,
    lazy=False,
    needs_java=False,
    training_library="scikit-learn",
)
