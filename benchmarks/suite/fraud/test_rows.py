"""What pandas and Polars share: which payments are test rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from crossover.core.hashing import hash_rows, share


def test_rows(transactions: np.ndarray) -> np.ndarray:
    """Return which payments are test rows: a fifth, by the hash that the document's split means."""
    return share(hash_rows(["split", pa.array(transactions)], len(transactions))) < 0.2
