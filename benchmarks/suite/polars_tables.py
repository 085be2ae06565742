"""What programs in Polars share: scans of folders, keys that are looked at, codes of values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl


def scanned(folder: Path, columns: Mapping[str, Any]) -> pl.LazyFrame:
    """Return the wanted columns of a folder of Parquet or CSV files."""
    if any(folder.glob("*.parquet")):
        return pl.scan_parquet(folder / "*.parquet").select(list(columns))
    return pl.scan_csv(folder / "*.csv", schema_overrides=columns).select(list(columns))


def check_unique(*keys: pl.LazyFrame) -> None:
    """Polars' streaming engine does not check `validate`, so the right sides are checked before."""
    for key in keys:
        rows = key.collect(engine="streaming")
        if rows.n_unique() < rows.height:
            raise ValueError(f"{rows.columns} is not unique")


def codes(values: pl.Series) -> np.ndarray:
    """Return the place of each value among all, -1 for null. To rank them would sort every row."""
    known = values.drop_nulls().unique().sort()
    return values.replace_strict(known, range(len(known)), default=-1, return_dtype=pl.Int64).to_numpy()
