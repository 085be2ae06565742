"""Fraud in PySpark and MLlib, in the order of the document.

    python -m benchmarks.suite.fraud.by_hand_spark DATA OUT
"""

from __future__ import annotations

import sys
from pathlib import Path

from pyspark.ml.feature import VectorAssembler
from pyspark.sql import functions as F

from benchmarks.suite.clocks import clock, finish
from benchmarks.suite.spark_classifier import learned, scored
from benchmarks.suite.spark_design import share
from benchmarks.suite.spark_session import check_unique, read, session

TRANSACTIONS = "transactionID long, senderID long, amount double, time timestamp_ntz, isFraud boolean"
ACCOUNTS = "fa_customer_sk long, transaction_limit double"
KEEP = ("transaction", "sender")


def main(data: Path, out: Path) -> None:
    """Run the pipeline; write scores and metrics."""
    out.mkdir(parents=True, exist_ok=True)
    with clock("start"):
        spark = session()
    with clock("read + join + features"):
        accounts = read(spark, data / "accounts", ACCOUNTS).cache()
        check_unique(accounts, "fa_customer_sk")
        payments = read(spark, data / "transactions", TRANSACTIONS).where("amount > 0")
        joined = payments.join(F.broadcast(accounts), F.col("senderID") == F.col("fa_customer_sk"))
        columns = ("hour(time) / 23 as hour", "amount / transaction_limit as share", "cast(isFraud as double) as label")
        table = joined.selectExpr("transactionID as transaction", "senderID as sender", *columns, "transactionID")
        table = VectorAssembler(inputCols=["hour", "share"], outputCol="features").transform(table)
        table = table.select(*KEEP, "label", "features", (share("split", "transactionID") < 0.2).alias("test")).cache()
        table.count()
    model = learned(table.where("not test"), tolerance=1e-12)
    metrics = scored(model, table, KEEP, "test", out)
    finish(out, metrics)
    spark.stop()


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:3]))
