"""What programs in PySpark share: columns of a design matrix, and MLlib's logistic regression on them."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.ml.classification import LogisticRegression, LogisticRegressionModel
from pyspark.ml.feature import OneHotEncoder, VectorAssembler
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def categories(training: DataFrame, columns: Sequence[str], min_rows: int) -> dict[str, list[object]]:
    """Return the values of each column that so many rows have."""
    found = {}
    for name in columns:
        counts = training.where(F.col(name).isNotNull()).groupBy(name).count().where(F.col("count") >= min_rows)
        found[name] = sorted(row[name] for row in counts.collect())
    return found


def encoded(table: DataFrame, kept: dict[str, list[object]], dense: Sequence[Column]) -> DataFrame:
    """Return the table with `features`: the dense columns, then a column for each category, and one for all others."""
    names = [f"code_{name}" for name in kept]
    for name, values in kept.items():
        place = F.array_position(F.array(*map(F.lit, values)), F.col(name)) - 1
        table = table.withColumn(f"code_{name}", F.when(place >= 0, place).otherwise(len(values)).cast("double"))
    numbers = [f"dense_{place}" for place in range(len(dense))]
    table = table.select("*", *(column.cast("double").alias(name) for name, column in zip(numbers, dense, strict=True)))
    sizes = table.select(
        *(c for c in table.columns if c not in names),
        *(
            F.col(code).alias(code, metadata={"ml_attr": {"type": "nominal", "num_vals": len(values) + 1}})
            for code, values in zip(names, kept.values(), strict=True)
        ),
    )
    vectors = [f"vector_{name}" for name in kept]
    encoder = OneHotEncoder(inputCols=names, outputCols=vectors, dropLast=False)
    table = encoder.fit(sizes).transform(sizes)
    return VectorAssembler(inputCols=[*numbers, *vectors], outputCol="features").transform(table)


def learned(training: DataFrame, l2: float) -> LogisticRegressionModel:
    """Return MLlib's model of `label` on `features`."""
    return LogisticRegression(regParam=l2, standardization=False, maxIter=1000, tol=1e-13).fit(training)
