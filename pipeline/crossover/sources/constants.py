"""What is the same for all rows of a file: its name and the values of its partitions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from crossover.language.types import STRING
from crossover.sources.cells import Cell
from crossover.sources.files import display_name
from crossover.sources.partitions import SourceFile
from crossover.sources.specification import FILE, FileSource
from crossover.sources.text import ARROW

TEXTS = pa.dictionary(pa.int32(), pa.string())
"""Of texts that are the same for many rows."""


def with_constants(table: pa.Table, source: FileSource, file: SourceFile, columns: Sequence[str]) -> pa.Table:
    """Return the rows of a file with its name and its partitions beside, if asked for. Texts are dictionaries."""
    if FILE in columns:
        table = table.append_column(FILE, _repeated(display_name(file.path), table.num_rows))
    for partition, value in zip(source.partitions, file.values, strict=True):
        if partition.name in columns:
            array = _repeated(value, table.num_rows) if partition.type == STRING else pa.repeat(pa.scalar(value, ARROW[partition.type]), table.num_rows)
            table = table.append_column(partition.name, array)
    return table


def _repeated(text: Cell, rows: int) -> pa.DictionaryArray:
    indices = pa.array(np.zeros(rows, np.int32), mask=np.full(rows, text is None))
    return pa.DictionaryArray.from_arrays(indices, pa.array([] if text is None else [text], pa.string()))
