"""Taxi in pandas and scikit-learn, in the order of the document.

    python -m benchmarks.suite.taxi.by_hand_pandas DATA OUT
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from benchmarks.suite.clocks import clock, finish
from benchmarks.suite.taxi import document
from benchmarks.suite.taxi.prepared import matrix

TRIPS = {
    "vendor_id": "vendor",
    "pickup_datetime": "pickup_at",
    "dropoff_datetime": "dropoff_at",
    "passenger_count": "passengers",
    "trip_distance": "miles",
    "rate_code_id": "rate",
    "pickup_location_id": "pickup_zone",
    "dropoff_location_id": "dropoff_zone",
    "payment_type": "payment",
    "fare_amount": "fare",
    "tip_amount": "tip",
}


def main(data: Path, out: Path) -> None:
    """Run the pipeline; write scores and metrics."""
    out.mkdir(parents=True, exist_ok=True)
    with clock("read"):
        parts = [
            pd.read_csv(path, usecols=list(TRIPS), parse_dates=["pickup_datetime", "dropoff_datetime"], engine="pyarrow")
            for path in sorted((data / "trips").glob("*.csv"))
        ]
        trips = pd.concat(parts, ignore_index=True).rename(columns=TRIPS)
        del parts
        zones = pd.read_csv(
            data / "taxi_zone_lookup.csv", usecols=["LocationID", "Borough"], keep_default_na=False, na_values=["", "N/A", "Unknown"]
        )
    with clock("import scikit-learn"):
        from benchmarks.suite.classifier import learned
    with clock("clean"):
        minutes = (trips["dropoff_at"] - trips["pickup_at"]).dt.total_seconds() / 60
        in_period = (trips["pickup_at"] >= document.FIRST_DAY) & (trips["pickup_at"] < pd.Timestamp(document.LAST_DAY) + pd.Timedelta(days=1))
        plausible = (trips["fare"] > 0) & (trips["fare"] <= 500) & (trips["miles"] > 0) & (trips["miles"] <= 100) & minutes.between(1, 180)
        trips = trips[trips["vendor"].notna() & in_period & plausible & (trips["payment"] == 1)]
    with clock("join"):
        for side in ("pickup", "dropoff"):
            names = {"LocationID": f"{side}_zone", "Borough": f"{side}_borough"}
            trips = trips.merge(zones.rename(columns=names), on=f"{side}_zone", how="left", validate="m:1")
    with clock("features"):
        minutes = (trips["dropoff_at"] - trips["pickup_at"]).dt.total_seconds() / 60
        trips = trips.assign(
            minutes=minutes,
            mph=trips["miles"] / minutes * 60,
            fare_per_mile=trips["fare"] / trips["miles"],
            hour=trips["pickup_at"].dt.hour,
            weekday=trips["pickup_at"].dt.day_of_week,
        )
        airport = (trips["pickup_zone"].isin(document.AIRPORTS) | trips["dropoff_zone"].isin(document.AIRPORTS)).to_numpy()
        known = (trips["tip"] >= 0).to_numpy()
        generous = (trips["tip"] / trips["fare"] > document.GENEROUS).to_numpy()
        before = (trips["pickup_at"] < document.TEST_FROM).to_numpy()
    with clock("prepare"):
        numbers = {name: trips[name].to_numpy() for name in document.NUMBERS}
        codes = {name: pd.factorize(trips[name])[0] for name in document.CATEGORIES}
        training = known & before
        x = matrix(numbers, airport, codes, training)
    probability, metrics = learned((x[training], generous[training]), x, generous, known & ~before, document.L2)
    with clock("write"):
        scores = trips[list(document.KEEP)].assign(probability=probability, prediction=probability >= 0.5)
        scores.to_parquet(out / "scores.parquet", index=False, compression="zstd")
    finish(out, metrics)


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:3]))
