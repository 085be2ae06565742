"""Flights in PySpark and MLlib, in the order of the document.

    python -m benchmarks.suite.flights.by_hand_spark DATA OUT
"""

from __future__ import annotations

import sys
from pathlib import Path

from pyspark.ml.feature import VectorAssembler
from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from benchmarks.suite.clocks import clock, finish
from benchmarks.suite.flights import document
from benchmarks.suite.spark_classifier import learned, scored
from benchmarks.suite.spark_design import categories, encoded, share
from benchmarks.suite.spark_session import check_unique, session

READ = {
    "flights": "year long, month long, day long, hour long, minute long, time_hour timestamp_ntz, carrier string, flight long,"
    " tailnum string, origin string, dest string, distance double, dep_delay double, arr_delay double",
    "weather": "origin string, time_hour timestamp_ntz, temp double, wind_speed double, precip double, visib double",
    "planes": "tailnum string, year long, seats long",
    "airports": "faa string, lat double, lon double",
    "airlines": "carrier string, name string",
}
UNIQUE = {"weather": ("origin", "time_hour"), "planes": ("tailnum",), "airports": ("faa",), "airlines": ("carrier",)}
MICROSECONDS = 1_000_000


def main(data: Path, out: Path) -> None:
    """Run the pipeline; write scores and metrics."""
    out.mkdir(parents=True, exist_ok=True)
    with clock("start"):
        spark = session()
    with clock("read + join + features"):
        tables = {name: read(spark, data / f"{name}.csv", schema) for name, schema in READ.items()}
        for name, key in UNIQUE.items():
            tables[name] = tables[name].cache()
            check_unique(tables[name], *key)
        table = looked_back(featured(joined(tables)).cache()).cache()
        table.count()
    with clock("prepare"):
        label = F.col("late").cast("double").alias("label")
        matrix = with_features(table).select(*document.KEEP, "known", "test", label, "to_learn", "features").cache()
        matrix.count()
        table.unpersist()
    model = learned(matrix.where("known and not test").select("label", F.col("to_learn").alias("features")), document.L2)
    metrics = scored(model, matrix, document.KEEP, "known and test", out)
    finish(out, metrics)
    spark.stop()


def read(spark: SparkSession, path: Path, schema: str) -> DataFrame:
    pairs = [each.split() for each in schema.split(", ")]
    texts = spark.read.csv(str(path), header=True, nullValue="NA")
    return texts.select(*(F.regexp_replace(name, "Z$", "").cast(kind).alias(name) if "ntz" in kind else F.col(name).cast(kind) for name, kind in pairs))


def joined(tables: dict[str, DataFrame]) -> DataFrame:
    flights = tables["flights"].where("tailnum is not null and distance > 0")
    flights = flights.join(tables["weather"], ["origin", "time_hour"], "left")
    flights = flights.join(tables["planes"].withColumnRenamed("year", "built"), "tailnum", "left")
    for side in ("origin", "dest"):
        flights = flights.join(tables["airports"].toDF(side, f"{side}_lat", f"{side}_lon"), side, "left")
    return flights.join(tables["airlines"].toDF("carrier", "airline"), "carrier", "left")


def featured(flights: DataFrame) -> DataFrame:
    a, b = F.radians("origin_lat"), F.radians("dest_lat")
    across = F.radians(F.col("dest_lon") - F.col("origin_lon"))
    inside = F.pow(F.sin((b - a) / 2), F.lit(2)) + F.cos(a) * F.cos(b) * F.pow(F.sin(across / 2), F.lit(2))
    flights = flights.withColumn("departs_at", F.expr("timestampadd(minute, minute, time_hour)"))
    return flights.select(
        *document.KEY, "airline", "dest", "hour", "tailnum", "distance", "seats", "temp", "wind_speed", "precip", "visib", "dep_delay", "departs_at",
        F.expr("timestampadd(microsecond, cast(dep_delay * 60e6D as long), departs_at)").alias("left_at"),
        F.col("arr_delay").isNotNull().alias("known"),
        (F.col("arr_delay") > document.LATE_AFTER).alias("late"),
        F.expr("weekday(make_date(year, month, day))").alias("weekday"),
        (F.col("year") - F.col("built")).alias("age"),
        F.concat_ws("-", "origin", "dest").alias("route"),
        (2 * document.EARTH_KM * F.asin(F.sqrt(inside))).alias("direct_km"),
        (F.col("dest_lon") - F.col("origin_lon")).alias("eastward"),
    )  # fmt: skip


def looked_back(flights: DataFrame) -> DataFrame:
    """Return the flights with what was known of the aircraft, and of the airport, at the scheduled departure."""
    moment = F.unix_micros(F.col("at").cast("timestamp"))
    asked = flights.withColumn("at", F.col("departs_at")).withColumn("asks", F.lit(True))
    told = flights.where("left_at is not null").withColumn("at", F.col("left_at")).withColumn("asks", F.lit(False))
    events = asked.unionByName(told).withColumn("moment", moment)
    seen = F.when(~F.col("asks"), F.col("dep_delay"))
    latest = F.max_by("dep_delay", F.when(~F.col("asks"), F.struct("left_at", *document.KEY)))
    day = Window.partitionBy("tailnum").orderBy("moment").rangeBetween(-86_400 * MICROSECONDS, -1)
    hours = Window.partitionBy("origin").orderBy("moment").rangeBetween(-7_200 * MICROSECONDS, -1)
    events = events.withColumn("previous_delay", latest.over(day)).withColumn("airport_delay", F.avg(seen).over(hours))
    return events.where("asks").drop("at", "asks", "moment", "left_at", "dep_delay")


def with_features(table: DataFrame) -> DataFrame:
    """Return the table with `features`."""
    table = table.withColumn("test", share("split", "month", "day") < 0.2)
    table = table.withColumn("training", F.expr("known and not test")).withColumn("fold", F.floor(document.FOLDS * share("fold", *document.KEY)))
    training = table.where("training")
    table = with_label_means(table, training)
    (medians,) = training.agg(*(F.percentile(name, F.lit(0.5)).alias(name) for name in document.IMPUTED)).collect()
    filled = {name: F.coalesce(F.col(name).cast("double"), F.lit(medians[name])) for name in document.IMPUTED}
    filled |= {name: F.coalesce(F.col(name), F.lit(0.0)) for name in document.DELAYS}
    moments = [each for name, column in filled.items() for each in (F.avg(column).alias(f"mean_{name}"), F.stddev(column).alias(f"std_{name}"))]
    (found,) = training.agg(*moments).collect()
    dense = [(column - found[f"mean_{name}"]) / found[f"std_{name}"] for name, column in filled.items()]
    flags = [F.col(name).isNull() for name in document.DELAYS]
    table = encoded(table, categories(training, document.CATEGORIES, document.MIN_ROWS), [*dense, *flags]).withColumnRenamed("features", "others")
    for means, features in (("outside", "to_learn"), ("whole", "features")):
        table = VectorAssembler(inputCols=["others", means], outputCol=features).transform(table)
    return table


def with_label_means(table: DataFrame, training: DataFrame) -> DataFrame:
    """Return the table with the smoothed share of late flights of a route, without the own fold and with it."""
    late = F.sum(F.col("late").cast("double"))
    by_fold = training.groupBy("route", "fold").agg(F.count("*").alias("fold_rows"), late.alias("fold_late"))
    by_route = by_fold.groupBy("route").agg(F.sum("fold_rows").alias("route_rows"), F.sum("fold_late").alias("route_late"))
    folds = training.groupBy("fold").agg(F.count("*").alias("other_rows"), late.alias("other_late"))
    (whole,) = folds.agg(F.sum("other_rows").alias("rows"), F.sum("other_late").alias("late")).collect()
    table = table.join(F.broadcast(by_route), "route", "left").join(F.broadcast(by_fold), ["route", "fold"], "left")
    table = table.join(F.broadcast(folds), "fold", "left")

    def known(name: str) -> Column:
        return F.coalesce(F.col(name), F.lit(0))

    prior = (whole["late"] - known("other_late")) / (whole["rows"] - known("other_rows"))
    lates, rows = known("route_late") - known("fold_late"), known("route_rows") - known("fold_rows")
    outside = (lates + document.SMOOTH * prior) / (rows + document.SMOOTH)
    every = (known("route_late") + document.SMOOTH * whole["late"] / whole["rows"]) / (known("route_rows") + document.SMOOTH)
    return table.withColumn("outside", outside).withColumn("whole", every)


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:3]))
