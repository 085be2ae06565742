"""Taxi in Polars and scikit-learn: lazy, streaming, in the order of the document.

    python -m benchmarks.suite.taxi.by_hand_polars DATA OUT
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.suite.clocks import clock, finish
from benchmarks.suite.polars_tables import check_unique, codes
from benchmarks.suite.taxi import document
from benchmarks.suite.taxi.prepared import matrix

TRIPS: dict[str, tuple[str, Any]] = {
    "vendor": ("vendor_id", pl.Int64),
    "pickup_at": ("pickup_datetime", pl.Datetime("us")),
    "dropoff_at": ("dropoff_datetime", pl.Datetime("us")),
    "passengers": ("passenger_count", pl.Int64),
    "miles": ("trip_distance", pl.Float64),
    "rate": ("rate_code_id", pl.Int64),
    "pickup_zone": ("pickup_location_id", pl.Int64),
    "dropoff_zone": ("dropoff_location_id", pl.Int64),
    "payment": ("payment_type", pl.Int64),
    "fare": ("fare_amount", pl.Float64),
    "tip": ("tip_amount", pl.Float64),
}


def main(data: Path, out: Path) -> None:
    """Run the pipeline; write scores and metrics."""
    out.mkdir(parents=True, exist_ok=True)
    with clock("import scikit-learn"):
        from benchmarks.suite.classifier import learned
    with clock("read + join + features"):
        zones = pl.read_csv(data / "taxi_zone_lookup.csv", columns=["LocationID", "Borough"], null_values=["", "N/A", "Unknown"])
        check_unique(zones.lazy().select("LocationID"))
        minutes = (pl.col("dropoff_at") - pl.col("pickup_at")).dt.total_microseconds() / 60e6
        first, last = datetime.fromisoformat(document.FIRST_DAY), datetime.fromisoformat(document.LAST_DAY)
        trips = (
            pl.scan_csv(data / "trips" / "*.csv", schema_overrides=dict(TRIPS.values()))
            .select(**{name: pl.col(header) for name, (header, _) in TRIPS.items()})
            .filter(pl.col("vendor").is_not_null())
            .filter(pl.col("pickup_at") >= first, pl.col("pickup_at") < pl.lit(last).dt.offset_by("1d"))
            .filter(pl.col("fare") > 0, pl.col("fare") <= 500, pl.col("miles") > 0, pl.col("miles") <= 100, minutes.is_between(1, 180))
            .filter(pl.col("payment") == 1)
        )
        for side in ("pickup", "dropoff"):
            named = zones.lazy().rename({"LocationID": f"{side}_zone", "Borough": f"{side}_borough"})
            trips = trips.join(named, on=f"{side}_zone", how="left")
        table = (
            trips.with_columns(minutes=minutes)
            .with_columns(
                mph=pl.col("miles") / pl.col("minutes") * 60,
                fare_per_mile=pl.col("fare") / pl.col("miles"),
                hour=pl.col("pickup_at").dt.hour(),
                weekday=pl.col("pickup_at").dt.weekday(),
                airport=pl.col("pickup_zone").is_in(document.AIRPORTS) | pl.col("dropoff_zone").is_in(document.AIRPORTS),
                known=pl.col("tip") >= 0,
                generous=pl.col("tip") / pl.col("fare") > document.GENEROUS,
                before=pl.col("pickup_at") < datetime.fromisoformat(document.TEST_FROM),
            )
            .select(*document.KEEP, *document.NUMBERS, *document.CATEGORIES, "airport", "known", "generous", "before")
            .collect(engine="streaming")
        )
    with clock("prepare"):
        known, before = table["known"].to_numpy(), table["before"].to_numpy()
        numbers = {name: table[name].to_numpy() for name in document.NUMBERS}
        training, generous = known & before, table["generous"].to_numpy()
        x = matrix(numbers, table["airport"].to_numpy(), {name: codes(table[name]) for name in document.CATEGORIES}, training)
    probability, metrics = learned((x[training], generous[training]), x, generous, known & ~before, document.L2)
    with clock("write"):
        scores = table.select(document.KEEP).with_columns(probability=pl.Series(probability), prediction=pl.Series(probability >= 0.5))
        scores.write_parquet(out / "scores.parquet")
    finish(out, metrics)


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:3]))
