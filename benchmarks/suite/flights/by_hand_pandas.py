"""Flights in pandas and scikit-learn, in the order of the document.

    python -m benchmarks.suite.flights.by_hand_pandas DATA OUT
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks.suite.clocks import clock, finish
from benchmarks.suite.flights import document, prepared
from benchmarks.suite.split import is_test

READ = {
    "flights": ["year", "month", "day", "hour", "minute", "time_hour", "carrier", "flight", "tailnum", "origin", "dest", "distance", "dep_delay", "arr_delay"],
    "weather": ["origin", "time_hour", "temp", "wind_speed", "precip", "visib"],
    "planes": ["tailnum", "year", "seats"],
    "airports": ["faa", "lat", "lon"],
    "airlines": ["carrier", "name"],
}
TIMES = {"flights": ["time_hour"], "weather": ["time_hour"]}


def main(data: Path, out: Path) -> None:
    """Run the pipeline; write scores and metrics."""
    out.mkdir(parents=True, exist_ok=True)
    with clock("read"):
        tables = {name: read(data / f"{name}.csv", columns, TIMES.get(name, [])) for name, columns in READ.items()}
    with clock("import scikit-learn"):
        from benchmarks.suite.classifier import learned
    with clock("clean + join"):
        flights = joined(tables)
        del tables
    with clock("features"):
        flights = featured(flights)
    with clock("look back"):
        flights["previous_delay"] = previous_delay(flights)
        flights["airport_delay"] = airport_delay(flights)
    with clock("prepare"):
        known = flights["arr_delay"].notna().to_numpy()
        late = (flights["arr_delay"] > document.LATE_AFTER).to_numpy()
        arrays = {name: pa.Array.from_pandas(flights[name]) for name in document.KEY}
        test = is_test(arrays["month"], arrays["day"])
        training = known & ~test
        codes = {name: pd.factorize(flights[name])[0] for name in (*document.CATEGORIES, "route")}
        route_means = prepared.label_means(codes["route"], late, prepared.folds(arrays), training)
        numbers = {name: flights[name].to_numpy(dtype=float) for name in (*document.IMPUTED, *document.DELAYS)}
        to_learn, x = prepared.matrix(numbers, codes, route_means, training)
    probability, metrics = learned((to_learn, late[training]), x, late, known & test, document.L2)
    with clock("write"):
        scores = flights[list(document.KEEP)].assign(probability=probability, prediction=probability >= 0.5)
        scores.to_parquet(out / "scores.parquet", index=False, compression="zstd")
    finish(out, metrics)


def read(path: Path, columns: list[str], times: list[str]) -> pd.DataFrame:
    table = pd.read_csv(path, usecols=columns, keep_default_na=False, na_values=["", "NA"], parse_dates=times, engine="pyarrow")
    for name in times:
        table[name] = table[name].dt.tz_localize(None)
    return table[columns]


def joined(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    flights = tables["flights"]
    flights = flights[flights["tailnum"].notna() & (flights["distance"] > 0)]
    flights = flights.merge(tables["weather"], on=["origin", "time_hour"], how="left", validate="m:1")
    planes = tables["planes"].rename(columns={"year": "built"})
    flights = flights.merge(planes, on="tailnum", how="left", validate="m:1")
    for side in ("origin", "dest"):
        airports = tables["airports"].rename(columns={"faa": side, "lat": f"{side}_lat", "lon": f"{side}_lon"})
        flights = flights.merge(airports, on=side, how="left", validate="m:1")
    return flights.merge(tables["airlines"].rename(columns={"name": "airline"}), on="carrier", how="left", validate="m:1")


def featured(flights: pd.DataFrame) -> pd.DataFrame:
    departs_at = flights["time_hour"] + pd.to_timedelta(flights["minute"], unit="min")
    places = [flights[name].to_numpy() for name in ("origin_lat", "origin_lon", "dest_lat", "dest_lon")]
    return flights.assign(
        departs_at=departs_at.astype("datetime64[us]"),
        left_at=(departs_at + pd.to_timedelta(flights["dep_delay"], unit="min")).astype("datetime64[us]"),
        weekday=pd.to_datetime(flights[["year", "month", "day"]]).dt.day_of_week,
        age=flights["year"] - flights["built"],
        route=flights["origin"] + "-" + flights["dest"],
        direct_km=prepared.direct_km(*places),
        eastward=flights["dest_lon"] - flights["origin_lon"],
    )


def previous_delay(flights: pd.DataFrame) -> np.ndarray:
    """Return the delay with which the aircraft last left, if it did within a day and before the scheduled departure."""
    asked = flights[["departs_at", "tailnum"]].reset_index(names="row").sort_values("departs_at")
    seen = flights[flights["left_at"].notna()].sort_values(["left_at", *document.KEY])[["left_at", "tailnum", "dep_delay"]]
    found = pd.merge_asof(
        asked, seen, left_on="departs_at", right_on="left_at", by="tailnum", allow_exact_matches=False, tolerance=pd.Timedelta(days=1)
    )
    return in_order(found, "dep_delay")


def airport_delay(flights: pd.DataFrame) -> np.ndarray:
    """Return the mean delay of what left the airport in the two hours before the scheduled departure."""
    seen = flights.loc[flights["left_at"].notna(), ["left_at", "origin", "dep_delay"]].sort_values("left_at")
    groups = seen.groupby("origin")["dep_delay"]
    so_far = seen.assign(total=groups.cumsum(), count=groups.cumcount() + 1.0).drop(columns="dep_delay")
    asked = flights[["departs_at", "origin"]].reset_index(names="row")
    until = until_then(asked, so_far)
    before = until_then(asked.assign(departs_at=asked["departs_at"] - pd.Timedelta(hours=2)), so_far)
    total, count = (in_order(until, name, 0.0) - in_order(before, name, 0.0) for name in ("total", "count"))
    return np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)


def until_then(asked: pd.DataFrame, so_far: pd.DataFrame) -> pd.DataFrame:
    """Return what had been summed up strictly before the moment asked for."""
    asked = asked.sort_values("departs_at")
    return pd.merge_asof(asked, so_far, left_on="departs_at", right_on="left_at", by="origin", allow_exact_matches=False)


def in_order(found: pd.DataFrame, name: str, nothing: float = np.nan) -> np.ndarray:
    """Return a column in the order of the flights."""
    values = np.empty(len(found))
    values[found["row"].to_numpy()] = found[name].fillna(nothing).to_numpy()
    return values


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:3]))
