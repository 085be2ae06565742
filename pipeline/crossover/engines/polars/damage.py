"""Data of a Parquet file that cannot be read, found out only when a query runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from polars.exceptions import ComputeError

from crossover.core.errors import DataError


@contextmanager
def told() -> Iterator[None]:
    """Raise DataError where Polars cannot read the data behind a footer; it does not say in which file."""
    try:
        yield
    except ComputeError as error:
        if not str(error).startswith("parquet: "):
            raise
        note = str(error).splitlines()[0][:200]
        raise DataError("a Parquet file is damaged: its data cannot be read", notes=[note, "--engine pandas names the file"]) from error
