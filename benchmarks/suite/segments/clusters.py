"""What pandas and Polars share once the features are made: scikit-learn on two columns of a customer each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, davies_bouldin_score, silhouette_score

from benchmarks.suite.clocks import clock

ITERATIONS = 100


def scaled(return_ratio: np.ndarray, frequency: np.ndarray) -> np.ndarray:
    """Each column from 0 to 1."""
    x = np.column_stack((return_ratio, frequency))
    low = x.min(axis=0)
    return (x - low) / (x.max(axis=0) - low)


def clustered(
    customers: np.ndarray, truth: np.ndarray, x: np.ndarray, given: Path
) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """Return cluster and distance of each row, and the metrics. The largest cluster is 0."""
    with np.load(given) as file:
        starts, judged = file["starts"], file["judged"]
    with clock("train"):
        tried = [KMeans(len(start), init=start, n_init=1, max_iter=ITERATIONS, tol=0, algorithm="lloyd").fit(x) for start in starts]
        best = min(tried, key=lambda model: model.inertia_)
        found = best.predict(x)
        order = np.argsort(-np.bincount(found), kind="stable")
        clusters = np.argsort(order)[found]
        centres = best.cluster_centers_[order]
        distance = np.sqrt(((x - centres[clusters]) ** 2).sum(axis=1))
    with clock("evaluate"):
        chosen = np.isin(customers, judged)
        metrics = {
            "rows": len(x),
            "inertia": float((distance**2).sum()),
            "silhouette": float(silhouette_score(x[chosen], clusters[chosen], metric="sqeuclidean")),
            "davies_bouldin": float(davies_bouldin_score(x, clusters)),
            "adjusted_rand": float(adjusted_rand_score(truth, clusters)),
            **{f"size_{place}": int(size) for place, size in enumerate(np.bincount(clusters))},
        }
    return clusters, distance, metrics
