"""pyarrow's CSV reader on one block, told exactly what the dialect is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
from pyarrow import csv as arrow_csv

from crossover.sources.header import BYTE_ORDER_MARK
from crossover.sources.layout import Layout

_LARGEST_CHUNK = 1 << 30


def parse(block: bytes, layout: Layout, types: Mapping[int, pa.DataType], note: Callable[[Any], str] | None = None) -> pa.Table:
    """Return columns of a block by their place in the file, named `0`, `1` ...; the first one if `types` is empty.

    `note` is called with each row that has too few or too many fields. Raises ArrowInvalid for a cell that
    pyarrow does not take for its type and, without `note`, for such a row.
    """
    types = types or {0: pa.string()}
    if block.startswith(BYTE_ORDER_MARK):  # pyarrow takes it for the mark of a file; behind an empty line it is a character
        block = b"\n" + block
    return arrow_csv.read_csv(
        pa.BufferReader(block),
        # Row numbers need one thread; blocks are read side by side instead.
        read_options=arrow_csv.ReadOptions(
            use_threads=False,
            block_size=min(len(block) + 1, _LARGEST_CHUNK),
            column_names=[str(place) for place in range(layout.width)],
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=layout.dialect.delimiter, newlines_in_values=layout.dialect.multiline, invalid_row_handler=note
        ),
        convert_options=arrow_csv.ConvertOptions(
            check_utf8=False,  # the block as a whole was checked
            null_values=list(layout.source.nulls),
            strings_can_be_null=True,
            include_columns=[str(place) for place in types],
            column_types={str(place): wanted for place, wanted in types.items()},
        ),
    )
