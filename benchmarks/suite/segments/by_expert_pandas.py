"""Segments as an expert writes it in pandas: what was sold and sent back is added up by order, then orders are joined.

    python -m benchmarks.suite.segments.by_expert_pandas DATA OUT GIVEN
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from benchmarks.suite.clocks import clock
from benchmarks.suite.segments.by_hand_pandas import READ, finish_with, of_baskets, read


def main(data: Path, out: Path, given: Path) -> None:
    """Run the pipeline; write features, scores and metrics."""
    out.mkdir(parents=True, exist_ok=True)
    with clock("read"):
        tables = {name: read(data / name, columns) for name, columns in READ.items()}
    with clock("join + features"):
        features = of_baskets(baskets_of(tables), tables["customers"])
    finish_with(features, out, given)


def baskets_of(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Only lines that were sent back need a price beside their return, and only orders that exist a date."""
    lines = tables["lines"]
    lines["paid"] = lines["quantity"] * lines["price"]
    paid = lines.groupby("order_id", sort=False)["paid"].sum()
    priced = lines[["order_id", "product_id", "price"]].merge(tables["returns"], on=["order_id", "product_id"], validate="m:1")
    priced["refunded"] = priced["returned"] * priced["price"]
    refunded = priced.groupby("order_id", sort=False)["refunded"].sum()
    baskets = paid.to_frame().join(refunded, validate="1:1").fillna({"refunded": 0.0}).reset_index()
    return baskets.merge(tables["orders"], on="order_id", validate="m:1")


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:]))
