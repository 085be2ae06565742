"""What Spark is like."""

from __future__ import annotations

from crossover.engines.capabilities import Capabilities

CAPABILITIES = Capabilities(distributed=True, lazy=True, needs_java=True, training_library="MLlib")
