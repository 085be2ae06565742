"""What programs in pandas and Polars share: which rows are test rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from crossover.core.hashing import hash_rows, share


def is_test(*columns: pa.Array) -> np.ndarray:
    """Return which rows are test rows: a fifth, by the hash of the columns that the document's split means."""
    return share(hash_rows(["split", *columns], len(columns[0]))) < 0.2
