"""Sums over all rows, made by Python workers: one partial sum of a partition, all of them on the driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa
from pyspark.sql import DataFrame

SCHEMA = "partition int, sums binary"
MOST_BYTES = 256 << 20
"""Of all partial sums together: a quarter of what a driver takes by default (spark.driver.maxResultSize)."""

Kernel = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def partial_sums(data: DataFrame, columns: Sequence[str], kernel: Kernel, bytes_each: int) -> list[bytes]:
    """Return the partial sums that a kernel yields, one of each partition, in their order.

    Sums of thousands of columns are tens of megabytes: then partitions are taken together, so that few are sent.
    """
    most = max(MOST_BYTES // bytes_each, 1)
    rows = data.select(*dict.fromkeys(columns)).coalesce(most).mapInArrow(kernel, SCHEMA).collect()
    return [bytes(row["sums"]) for row in sorted(rows, key=lambda row: row["partition"])]
