"""Tables become frames: texts that are dictionaries, columns without a value, chunks as they were."""

from __future__ import annotations

import polars as pl
import pyarrow as pa
import pytest

from crossover.engines.polars.frames import collect, from_arrow, to_arrow
from crossover.language.types import INT, STRING, Fact, Schema

SCHEMA: Schema = {"number": Fact(INT), "text": Fact(STRING), "nothing": Fact(STRING)}


def texts(*chunks: list[str | None]) -> pa.ChunkedArray:
    kind = pa.dictionary(pa.int32(), pa.string())
    return pa.chunked_array([pa.array(chunk, kind) for chunk in chunks], kind)


def table(text: pa.ChunkedArray) -> pa.Table:
    return pa.table({"number": pa.array(range(len(text))), "text": text, "nothing": pa.nulls(len(text), pa.string())})


@pytest.mark.parametrize(
    "chunks",
    [
        ([],),
        (["a.csv", "a.csv"], ["b.csv"]),
        (["a", None], [None], ["b", "a"]),
        ([None], ["c"]),
        (["", ""],),
        ([None, None],),
    ],
)
def test_texts_that_are_dictionaries_are_themselves(chunks: tuple[list[str | None], ...]) -> None:
    whole = table(texts(*chunks))
    frame = from_arrow(whole, SCHEMA)
    found = to_arrow(collect(frame.lazy), SCHEMA)
    assert found["text"].to_pylist() == [each for chunk in chunks for each in chunk]
    assert found["number"].to_pylist() == list(range(whole.num_rows))
    assert found.schema.names == list(SCHEMA)


def test_columns_without_a_value_are_not_held_and_are_there() -> None:
    frame = from_arrow(table(texts(["a", "a", "b"])), SCHEMA)
    assert frame.absent == {"nothing"}
    assert collect(frame.lazy.select("nothing"))["nothing"].to_list() == [None, None, None]
    assert collect(frame.lazy.filter(pl.col("number") > 0).select("nothing", "text")).rows() == [(None, "a"), (None, "b")]


def test_a_table_without_any_value_keeps_its_rows() -> None:
    nothing = pa.table({name: pa.nulls(2, pa.string()) for name in ("a", "b")})
    schema: Schema = {"a": Fact(STRING), "b": Fact(STRING)}
    frame = from_arrow(nothing, schema)
    assert len(frame.absent) == 1
    assert collect(frame.lazy).rows() == [(None, None), (None, None)]
    assert collect(frame.lazy.select("b")).rows() == [(None,), (None,)]


def test_chunks_are_not_copied_together() -> None:
    numbers = pa.chunked_array([pa.array([1, 2]), pa.array([3])])
    frame = from_arrow(pa.table({"number": numbers}), {"number": Fact(INT)})
    assert frame.lazy.collect()["number"].n_chunks() == 2
