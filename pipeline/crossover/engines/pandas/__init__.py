"""pandas and NumPy on one machine, scikit-learn for models."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from crossover.core.errors import EngineError
from crossover.engines.base import EngineOptions

if TYPE_CHECKING:
    from crossover.engines.pandas.session import PandasEngine


def missing() -> str | None:
    """Return in one line what is missing on this machine, or None."""
    lacking = [name for name in ("pandas", "sklearn", "scipy") if find_spec(name) is None]
    return f"{', '.join(lacking)} not installed: pip install crossover-ml" if lacking else None


def open_engine(options: EngineOptions) -> PandasEngine:
    """Open the engine. Raises EngineError if something is missing."""
    reason = missing()
    if reason:
        raise EngineError(f"the pandas engine cannot open: {reason}")
    from crossover.engines.pandas.session import PandasEngine

    return PandasEngine(options)
