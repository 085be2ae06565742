"""Taxi trips: where the real sample lies, and small ones made up, as CSV of the sample and as the public Parquet files."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

ROOT = Path(__file__).parents[2]
SAMPLE = Path(os.environ.get("CROSSOVER_TAXI") or ROOT.parent / "shared" / "data" / "taxi")
"""The real sample: 24 monthly files of 10,000 trips."""

PUBLIC = {
    "vendor_id": ("VendorID", pa.int64()),
    "pickup_datetime": ("tpep_pickup_datetime", pa.timestamp("us")),
    "dropoff_datetime": ("tpep_dropoff_datetime", pa.timestamp("us")),
    "passenger_count": ("passenger_count", pa.float64()),
    "trip_distance": ("trip_distance", pa.float64()),
    "rate_code_id": ("RatecodeID", pa.float64()),
    "store_and_fwd_flag": ("store_and_fwd_flag", pa.string()),
    "pickup_location_id": ("PULocationID", pa.int64()),
    "dropoff_location_id": ("DOLocationID", pa.int64()),
    "payment_type": ("payment_type", pa.int64()),
    "fare_amount": ("fare_amount", pa.float64()),
    "tip_amount": ("tip_amount", pa.float64()),
    "total_amount": ("total_amount", pa.float64()),
    "congestion_surcharge": ("congestion_surcharge", pa.null()),
}
"""Column of the sample -> its name and physical type in the public files of 2019 (whole numbers with nulls are doubles there)."""


def trips(rows: int, seed: int = 7) -> pa.Table:
    """Return trips from July to October 2019, a few of them broken, with the columns of the sample."""
    random = Random(seed)
    return pa.Table.from_pylist([_trip(random) for _ in range(rows)], pa.schema([(name, each[1]) for name, each in PUBLIC.items()]))


def _trip(random: Random) -> dict[str, object]:
    pickup = datetime(2019, 7, 1) + timedelta(seconds=random.randrange(122 * 86_400))
    miles = round(random.lognormvariate(0.6, 0.8), 2) if random.random() > 0.02 else 0.0
    minutes = miles * random.uniform(3, 9) + 2 if random.random() > 0.02 else 0.2
    fare = round(2.5 + 2.5 * miles, 2)
    generous = random.random() < (0.85 if miles < 2 else 0.15)
    tip = round(fare * (0.3 if generous else 0.15), 2)
    return {
        "vendor_id": random.choice((1, 2)) if random.random() > 0.01 else None,
        "pickup_datetime": pickup,
        "dropoff_datetime": pickup + timedelta(seconds=round(minutes * 60)),
        "passenger_count": float(random.randint(1, 5)) if random.random() > 0.02 else None,
        "trip_distance": miles,
        "rate_code_id": float(random.choice((1, 1, 1, 2))),
        "store_and_fwd_flag": "N",
        "pickup_location_id": random.randint(1, 9),
        "dropoff_location_id": random.randint(1, 9),
        "payment_type": random.choice((1, 1, 2)),
        "fare_amount": fare,
        "tip_amount": tip,
        "total_amount": round(fare + tip, 2),
        "congestion_surcharge": None,
    }


def write(folder: Path, rows: int) -> None:
    """Write trips/*.csv, public/*.parquet (each in two files) and the zones."""
    table = trips(rows)
    renamed = table.rename_columns([name for name, _ in PUBLIC.values()])
    for name in ("trips", "public"):
        (folder / name).mkdir(parents=True)
    half = rows // 2
    for month, start, length in (("2019-07", 0, half), ("2019-09", half, rows - half)):
        csv.write_csv(_as_sample(table.slice(start, length)), folder / "trips" / f"{month}.csv", csv.WriteOptions(quoting_style="none"))
        pq.write_table(renamed.slice(start, length), folder / "public" / f"{month}.parquet")
    boroughs = ["Queens", "Manhattan", "Bronx", "Unknown", "N/A", "Brooklyn", "Queens", "Manhattan", "EWR"]
    lines = [f"{number},{borough},Zone {number},Yellow Zone" for number, borough in enumerate(boroughs, start=1)]
    (folder / "taxi_zone_lookup.csv").write_text("\n".join(["LocationID,Borough,Zone,service_zone", *lines]) + "\n", encoding="utf-8")


def _as_sample(table: pa.Table) -> pa.Table:
    """The sample has whole numbers where the public files have doubles, and times without fractions."""
    whole = {"passenger_count": pa.int64(), "rate_code_id": pa.int64(), "pickup_datetime": pa.timestamp("s"), "dropoff_datetime": pa.timestamp("s")}
    return table.cast(pa.schema([(field.name, whole.get(field.name, field.type)) for field in table.schema]))
