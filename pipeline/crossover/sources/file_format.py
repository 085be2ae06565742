"""The format of a source that does not say it: the ending of its path decides, or of the files in its folder."""

from __future__ import annotations

from itertools import islice
from pathlib import PurePath
from typing import Literal as Choice

from crossover.core.errors import DataError
from crossover.sources.files import resolve

FileFormat = Choice["csv", "parquet"]
_PARQUET = (".parquet", ".parq", ".pq")
_LOOKED_AT = 1000
"""Files of a folder whose endings are looked at."""


def format_of(path: str) -> FileFormat:
    """Return the format that a path tells. Only where its own ending tells nothing, as that of a folder, files are looked at."""
    suffix = PurePath(path).suffix.lower()
    if suffix in _PARQUET:
        return "parquet"
    if suffix == ".csv":
        return "csv"
    try:
        files = resolve("", path)
    except DataError:  # told when the source is read
        return "csv"
    return "parquet" if any(file.suffix.lower() in _PARQUET for file in islice(files, _LOOKED_AT)) else "csv"
