"""What is the same for all rows of a file, as a small table: the values of its partitions, and what else is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame, SparkSession, types

from crossover.engines.spark.frames import SPARK_TYPES
from crossover.sources.partitions import SourceFile
from crossover.sources.specification import FileSource


def constants_of(
    session: SparkSession,
    source: FileSource,
    files: Sequence[SourceFile],
    texts: Mapping[str, Sequence[str]],
    partitions: Sequence[str],
) -> DataFrame:
    """Return a row for each file: the texts, then the named partitions of the source."""
    named = [(place, each) for place, each in enumerate(source.partitions) if each.name in partitions]
    fields = [types.StructField(name, types.StringType(), False) for name in texts]
    fields += [types.StructField(each.name, SPARK_TYPES[each.type], True) for _, each in named]
    rows = [
        (*(values[number] for values in texts.values()), *(file.values[place] for place, _ in named))
        for number, file in enumerate(files)
    ]
    return session.createDataFrame(rows, types.StructType(fields), verifySchema=False)
