"""Segments in Polars and scikit-learn: lazy, streaming, in the order of the document.

    python -m benchmarks.suite.segments.by_hand_polars DATA OUT GIVEN
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.suite.clocks import clock, finish
from benchmarks.suite.polars_tables import check_unique, scanned

READ: dict[str, dict[str, Any]] = {
    "customers": {"customer_id": pl.Int64, "true_segment": pl.Int64},
    "orders": {"order_id": pl.Int64, "customer_id": pl.Int64, "ordered_on": pl.Date},
    "lines": {"order_id": pl.Int64, "product_id": pl.Int64, "quantity": pl.Int64, "price": pl.Float64},
    "returns": {"order_id": pl.Int64, "product_id": pl.Int64, "returned": pl.Int64},
}


def main(data: Path, out: Path, given: Path) -> None:
    """Run the pipeline; write scores and metrics."""
    out.mkdir(parents=True, exist_ok=True)
    with clock("read + join + features"):
        tables = {name: scanned(data / name, columns) for name, columns in READ.items()}
        orders, returns = tables["orders"], tables["returns"]
        check_unique(orders.select("order_id"), returns.select("order_id", "product_id"))
        features = customers_of(tables).collect(engine="streaming")
    with clock("import scikit-learn"):
        from benchmarks.suite.segments.clusters import clustered, scaled
    with clock("prepare"):
        x = scaled(features["return_ratio"].to_numpy(), features["frequency"].to_numpy())
    customers = features["customer_id"].to_numpy()
    clusters, distance, metrics = clustered(customers, features["true_segment"].to_numpy(), x, given)
    with clock("write"):
        pl.DataFrame({"customer_id": customers, "cluster": clusters, "distance": distance}).write_parquet(out / "scores.parquet")
    finish(out, metrics)


def customers_of(tables: dict[str, pl.LazyFrame]) -> pl.LazyFrame:
    """Return a row for each customer with its two features."""
    lines = tables["lines"].join(tables["returns"], on=["order_id", "product_id"], how="left").join(tables["orders"], on="order_id")
    paid = pl.col("quantity") * pl.col("price")
    refunded = pl.col("returned").fill_null(0) * pl.col("price")
    baskets = (
        lines.group_by("customer_id", "order_id")
        .agg(paid.sum().alias("paid"), refunded.sum().alias("refunded"), pl.col("ordered_on").min())
        .select("customer_id", return_ratio=pl.col("refunded") / pl.col("paid"), year=pl.col("ordered_on").dt.year())
    )
    returning = baskets.group_by("customer_id").agg(pl.col("return_ratio").mean())
    yearly = baskets.group_by("customer_id", "year").agg(orders=pl.len())
    ordering = yearly.group_by("customer_id").agg(frequency=pl.col("orders").mean())
    # both have one row for each customer, as they are grouped by it
    return tables["customers"].join(returning, on="customer_id").join(ordering, on="customer_id")


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:]))
