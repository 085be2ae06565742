"""What pandas and Polars share: the inputs of flights as a design matrix, means of the label by route."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from scipy import sparse

from benchmarks.suite.design import design, one_hot, scaled
from benchmarks.suite.flights.document import CATEGORIES, DELAYS, EARTH_KM, FOLDS, IMPUTED, KEY, MIN_ROWS, SMOOTH
from crossover.core.hashing import hash_rows, share


def folds(key: Mapping[str, pa.Array]) -> np.ndarray:
    """Return one of five folds of each flight."""
    rows = len(key["year"])
    return np.floor(FOLDS * share(hash_rows(["fold", *(key[name] for name in KEY)], rows))).astype(np.int64)


def label_means(codes: np.ndarray, label: np.ndarray, fold: np.ndarray, training: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the smoothed share of late flights of a route: for each training row without its own fold, and for each row."""
    groups = codes.max() + 1
    place = codes[training] * FOLDS + fold[training]
    rows = np.bincount(place, minlength=groups * FOLDS).reshape(groups, FOLDS)
    late = np.bincount(place, weights=label[training], minlength=groups * FOLDS).reshape(groups, FOLDS)

    def means(all_rows: np.ndarray, all_late: np.ndarray, rows: np.ndarray, late: np.ndarray) -> np.ndarray:
        prior = all_late / all_rows
        # a route that is not seen outside the fold has the mean of all
        return (late + SMOOTH * prior) / (rows + SMOOTH)

    whole = means(rows.sum(), late.sum(), rows.sum(axis=1), late.sum(axis=1))
    outside_rows, outside_late = rows.sum(axis=1, keepdims=True) - rows, late.sum(axis=1, keepdims=True) - late
    outside = means(rows.sum() - rows.sum(axis=0), late.sum() - late.sum(axis=0), outside_rows, outside_late)
    return outside[codes[training], fold[training]], whole[codes]


def direct_km(lat1: np.ndarray, lon1: np.ndarray, lat2: np.ndarray, lon2: np.ndarray) -> np.ndarray:
    """Return great-circle distances (haversine)."""
    a, b = np.radians(lat1), np.radians(lat2)
    inside = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(np.radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * np.arcsin(np.sqrt(inside))


def matrix(
    numbers: Mapping[str, np.ndarray], codes: Mapping[str, np.ndarray], route_means: tuple[np.ndarray, np.ndarray], training: np.ndarray
) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Return the design matrices to learn from and of all rows; numbers may be NaN, codes are places of values, -1 for null."""
    dense = []
    for name in IMPUTED:
        number = numbers[name]
        dense.append(scaled(np.where(np.isnan(number), np.nanmedian(number[training]), number), training))
    for name in DELAYS:
        unknown = np.isnan(numbers[name])
        dense += [scaled(np.where(unknown, 0.0, numbers[name]), training), unknown.astype(float)]
    x = design(dense, [one_hot(codes[name], training, MIN_ROWS) for name in CATEGORIES])
    outside, whole = (sparse.csr_array(means[:, None]) for means in route_means)
    return sparse.hstack([x[training], outside], format="csr"), sparse.hstack([x, whole], format="csr")
