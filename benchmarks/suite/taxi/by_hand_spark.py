"""Taxi in PySpark and MLlib, in the order of the document.

    python -m benchmarks.suite.taxi.by_hand_spark DATA OUT
"""

from __future__ import annotations

import sys
from pathlib import Path

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from benchmarks.suite.clocks import clock, finish
from benchmarks.suite.spark_classifier import learned, scored
from benchmarks.suite.spark_design import categories, encoded
from benchmarks.suite.spark_session import check_unique, read, session
from benchmarks.suite.taxi import document

TRIPS = {
    "vendor_id long": "vendor",
    "pickup_datetime timestamp_ntz": "pickup_at",
    "dropoff_datetime timestamp_ntz": "dropoff_at",
    "passenger_count long": "passengers",
    "trip_distance double": "miles",
    "rate_code_id long": "rate",
    "pickup_location_id long": "pickup_zone",
    "dropoff_location_id long": "dropoff_zone",
    "payment_type long": "payment",
    "fare_amount double": "fare",
    "tip_amount double": "tip",
}
MINUTES = "timestampdiff(microsecond, pickup_at, dropoff_at) / 60e6D"


def main(data: Path, out: Path) -> None:
    """Run the pipeline; write scores and metrics."""
    out.mkdir(parents=True, exist_ok=True)
    with clock("start"):
        spark = session()
    with clock("read + join + features"):
        zones = spark.read.csv(str(data / "taxi_zone_lookup.csv"), header=True)
        borough = F.when(~F.col("Borough").isin("N/A", "Unknown"), F.col("Borough"))
        zones = zones.select(F.col("LocationID").cast("long").alias("zone"), borough.alias("borough")).cache()
        check_unique(zones, "zone")
        trips = read(spark, data / "trips", ", ".join(TRIPS)).toDF(*TRIPS.values())
        table = featured(cleaned(trips), zones).cache()
        table.count()
    with clock("prepare"):
        training = table.where("known and before")
        numbers = scaling(training)
        dense = [*numbers, F.col("airport")]
        matrix = encoded(table, categories(training, document.CATEGORIES, document.MIN_ROWS), dense)
        matrix = matrix.select(*document.KEEP, "known", "before", F.col("generous").cast("double").alias("label"), "features").cache()
        matrix.count()
        table.unpersist()
    model = learned(matrix.where("known and before"), document.L2)
    metrics = scored(model, matrix, document.KEEP, "known and not before", out)
    finish(out, metrics)
    spark.stop()


def cleaned(trips: DataFrame) -> DataFrame:
    """Return the plausible trips that were paid by card."""
    plausible = f"fare > 0 and fare <= 500 and miles > 0 and miles <= 100 and {MINUTES} between 1 and 180"
    period = f"pickup_at >= timestamp_ntz'{document.FIRST_DAY} 00:00:00' and pickup_at < timestamp_ntz'{document.LAST_DAY} 00:00:00' + interval 1 day"
    return trips.where("vendor is not null").where(period).where(plausible).where("payment = 1")


def featured(trips: DataFrame, zones: DataFrame) -> DataFrame:
    """Return the trips with boroughs and what is computed of each."""
    for side in ("pickup", "dropoff"):
        named = zones.toDF(f"{side}_zone", f"{side}_borough")
        trips = trips.join(F.broadcast(named), f"{side}_zone", "left")
    airports = ", ".join(map(str, document.AIRPORTS))
    return trips.withColumn("minutes", F.expr(MINUTES)).selectExpr(
        *document.KEEP, "miles", "minutes", "miles / minutes * 60 as mph", "fare", "fare / miles as fare_per_mile",
        "vendor", "passengers", "rate", "hour(pickup_at) as hour", "weekday(pickup_at) as weekday", "pickup_borough", "dropoff_borough",
        f"pickup_zone in ({airports}) or dropoff_zone in ({airports}) as airport",
        "tip >= 0 as known", f"tip / fare > {document.GENEROUS}D as generous", f"pickup_at < timestamp_ntz'{document.TEST_FROM} 00:00:00' as before",
    )  # fmt: skip


def scaling(training: DataFrame) -> list[Column]:
    """Return the numbers clipped, logged and scaled by the training rows."""
    shares = F.array(F.lit(0.001), F.lit(0.999))
    (row,) = training.agg(*(F.percentile(name, shares).alias(name) for name in document.NUMBERS)).collect()
    logged = {name: F.log1p(F.least(F.greatest(F.col(name), F.lit(row[name][0])), F.lit(row[name][1]))) for name in document.NUMBERS}
    moments = [each for name, column in logged.items() for each in (F.avg(column).alias(f"mean_{name}"), F.stddev(column).alias(f"std_{name}"))]
    (found,) = training.agg(*moments).collect()
    return [(column - found[f"mean_{name}"]) / found[f"std_{name}"] for name, column in logged.items()]


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:3]))
