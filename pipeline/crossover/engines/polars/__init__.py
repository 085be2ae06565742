"""Polars: lazy queries on one machine, scikit-learn for models. Never imports pandas."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING

from crossover.core.errors import EngineError
from crossover.engines.base import EngineOptions
from crossover.engines.polars.alone import hide_pandas

if TYPE_CHECKING:
    from crossover.engines.polars.session import PolarsEngine

REMEDY = "pip install 'crossover-ml[polars]'"


OLDEST = 2
"""Major version of Polars from which on all answers are right: 1.30 gave wrong windows and as-of joins in silence."""


def missing() -> str | None:
    """Return in one line what is missing on this machine, or None."""
    if find_spec("polars") is None:
        return f"polars is not installed: {REMEDY}"
    if int(version("polars").partition(".")[0]) < OLDEST:
        return f"polars {version('polars')} is too old, it must be {OLDEST} or newer: {REMEDY}"
    return None


def open_engine(options: EngineOptions) -> PolarsEngine:
    """Open the engine. `parallelism` becomes the number of Polars' threads, which is fixed when Polars is first loaded, and of Arrow's.

    Raises
    ------
    EngineError : something is missing.
    """
    reason = missing()
    if reason:
        raise EngineError(f"the polars engine cannot open: {reason}")
    if options.parallelism and "polars" not in sys.modules:
        os.environ["POLARS_MAX_THREADS"] = str(options.parallelism)
    from crossover.engines.polars.session import PolarsEngine

    if options.alone:
        hide_pandas()
    return PolarsEngine(options)
