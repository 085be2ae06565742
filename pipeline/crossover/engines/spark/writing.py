"""Parquet files, and Spark's plan as text."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path

import pyarrow.parquet as pq
from pyspark.sql import DataFrame

from crossover.engines.base import WrittenFile

WRITE_OPTIONS = {
    "parquet.page.write-checksum.enabled": "true",
    "mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
}
"""An empty file _SUCCESS would mean nothing: what counts is the commit pointer of a run."""


def write_parquet(data: DataFrame, folder: Path) -> list[WrittenFile]:
    """Write all rows into an empty or missing folder. Rows are counted by the footers."""
    data.write.options(**WRITE_OPTIONS).mode("append").parquet(folder.absolute().as_uri())
    for checksum in folder.glob(".*.crc"):
        checksum.unlink()
    files = sorted(folder.glob("*.parquet"))
    return [WrittenFile(file.name, pq.read_metadata(file).num_rows, file.stat().st_size) for file in files]


def explained(data: DataFrame) -> str:
    """Return the formatted physical plan. It is only ever printed by Spark, on every line and on Connect."""
    text = io.StringIO()
    with redirect_stdout(text):
        data.explain("formatted")
    return text.getvalue()
