"""Versions of everything that may change an answer, found without importing any of it."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import crossover

DISTRIBUTIONS = ("numpy", "pyarrow", "pandas", "polars", "pyspark", "scikit-learn")


def library_versions() -> dict[str, str]:
    """Return versions of Crossover, Python and the installed libraries; one that is not installed is left out."""
    found = {"crossover": crossover.__version__, "python": platform.python_version()}
    for name in DISTRIBUTIONS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
