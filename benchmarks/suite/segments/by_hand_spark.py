"""Segments in PySpark and MLlib, in the order of the document.

    python -m benchmarks.suite.segments.by_hand_spark DATA OUT GIVEN

MLlib takes starting centres in its older API alone, which is given rows of vectors.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from pyspark.ml.evaluation import ClusteringEvaluator
from pyspark.ml.functions import array_to_vector
from pyspark.mllib.clustering import KMeans, KMeansModel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from benchmarks.suite.clocks import clock, finish
from benchmarks.suite.spark_session import check_unique, read, session

READ = {
    "customers": "customer_id long, true_segment long",
    "orders": "order_id long, customer_id long, ordered_on date",
    "lines": "order_id long, product_id long, quantity long, price double",
    "returns": "order_id long, product_id long, returned long",
}
ITERATIONS = 100
Centres = np.ndarray


def main(data: Path, out: Path, given: Path) -> None:
    """Run the pipeline; write scores and metrics."""
    out.mkdir(parents=True, exist_ok=True)
    with np.load(given) as file:
        starts, judged = file["starts"], file["judged"]
    with clock("start"):
        spark = session()
    with clock("read + join + features"):
        tables = {name: read(spark, data / name, schema) for name, schema in READ.items()}
        check_unique(tables["orders"], "order_id")
        check_unique(tables["returns"], "order_id", "product_id")
        features = customers_of(tables).cache()
        low_ratio, high_ratio, low, high, rows = _one(
            features.agg(F.min("return_ratio"), F.max("return_ratio"), F.min("frequency"), F.max("frequency"), F.count("*"))
        )
    with clock("train"):
        ratio = (F.col("return_ratio") - low_ratio) / (high_ratio - low_ratio)
        often = (F.col("frequency") - low) / (high - low)
        x = features.select("customer_id", "true_segment", ratio.alias("x"), often.alias("y")).cache()
        centres = best_of(x, starts)
    with clock("evaluate"):
        scores = nearest(x, centres).cache()
        metrics = {"rows": rows, **judge(scores, centres, judged)}
    with clock("write"):
        scores.select("customer_id", "cluster", "distance").write.mode("overwrite").parquet(str(out / "scores.parquet"))
    finish(out, metrics)
    spark.stop()


def customers_of(tables: dict[str, DataFrame]) -> DataFrame:
    """Return a row for each customer with its two features."""
    lines = tables["lines"].join(tables["returns"], ["order_id", "product_id"], "left").join(tables["orders"], "order_id")
    baskets = (
        lines.groupBy("customer_id", "order_id")
        .agg(
            F.sum(F.col("quantity") * F.col("price")).alias("paid"),
            F.sum(F.coalesce("returned", F.lit(0)) * F.col("price")).alias("refunded"),
            F.min("ordered_on").alias("ordered_on"),
        )
        .select("customer_id", (F.col("refunded") / F.col("paid")).alias("return_ratio"), F.year("ordered_on").alias("year"))
        .cache()
    )
    returning = baskets.groupBy("customer_id").agg(F.avg("return_ratio").alias("return_ratio"))
    yearly = baskets.groupBy("customer_id", "year").count()
    ordering = yearly.groupBy("customer_id").agg(F.avg("count").alias("frequency"))
    return tables["customers"].join(returning, "customer_id").join(ordering, "customer_id")


def best_of(x: DataFrame, starts: Centres) -> Centres:
    """Return the centres of the start with the least inertia, the largest cluster first."""
    rows = x.select("x", "y").rdd.map(lambda row: [row.x, row.y]).cache()
    tried = []
    for start in starts:
        model = KMeans.train(rows, len(start), maxIterations=ITERATIONS, initialModel=KMeansModel(list(start)), epsilon=0.0)
        tried.append((model.computeCost(rows), np.array(model.clusterCenters)))
    centres = min(tried, key=lambda each: each[0])[1]
    sizes = {row["cluster"]: row["count"] for row in nearest(x, centres).groupBy("cluster").count().collect()}
    return centres[sorted(range(len(centres)), key=lambda place: -sizes[place])]


def nearest(x: DataFrame, centres: Centres) -> DataFrame:
    """Return the rows with their cluster and the distance to its centre."""
    squares = [(F.col("x") - float(a)) * (F.col("x") - float(a)) + (F.col("y") - float(b)) * (F.col("y") - float(b)) for a, b in centres]
    far = x.select("*", F.array(*squares).alias("squares"))
    least = far.select("*", F.array_min("squares").alias("square"))
    cluster = (F.array_position("squares", F.col("square")) - 1).cast("long")
    return least.select("customer_id", "true_segment", "x", "y", cluster.alias("cluster"), F.sqrt("square").alias("distance"))


def judge(scores: DataFrame, centres: Centres, judged: np.ndarray) -> dict[str, Any]:
    """Return the metrics of the clusters."""
    table = scores.groupBy("cluster", "true_segment").agg(
        F.count("*").alias("rows"), F.sum("distance").alias("far"), F.sum(F.col("distance") * F.col("distance")).alias("inertia")
    )
    cells = table.collect()
    truths = sorted({row["true_segment"] for row in cells})
    counts, far = np.zeros((len(centres), len(truths))), np.zeros(len(centres))
    for row in cells:
        counts[row["cluster"], truths.index(row["true_segment"])] += row["rows"]
        far[row["cluster"]] += row["far"]
    sizes = counts.sum(axis=1)
    far /= sizes
    apart = np.sqrt(((centres[:, None] - centres[None]) ** 2).sum(axis=2))
    with np.errstate(divide="ignore"):
        worst = np.where(np.eye(len(sizes), dtype=bool), -np.inf, (far[:, None] + far[None]) / apart)
    chosen = F.col("customer_id").isin([int(each) for each in judged])
    sampled = scores.where(chosen).select(array_to_vector(F.array("x", "y")).alias("features"), "cluster")
    evaluator = ClusteringEvaluator(predictionCol="cluster", distanceMeasure="squaredEuclidean")
    return {
        "inertia": sum(row["inertia"] for row in cells),
        "silhouette": float(evaluator.evaluate(sampled)),
        "davies_bouldin": float(worst.max(axis=1).mean()),
        "adjusted_rand": adjusted_rand(counts),
        **{f"size_{place}": int(size) for place, size in enumerate(sizes)},
    }


def adjusted_rand(counts: np.ndarray) -> float:
    """Return the agreement of two partitions beyond chance, from the table of how many rows they share."""
    pairs, rows, columns = ((each * (each - 1) / 2).sum() for each in (counts, counts.sum(axis=1), counts.sum(axis=0)))
    total = counts.sum() * (counts.sum() - 1) / 2
    expected = rows * columns / total
    return float((pairs - expected) / ((rows + columns) / 2 - expected))


def _one(data: DataFrame) -> tuple[Any, ...]:
    (row,) = data.collect()
    return tuple(row)


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:]))
