"""Flights in Polars and scikit-learn, in the order of the document.

    python -m benchmarks.suite.flights.by_hand_polars DATA OUT
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.suite.clocks import clock, finish
from benchmarks.suite.flights import document, prepared
from benchmarks.suite.polars_tables import check_unique, codes
from benchmarks.suite.split import is_test

READ: dict[str, dict[str, Any]] = {
    "flights": {
        "year": pl.Int64, "month": pl.Int64, "day": pl.Int64, "hour": pl.Int64, "minute": pl.Int64, "time_hour": pl.String,
        "carrier": pl.String, "flight": pl.Int64, "tailnum": pl.String, "origin": pl.String, "dest": pl.String,
        "distance": pl.Float64, "dep_delay": pl.Float64, "arr_delay": pl.Float64,
    },
    "weather": {"origin": pl.String, "time_hour": pl.String, "temp": pl.Float64, "wind_speed": pl.Float64, "precip": pl.Float64, "visib": pl.Float64},
    "planes": {"tailnum": pl.String, "year": pl.Int64, "seats": pl.Int64},
    "airports": {"faa": pl.String, "lat": pl.Float64, "lon": pl.Float64},
    "airlines": {"carrier": pl.String, "name": pl.String},
}  # fmt: skip
UNIQUE = {"weather": ["origin", "time_hour"], "planes": ["tailnum"], "airports": ["faa"], "airlines": ["carrier"]}


def main(data: Path, out: Path) -> None:
    """Run the pipeline; write scores and metrics."""
    out.mkdir(parents=True, exist_ok=True)
    with clock("import scikit-learn"):
        from benchmarks.suite.classifier import learned
    with clock("read + join + features"):
        tables = {name: scanned(data / f"{name}.csv", columns) for name, columns in READ.items()}
        for name, key in UNIQUE.items():
            # read once: looked at here, joined later
            tables[name] = tables[name].collect().lazy()
            check_unique(tables[name].select(key))
        flights = featured(joined(tables)).collect(engine="streaming").with_row_index("row")
    with clock("look back"):
        flights = flights.with_columns(previous_delay(flights), airport_delay(flights))
    with clock("prepare"):
        known = flights["arr_delay"].is_not_null().to_numpy()
        late = flights["arr_delay"].fill_null(0).to_numpy() > document.LATE_AFTER
        arrays = {name: flights[name].to_arrow() for name in document.KEY}
        test = is_test(arrays["month"], arrays["day"])
        training = known & ~test
        found = {name: codes(flights[name]) for name in (*document.CATEGORIES, "route")}
        route_means = prepared.label_means(found["route"], late, prepared.folds(arrays), training)
        numbers = {name: flights[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in (*document.IMPUTED, *document.DELAYS)}
        to_learn, x = prepared.matrix(numbers, found, route_means, training)
    probability, metrics = learned((to_learn, late[training]), x, late, known & test, document.L2)
    with clock("write"):
        scores = flights.select(document.KEEP).with_columns(probability=pl.Series(probability), prediction=pl.Series(probability >= 0.5))
        scores.write_parquet(out / "scores.parquet")
    finish(out, metrics)


def scanned(path: Path, columns: Mapping[str, Any]) -> pl.LazyFrame:
    table = pl.scan_csv(path, schema_overrides=columns, null_values=["", "NA"]).select(list(columns))
    if "time_hour" not in columns:
        return table
    return table.with_columns(pl.col("time_hour").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us"))


def joined(tables: dict[str, pl.LazyFrame]) -> pl.LazyFrame:
    flights = tables["flights"].filter(pl.col("tailnum").is_not_null(), pl.col("distance") > 0)
    flights = flights.join(tables["weather"], on=["origin", "time_hour"], how="left")
    flights = flights.join(tables["planes"].rename({"year": "built"}), on="tailnum", how="left")
    for side in ("origin", "dest"):
        airports = tables["airports"].rename({"faa": side, "lat": f"{side}_lat", "lon": f"{side}_lon"})
        flights = flights.join(airports, on=side, how="left")
    return flights.join(tables["airlines"].rename({"name": "airline"}), on="carrier", how="left")


def featured(flights: pl.LazyFrame) -> pl.LazyFrame:
    departs_at = pl.col("time_hour") + pl.duration(minutes=pl.col("minute"))
    a, b = pl.col("origin_lat").radians(), pl.col("dest_lat").radians()
    across = (pl.col("dest_lon") - pl.col("origin_lon")).radians()
    inside = ((b - a) / 2).sin() ** 2 + a.cos() * b.cos() * (across / 2).sin() ** 2
    return flights.with_columns(departs_at=departs_at).with_columns(
        left_at=pl.col("departs_at") + pl.duration(microseconds=(pl.col("dep_delay") * 60e6).cast(pl.Int64)),
        weekday=pl.date("year", "month", "day").dt.weekday(),
        age=pl.col("year") - pl.col("built"),
        route=pl.concat_str("origin", "dest", separator="-"),
        direct_km=2 * document.EARTH_KM * inside.sqrt().arcsin(),
        eastward=pl.col("dest_lon") - pl.col("origin_lon"),
    )


def previous_delay(flights: pl.DataFrame) -> pl.Series:
    """Return the delay with which the aircraft last left, if it did within a day and before the scheduled departure."""
    seen = flights.filter(pl.col("left_at").is_not_null()).sort("left_at", *document.KEY).select("left_at", "tailnum", previous_delay="dep_delay")
    asked = flights.select("row", "departs_at", "tailnum").sort("departs_at")
    found = asked.join_asof(
        seen, left_on="departs_at", right_on="left_at", by="tailnum", allow_exact_matches=False, tolerance=timedelta(days=1), check_sortedness=False
    )
    return found.sort("row")["previous_delay"]


def airport_delay(flights: pl.DataFrame) -> pl.Series:
    """Return the mean delay of what left the airport in the two hours before the scheduled departure."""
    seen = flights.filter(pl.col("left_at").is_not_null()).sort("left_at")
    so_far = seen.select(
        "left_at", "origin", total=pl.col("dep_delay").cum_sum().over("origin"), count=pl.int_range(1, pl.len() + 1).over("origin")
    )
    asked = flights.select("row", "departs_at", "origin")
    until = until_then(asked, so_far)
    before = until_then(asked.with_columns(pl.col("departs_at") - timedelta(hours=2)), so_far)
    sums = until.select(pl.col("total", "count").fill_null(0)) - before.select(pl.col("total", "count").fill_null(0))
    return sums.select(airport_delay=pl.when(pl.col("count") > 0).then(pl.col("total") / pl.col("count")))["airport_delay"]


def until_then(asked: pl.DataFrame, so_far: pl.DataFrame) -> pl.DataFrame:
    """Return what had been summed up strictly before the moment asked for, in the order of the flights."""
    found = asked.sort("departs_at").join_asof(
        so_far, left_on="departs_at", right_on="left_at", by="origin", allow_exact_matches=False, check_sortedness=False
    )
    return found.sort("row")


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:3]))
