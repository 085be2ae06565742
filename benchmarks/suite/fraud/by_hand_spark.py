"""Fraud in PySpark and MLlib, in the order of the document.

    python -m benchmarks.suite.fraud.by_hand_spark DATA OUT
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from pyspark.ml.classification import LogisticRegression
from pyspark.ml.evaluation import BinaryClassificationEvaluator
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from benchmarks.suite.clocks import clock, finish
from benchmarks.suite.spark_session import read, session

TRANSACTIONS = "transactionID long, senderID long, amount double, time timestamp_ntz, isFraud boolean"
ACCOUNTS = "fa_customer_sk long, transaction_limit double"


def main(data: Path, out: Path) -> None:
    """Run the pipeline; write scores and metrics."""
    out.mkdir(parents=True, exist_ok=True)
    with clock("start"):
        spark = session()
    with clock("read + join + features"):
        accounts = read(spark, data / "accounts", ACCOUNTS).cache()
        if not accounts.groupBy("fa_customer_sk").count().where("count > 1").isEmpty():
            raise ValueError("an account stands in several rows")
        payments = read(spark, data / "transactions", TRANSACTIONS).where("amount > 0")
        joined = payments.join(F.broadcast(accounts), F.col("senderID") == F.col("fa_customer_sk"))
        hashed = F.shiftrightunsigned(F.xxhash64(F.lit("split"), "transactionID"), 11) * 2.0**-53
        columns = ("hour(time) / 23 as hour", "amount / transaction_limit as share", "cast(isFraud as double) as label")
        table = joined.selectExpr("transactionID as transaction", "senderID as sender", *columns, "transactionID")
        table = VectorAssembler(inputCols=["hour", "share"], outputCol="features").transform(table)
        table = table.select("transaction", "sender", "label", "features", (hashed < 0.2).alias("test")).cache()
        table.count()
    with clock("train"):
        estimator = LogisticRegression(regParam=0.0, maxIter=100, tol=1e-12)
        model = estimator.fit(table.where("not test"))
    with clock("evaluate"):
        scored = model.transform(table).select(
            "transaction", "sender", "label", "test", vector_to_array("probability")[1].alias("probability")
        )
        metrics = judge(scored.where("test").cache())
    with clock("write"):
        written = scored.select("transaction", "sender", "probability", (F.col("probability") >= 0.5).alias("prediction"))
        written.write.mode("overwrite").parquet(str(out / "scores.parquet"))
    finish(out, metrics)
    spark.stop()


def judge(scored: DataFrame) -> dict[str, Any]:
    """Return the metrics of the test rows, by MLlib's evaluator and one query."""
    p, y = F.col("probability"), F.col("label")
    said = (p >= 0.5).cast("double")
    (row,) = scored.agg(
        F.count("*").alias("rows"),
        F.avg(-(y * F.ln(p) + (1 - y) * F.ln(1 - p))).alias("log_loss"),
        F.avg((y - p) * (y - p)).alias("brier"),
        F.avg((said == y).cast("double")).alias("accuracy"),
        F.sum(said * y).cast("long").alias("true_positives"),
        F.sum(said * (1 - y)).cast("long").alias("false_positives"),
        F.sum((1 - said) * (1 - y)).cast("long").alias("true_negatives"),
        F.sum((1 - said) * y).cast("long").alias("false_negatives"),
    ).collect()
    found = row.asDict()
    right = found["true_positives"]
    precision, recall = right / (right + found["false_positives"]), right / (right + found["false_negatives"])
    evaluator = BinaryClassificationEvaluator(rawPredictionCol="probability", numBins=0)
    auc = evaluator.evaluate(scored)
    return {**found, "auc": auc, "precision": precision, "recall": recall, "f1": 2 * precision * recall / (precision + recall)}


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:3]))
