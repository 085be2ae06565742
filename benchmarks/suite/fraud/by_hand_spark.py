"""Fraud in PySpark and MLlib, in the order of the document.

    python -m benchmarks.suite.fraud.by_hand_spark DATA OUT
"""

from __future__ import annotations

import sys
from pathlib import Path

from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.functions import vector_to_array
from pyspark.sql import functions as F

from benchmarks.suite.clocks import clock, finish
from benchmarks.suite.spark_metrics import judge
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


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:3]))
