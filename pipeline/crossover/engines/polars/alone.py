"""A process that is this engine's alone loads no pandas, though it may be installed.

pyarrow loads it with the first array, scikit-learn with its first model: a third of a second of CPU and 40 MB for nothing.
Both do without where it cannot be found.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

NAME = "pandas"


class _NotFound:
    """A finder of modules that hides one."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        del path, target
        if name == NAME:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


def hide_pandas() -> None:
    """Hide pandas from all that this process loads from now on. Call it once Polars is loaded, which looks for pandas too."""
    if NAME not in sys.modules and _NotFound not in sys.meta_path:
        sys.meta_path.insert(0, _NotFound)
