"""What is the same for all rows of a file, as a small table: the values of its partitions, and what else is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from crossover.engines.spark.frames import local_data
from crossover.relations.schema import arrow_type
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
    fields = [pa.field(name, pa.string(), nullable=False) for name in texts]
    fields += [pa.field(each.name, arrow_type(each.type)) for _, each in named]
    columns = [*texts.values(), *([file.values[place] for file in files] for place, _ in named)]
    arrays = [pa.array(values, field.type) for values, field in zip(columns, fields, strict=True)]
    return local_data(session, pa.Table.from_arrays(arrays, schema=pa.schema(fields)))
