"""What programs in PySpark share: columns of a design matrix."""

from __future__ import annotations

from collections.abc import Sequence

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


def share(salt: str, *columns: str) -> Column:
    """Return the share in [0, 1) that the hash of a row is."""
    return F.shiftrightunsigned(F.xxhash64(F.lit(salt), *columns), 11) * 2.0**-53


def encoded(table: DataFrame, kept: dict[str, list[object]], dense: Sequence[Column]) -> DataFrame:
    """Return the table with `features`: the dense columns, then a column for each category, and one for all others."""
    codes = {f"code_{name}": _code(name, values) for name, values in kept.items()}
    numbers = {f"dense_{place}": column.cast("double").alias(f"dense_{place}") for place, column in enumerate(dense)}
    table = table.select("*", *numbers.values(), *codes.values())
    vectors = [f"vector_{name}" for name in kept]
    encoder = OneHotEncoder(inputCols=list(codes), outputCols=vectors, dropLast=False)
    table = encoder.fit(table).transform(table)
    return VectorAssembler(inputCols=[*numbers, *vectors], outputCol="features").transform(table)


def _code(name: str, values: Sequence[object]) -> Column:
    """Return the place of a value, with how many there are, so that fitting the encoder looks at no row."""
    place = F.array_position(F.array(*map(F.lit, values)), F.col(name)) - 1
    code = F.when(place >= 0, place).otherwise(len(values)).cast("double")
    return code.alias(f"code_{name}", metadata={"ml_attr": {"type": "nominal", "num_vals": len(values) + 1}})
