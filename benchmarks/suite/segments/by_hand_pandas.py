"""Segments in pandas and scikit-learn, in the order of the document: all joins first, each checked.

    python -m benchmarks.suite.segments.by_hand_pandas DATA OUT GIVEN
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from benchmarks.suite.clocks import clock, finish

READ = {
    "customers": {"customer_id": "int64", "true_segment": "int64"},
    "orders": {"order_id": "int64", "customer_id": "int64", "ordered_on": "date"},
    "lines": {"order_id": "int64", "product_id": "int64", "quantity": "int64", "price": "float64"},
    "returns": {"order_id": "int64", "product_id": "int64", "returned": "int64"},
}


def main(data: Path, out: Path, given: Path) -> None:
    """Run the pipeline; write scores and metrics."""
    out.mkdir(parents=True, exist_ok=True)
    with clock("read"):
        tables = {name: read(data / name, columns) for name, columns in READ.items()}
    with clock("join + features"):
        features = customers_of(tables)
    finish_with(features, out, given)


def read(folder: Path, columns: dict[str, str]) -> pd.DataFrame:
    """Return the wanted columns of a folder of Parquet or CSV files."""
    if any(folder.glob("*.parquet")):
        # pandas itself would make a Python object of each date
        return pq.read_table(folder, columns=list(columns)).to_pandas(date_as_object=False)
    types = {name: kind for name, kind in columns.items() if kind != "date"}
    dates = [name for name, kind in columns.items() if kind == "date"]
    parts = [
        pd.read_csv(path, usecols=list(columns), dtype=types, parse_dates=dates, engine="pyarrow") for path in sorted(folder.glob("*.csv"))
    ]
    return pd.concat(parts, ignore_index=True)


def customers_of(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return a row for each customer with its two features."""
    lines = tables.pop("lines").merge(tables.pop("returns"), how="left", on=["order_id", "product_id"], validate="m:1")
    lines = lines.merge(tables.pop("orders"), how="inner", on="order_id", validate="m:1")
    lines["paid"] = lines["quantity"] * lines["price"]
    lines["refunded"] = lines["returned"].fillna(0) * lines["price"]
    baskets = lines.groupby(["customer_id", "order_id"], sort=False, as_index=False).agg(
        paid=("paid", "sum"), refunded=("refunded", "sum"), ordered_on=("ordered_on", "min")
    )
    return of_baskets(baskets, tables["customers"])


def of_baskets(baskets: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    baskets["return_ratio"] = baskets["refunded"] / baskets["paid"]
    baskets["year"] = baskets["ordered_on"].dt.year
    returning = baskets.groupby("customer_id", sort=False, as_index=False).agg(return_ratio=("return_ratio", "mean"))
    yearly = baskets.groupby(["customer_id", "year"], sort=False, as_index=False).agg(orders=("order_id", "size"))
    ordering = yearly.groupby("customer_id", sort=False, as_index=False).agg(frequency=("orders", "mean"))
    joined = customers.merge(returning, on="customer_id", validate="m:1")
    return joined.merge(ordering, on="customer_id", validate="m:1")


def finish_with(features: pd.DataFrame, out: Path, given: Path) -> None:
    """Find clusters, judge them, and write everything."""
    with clock("import scikit-learn"):
        from benchmarks.suite.segments.clusters import clustered, scaled
    with clock("prepare"):
        x = scaled(features["return_ratio"].to_numpy(), features["frequency"].to_numpy())
    customers = features["customer_id"].to_numpy()
    clusters, distance, metrics = clustered(customers, features["true_segment"].to_numpy(), x, given)
    with clock("write"):
        scores = pd.DataFrame({"customer_id": customers, "cluster": clusters, "distance": distance})
        scores.to_parquet(out / "scores.parquet", index=False, compression="zstd")
    finish(out, metrics)


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:]))
