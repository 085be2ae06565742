"""The skeleton's table as an expert writes it in PySpark by hand: the structure that ours is held against.

One scan of the orders, kept because it is counted first; products broadcast; one select of derived columns a level; one
exchange and sort for the window of a customer, one for what was sold lately (a union and a range window).
"""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

TYPES = {"id": "bigint", "customer": "bigint", "price": "double", "quantity": "bigint", "discount": "double"}
DERIVED = {
    "paid": "price * quantity",
    "discounted": "price * quantity * (1 - coalesce(discount, 0))",
    "heavy": "weight * quantity > 50",
    "log_price": "ln(price)",
    "hour": "hour(bought_at)",
    "weekday": "weekday(bought_at) + 1",
    "due_at": "bought_at + interval 90 minutes",
    "code": "concat(product, '-', family)",
    "gift": "note like '%gift%'",
    "kind": "case when price * quantity >= 100 then 'dear' else 'plain' end",
}
TWO_HOURS = "range between interval '7200' second preceding and interval '0.000001' second preceding"


def orders(spark: SparkSession, data: Path) -> tuple[DataFrame, DataFrame]:
    """Return the rows as read, kept, and the table of the skeleton."""
    header = ["id", "customer", "product", "price", "quantity", "discount", "bought_at", "note"]
    text = ", ".join(f"{name} string" for name in header)
    read = spark.read.csv(str(data / "orders.csv"), schema=f"{text}, wrong string", header=True, columnNameOfCorruptRecord="wrong")
    cast = [F.expr(f"try_cast({name} as {TYPES[name]})").alias(name) if name in TYPES else F.col(name) for name in header if name != "bought_at"]
    moment = F.expr("cast(try_cast(bought_at as timestamp) as timestamp_ntz)").alias("bought_at")
    kept = read.select(*cast, moment, "wrong").persist()
    clean = kept.where("wrong is null and price > 0 and product is not null and quantity > 0 and (note is null or note != 'test')")
    products = spark.read.csv(str(data / "products.csv"), schema="product string, family string, weight double, since date", header=True)
    joined = clean.drop("wrong").join(F.broadcast(products), "product", "left")
    derived = joined.select("*", *(F.expr(text).alias(name) for name, text in DERIVED.items()))
    mine = Window.partitionBy("customer").orderBy(F.col("bought_at").asc_nulls_last(), "id")
    ordered = derived.select("*", F.lag("price").over(mine).alias("before"), F.sum("paid").over(mine.rowsBetween(-10, -1)).alias("spent"))
    return kept, _sold_lately(ordered, clean)


def _sold_lately(table: DataFrame, clean: DataFrame) -> DataFrame:
    """Rows and what they look at in one table; a window over the two hours before; the rows alone."""
    names = table.columns
    events = clean.select("product", F.col("bought_at").alias("at"), F.col("price").alias("seen"), F.lit(False).alias("asks"))
    asking = table.select("*", F.col("bought_at").alias("at"), F.lit(None).cast("double").alias("seen"), F.lit(True).alias("asks"))
    both = asking.unionByName(events, allowMissingColumns=True)
    frame = f"over (partition by product order by at {TWO_HOURS})"
    counted = both.select(
        *names, "asks", F.expr(f"count(case when not asks then 1 end) {frame}").alias("sold_lately"),
        F.expr(f"avg(case when not asks then seen end) {frame}").alias("mean_lately"),
    )  # fmt: skip
    return counted.where("asks").drop("asks")
