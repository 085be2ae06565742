"""Dirt on demand: a share of the rows of a table made wrong in a known way, and a list of which they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crossover.core.errors import ConfigError
from crossover.core.nearest import did_you_mean
from crossover.generate.columns import column
from crossover.generate.draws import Draws
from crossover.generate.inverse_cdf import threshold

Change = Callable[[pa.ChunkedArray, pa.Array], pa.ChunkedArray]
"""From a column and which of its values are touched."""
FIRST_ROW = {"csv": 2, "parquet": 1}
"""The number of a file's first row, as messages and set-aside rows count: a header is a row."""
LARGEST_RATE = 0.5
_NOBODY = 10**12
"""More than any number that a key has."""
_NO_SUCH_DAY = "2023-02-30"
_ROWS_OF_A_PART = 1 << 40


@dataclass(frozen=True)
class Dirt:
    """One kind: where it is, and what it does. `added`: to copies of rows that are put behind the others, not to the rows."""

    table: str
    key: tuple[str, ...]
    changes: Mapping[str, Change]
    added: bool = False
    only: str | None = None
    """The one format that can hold it."""


def _missing(column: pa.ChunkedArray, touched: pa.Array) -> pa.ChunkedArray:
    return pc.if_else(touched, pa.scalar(None, column.type), column)


def _negative(column: pa.ChunkedArray, touched: pa.Array) -> pa.ChunkedArray:
    return pc.if_else(touched, pc.negate(column), column)


def _of_nobody(column: pa.ChunkedArray, touched: pa.Array) -> pa.ChunkedArray:
    return pc.if_else(touched, pc.add(column, _NOBODY), column)


def _unparsable(column: pa.ChunkedArray, touched: pa.Array, as_text: str) -> pa.ChunkedArray:
    return pc.if_else(touched, _NO_SUCH_DAY, pc.strftime(column, format=as_text))


_LINE, _PAYMENT = ("order_id", "product_id"), ("transactionID",)
KINDS: dict[str, dict[str, Dirt]] = {
    "retail": {
        "missing_customer": Dirt("orders", ("order_id",), {"customer_id": _missing}),
        "unparsable_date": Dirt("orders", ("order_id",), {"ordered_on": partial(_unparsable, as_text="%Y-%m-%d")}, only="csv"),
        "negative_quantity": Dirt("lines", _LINE, {"quantity": _negative}),
        "duplicate_line": Dirt("lines", _LINE, {}, added=True),
        "orphan_return": Dirt("returns", _LINE, {"order_id": _of_nobody}, added=True),
    },
    "payments": {
        "missing_sender": Dirt("transactions", _PAYMENT, {"senderID": _missing}),
        "orphan_sender": Dirt("transactions", _PAYMENT, {"senderID": _of_nobody}),
        "negative_amount": Dirt("transactions", _PAYMENT, {"amount": _negative}),
        "unparsable_time": Dirt("transactions", _PAYMENT, {"time": partial(_unparsable, as_text="%Y-%m-%dT%H:%M")}, only="csv"),
        "duplicate_transaction": Dirt("transactions", _PAYMENT, {}, added=True),
    },
}


def parse_dirt(text: str) -> tuple[tuple[str, float], ...]:
    """Return `KIND=RATE,KIND=RATE` as pairs, sorted by kind. Raises ConfigError."""
    rates: dict[str, float] = {}
    for item in text.split(","):
        kind, _, rate = (part.strip() for part in item.partition("="))
        try:
            rates[kind] = float(rate)
        except ValueError:
            raise ConfigError(f"`--dirt {item}`: expected KIND=RATE, as negative_quantity=0.01") from None
    return tuple(sorted(rates.items()))


def check_dirt(dirt: Sequence[tuple[str, float]], workload: str, formats: Mapping[str, str]) -> None:
    """Raise ConfigError for an unknown kind, a rate that is none, or a format that cannot hold it."""
    known = KINDS[workload]
    for kind, rate in dirt:
        if kind not in known:
            raise ConfigError(f"no dirt `{kind}` of {workload}{did_you_mean(kind, known)}", notes=[f"kinds: {', '.join(known)}"])
        if not 0 < rate <= LARGEST_RATE:
            raise ConfigError(f"`--dirt {kind}={rate:g}`: a rate is above 0 and at most {LARGEST_RATE:g}")
        only, table = known[kind].only, known[kind].table
        if only not in (None, formats[table]):
            raise ConfigError(
                f"`{kind}` is a text that only {only} can hold, and {table} is {formats[table]}", notes=[f"add --format {only}"]
            )


@dataclass(frozen=True)
class Place:
    """Whose rows are made dirty: the workload and seed, the number of the part, and the format and file of each table."""

    workload: str
    seed: int
    number: int
    formats: Mapping[str, str]
    files: Mapping[str, str]


TRUTH = pa.schema(
    [("kind", pa.string()), ("table", pa.string()), ("file", pa.string()), ("row", pa.int64()), ("key", pa.string())]
)


def make_dirty(
    tables: Mapping[str, pa.Table], dirt: Sequence[tuple[str, float]], place: Place
) -> tuple[dict[str, pa.Table], pa.Table]:
    """Return the tables with dirt, and which rows have it: kind, table, file, number of the row in its file, key.

    What is added stands behind all rows of the table, so every other row keeps its number.
    """
    result = dict(tables)
    found = [TRUTH.empty_table()]
    of_workload = KINDS[place.workload]
    # what is added comes first, of rows that are still clean
    for kind, rate in sorted(dirt, key=lambda each: not of_workload[each[0]].added):
        described = of_workload[kind]
        if described.table not in result:
            continue
        before = result[described.table]
        rows = _touched(kind, rate, len(tables[described.table]), place)
        after, numbers = (_add if described.added else _change)(before, rows, described)
        result[described.table] = after
        found.append(_truth(kind, described, after.take(numbers), numbers, place))
    return result, pa.concat_tables(found)


def _touched(kind: str, rate: float, count: int, place: Place) -> pa.Array:
    """Return the places of the rows that are touched."""
    rows = place.number * _ROWS_OF_A_PART + np.arange(count, dtype=np.int64)
    bits = Draws(place.seed, f"{place.workload}.dirt").of(kind, rows)
    return column(np.flatnonzero(bits < threshold(Fraction(rate))))


def _change(table: pa.Table, rows: pa.Array, dirt: Dirt) -> tuple[pa.Table, pa.Array]:
    mask = np.zeros(len(table), dtype=np.bool_)
    mask[rows] = True
    return _with_changes(table, column(mask), dirt), rows


def _add(table: pa.Table, rows: pa.Array, dirt: Dirt) -> tuple[pa.Table, pa.Array]:
    copies = table.take(rows)
    changed = _with_changes(copies, column(np.ones(len(copies), dtype=np.bool_)), dirt)
    return pa.concat_tables([table, changed]), column(np.arange(len(table), len(table) + len(copies)))


def _with_changes(table: pa.Table, touched: pa.Array, dirt: Dirt) -> pa.Table:
    for name, change in dirt.changes.items():
        table = table.set_column(table.column_names.index(name), name, change(table[name], touched))
    return table


def _truth(kind: str, dirt: Dirt, rows: pa.Table, numbers: pa.Array, place: Place) -> pa.Table:
    count = len(rows)
    key = pc.binary_join_element_wise(*(rows[name].cast(pa.string()) for name in dirt.key), "/")
    numbered = pc.add(numbers, FIRST_ROW[place.formats[dirt.table]])
    same = (pa.array([text] * count, pa.string()) for text in (kind, dirt.table, place.files[dirt.table]))
    return pa.table([*same, numbered, key], schema=TRUTH)
