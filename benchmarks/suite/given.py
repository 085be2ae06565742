"""What chance decides in a document, so that code written by hand is given the same: starting centres, rows to judge by.

Crossover takes rows of smallest hash, so both follow from the features of a run of ours.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from crossover.core.hashing import hash_rows
from crossover.learning.evaluation.clusters import SILHOUETTE_ROWS, SILHOUETTE_SALT
from crossover.learning.models.k_means import SALT, SAMPLE, choose_centres

CLUSTERS, STARTS = 4, 10


def write(table: Path, given: Path) -> None:
    """Write the centres of all starts (starts, k, 2), scaled, and the customers that the silhouette is taken of."""
    features = pq.read_table(table, partitioning=None).combine_chunks().sort_by("customer_id")
    customers = features["customer_id"].combine_chunks()
    x = np.column_stack([features[name].to_numpy() for name in ("return_ratio", "frequency")])
    low = x.min(axis=0)
    x = (x - low) / (x.max(axis=0) - low)
    sampled = x[_smallest(customers, SALT, SAMPLE)]
    starts = np.stack([choose_centres(sampled, CLUSTERS, start) for start in range(STARTS)])
    judged = customers.to_numpy()[_smallest(customers, SILHOUETTE_SALT, SILHOUETTE_ROWS)]
    np.savez(given, starts=starts, judged=judged)


def _smallest(customers: pa.Array, salt: str, count: int) -> np.ndarray:
    """Return the places of the rows with the smallest hashes, in their order."""
    hashes = hash_rows([salt, customers], len(customers))
    return np.argsort(hashes, kind="stable")[:count]
