"""XXH64 of rows, chained through columns: the one source of chance that all engines share.

`hash_rows(["salt", k1, k2], n)` is Spark's `xxhash64(lit("salt"), k1, k2)` (seed 42), read as unsigned.
Algorithm: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Words = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]
Column: TypeAlias = pa.Array | pa.ChunkedArray | str | int | float | bool | date | datetime | None

SEED = 42
_P1, _P2, _P3, _P4, _P5 = (
    np.uint64(prime)
    for prime in (
        0x9E3779B185EBCA87,
        0xC2B2AE3D27D4EB4F,
        0x165667B19E3779F9,
        0x85EBCA77C2B2AE63,
        0x27D4EB2F165667C5,
    )
)
_LOW = np.uint64(0xFFFFFFFF)
_BLOCK = 16_384
"""Rows at a time: the temporaries of a block stay in the second-level cache."""


def hash_rows(columns: Sequence[Column], rows: int) -> Words:
    """Return h of each row, shape (rows,).

    Columns are arrow arrays of `rows` values (bool, integers, float64, string, dictionary of strings, date32,
    timestamp[us]) or scalars that stand for all rows. Null, and NaN, leaves h as it was.
    """
    hashes = np.full(1, SEED, dtype=np.uint64)
    for column in columns:
        hashes = _chain(column, hashes)
    return hashes if len(hashes) == rows else np.broadcast_to(hashes, (rows,)).copy()


def share(hashes: Words) -> npt.NDArray[np.float64]:
    """Return the upper 53 bits as a number in [0, 1)."""
    return (hashes >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _chain(column: Column, seeds: Words) -> Words:
    """Return the hashes of a column with the hashes so far as seeds; either may be one value for all rows."""
    if isinstance(column, pa.ChunkedArray):
        parts, start = [], 0
        for chunk in column.chunks:
            parts.append(_chain(chunk, seeds if len(seeds) == 1 else seeds[start : start + len(chunk)]))
            start += len(chunk)
        return np.concatenate(parts) if parts else seeds[:0]
    if not isinstance(column, pa.Array):
        return seeds if column is None else _chain(pa.array([column]), seeds)
    if pa.types.is_dictionary(column.type):
        return _of_dictionary(column, seeds)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return _of_text(_Text.of(column), _valid(column), seeds)
    return _of_numbers(column, seeds)


# fixed width


def _of_numbers(column: pa.Array, seeds: Words) -> Words:
    valid = _valid(column)
    words, size = _fixed_words(column)
    if pa.types.is_floating(column.type):
        nan = np.isnan(words.view(np.float64))
        if nan.any():
            valid = ~nan if valid is None else valid & ~nan
    out = np.empty(max(len(words), len(seeds)) if len(words) else 0, dtype=np.uint64)
    for block in _blocks(len(out)):
        seed = seeds if len(seeds) == 1 else seeds[block]
        word = words if len(words) == 1 else words[block]
        hashed = _hash_8(word, seed) if size == 8 else _hash_4(word, seed)
        if valid is None:
            out[block] = hashed
        else:
            out[block] = np.where(valid if len(valid) == 1 else valid[block], hashed, seed)
    return out


def _fixed_words(column: pa.Array) -> tuple[Words, int]:
    """Return the values as unsigned words and how many of their bytes are hashed."""
    kind = column.type
    if pa.types.is_null(kind):
        return np.zeros(len(column), dtype=np.uint64), 8
    if pa.types.is_boolean(kind):
        return _bits(column.buffers()[1], column.offset, len(column)).astype(np.uint64), 4
    if pa.types.is_date32(kind):
        return _values(column, np.dtype(np.int32)).view(np.uint32).astype(np.uint64), 4
    if pa.types.is_timestamp(kind):
        return _values(column.cast(pa.timestamp("us")), np.dtype(np.uint64)), 8
    if pa.types.is_float64(kind):
        # + 0.0 turns -0.0 into 0.0
        return (_values(column, np.dtype(np.float64)) + 0.0).view(np.uint64), 8
    if pa.types.is_integer(kind):
        return _values(column.cast(pa.int64()), np.dtype(np.uint64)), 8
    raise TypeError(f"no hash of {kind}")


def _hash_8(word: Words, seed: Words) -> Words:
    hashes = seed + (_P5 + np.uint64(8))
    return _avalanche(_mix_8(hashes, word))


def _hash_4(word: Words, seed: Words) -> Words:
    hashes = seed + (_P5 + np.uint64(4))
    return _avalanche(_mix_4(hashes, word))


def _mix_8(hashes: Words, word: Words) -> Words:
    return _rotate(hashes ^ _round(np.uint64(0), word), 27) * _P1 + _P4


def _mix_4(hashes: Words, word: Words) -> Words:
    return _rotate(hashes ^ (word * _P1), 23) * _P2 + _P3


def _mix_1(hashes: Words, word: Words) -> Words:
    return _rotate(hashes ^ (word * _P5), 11) * _P1


def _round(accumulator: Words | np.uint64, word: Words) -> Words:
    return _rotate(accumulator + word * _P2, 31) * _P1


def _rotate(values: Words, bits: int) -> Words:
    return (values << np.uint64(bits)) | (values >> np.uint64(64 - bits))


def _avalanche(hashes: Words) -> Words:
    hashes = hashes ^ (hashes >> np.uint64(33))
    hashes *= _P2
    hashes ^= hashes >> np.uint64(29)
    hashes *= _P3
    hashes ^= hashes >> np.uint64(32)
    return hashes


# text


@dataclass(frozen=True)
class _Text:
    """Strings in one buffer of bytes: where each starts, and how many bytes it has."""

    bytes: npt.NDArray[np.uint8]
    starts: Positions
    sizes: Positions

    @staticmethod
    def of(column: pa.Array) -> _Text:
        kind = np.dtype(np.int64 if pa.types.is_large_string(column.type) else np.int32)
        _, offsets_buffer, data = column.buffers()
        if not len(column):
            offsets = np.zeros(1, dtype=np.int64)
        else:
            first = column.offset
            offsets = np.frombuffer(offsets_buffer, kind)[first : first + len(column) + 1].astype(np.int64)
        content = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, dtype=np.uint8)
        return _Text(content, offsets[:-1], np.diff(offsets))


def _of_text(text: _Text, valid: npt.NDArray[np.bool_] | None, seeds: Words) -> Words:
    rows = max(len(text.sizes), len(seeds)) if len(text.sizes) else 0
    if len(text.sizes) == 1 < rows:
        text = _Text(text.bytes, np.broadcast_to(text.starts, (rows,)), np.broadcast_to(text.sizes, (rows,)))
        valid = None if valid is None else np.broadcast_to(valid, (rows,))
    seeds = np.broadcast_to(seeds, (rows,))
    out = np.empty(rows, dtype=np.uint64)
    for block in _blocks(rows):
        starts, sizes = text.starts[block], text.sizes[block]
        low, high = int(starts.min()), int((starts + sizes).max())
        out[block] = _hash_bytes(_padded(text.bytes[low:high]), starts - low, sizes, seeds[block])
        if valid is not None:
            out[block] = np.where(valid[block], out[block], seeds[block])
    return out


def _of_dictionary(column: pa.DictionaryArray, seeds: Words) -> Words:
    codes_array = column.indices
    valid = _valid(codes_array)
    codes = _values(codes_array.cast(pa.int64()), np.dtype(np.int64))
    if valid is not None:
        codes = np.where(valid, codes, 0)
    dictionary = column.dictionary
    if dictionary.null_count:
        known = _valid(dictionary)
        assert known is not None
        valid = known[codes] if valid is None else valid & known[codes]
    if not len(dictionary):
        return np.broadcast_to(seeds, (len(codes),)).copy()
    text = _Text.of(dictionary)
    if len(seeds) == 1:
        hashed = _of_text(text, None, seeds)[codes]
        return hashed if valid is None else np.where(valid, hashed, seeds)
    content = _padded(text.bytes)
    out = np.empty(len(codes), dtype=np.uint64)
    for block in _blocks(len(codes)):
        code = codes[block]
        out[block] = _hash_bytes(content, text.starts[code], text.sizes[code], seeds[block])
        if valid is not None:
            out[block] = np.where(valid[block], out[block], seeds[block])
    return out


def _padded(content: npt.NDArray[np.uint8]) -> Words:
    """Return the bytes as words with at least two words of zeros behind, so that any load stays inside."""
    padded = np.zeros((len(content) // 8 + 3) * 8, dtype=np.uint8)
    padded[: len(content)] = content
    return padded.view("<u8")


def _load(words: Words, at: Positions) -> Words:
    """Return the eight bytes that begin at byte positions `at`: two aligned words, shifted together."""
    word = at >> 3
    bits = ((at & 7) << 3).astype(np.uint64)
    low = words.take(word)
    word += 1
    high = words.take(word)
    low >>= bits
    # in two shifts, because a shift by 64 is not defined
    high <<= np.uint64(1)
    high <<= np.uint64(63) - bits
    low |= high
    return low


def _hash_bytes(words: Words, starts: Positions, sizes: Positions, seeds: Words) -> Words:
    """Return XXH64 of each slice of bytes."""
    hashes = seeds + _P5
    position = starts.copy()
    long = np.flatnonzero(sizes >= 32)
    if len(long):
        hashes[long], position[long] = _stripes(words, starts[long], sizes[long], seeds[long])
    hashes += sizes.view(np.uint64) if sizes.flags.c_contiguous else sizes.astype(np.uint64)
    left = sizes & 31
    for step in range(int(left.max()) >> 3):
        active = _rows_where((left >> 3) > step)
        hashes[active] = _mix_8(hashes[active], _load(words, position[active]))
        position[active] += 8
    left &= 7
    if left.any():
        hashes = _tail(hashes, _load(words, position), left)
    return _avalanche(hashes)


def _tail(hashes: Words, word: Words, left: Positions) -> Words:
    """Mix in the last 0 to 7 bytes: four at once, then one at a time."""
    four = _rows_where(left >= 4)
    hashes[four] = _mix_4(hashes[four], word[four] & _LOW)
    word[four] >>= np.uint64(32)
    single = left & 3
    for step in range(int(single.max())):
        active = _rows_where(single > step)
        hashes[active] = _mix_1(hashes[active], (word[active] >> np.uint64(8 * step)) & np.uint64(0xFF))
    return hashes


def _stripes(words: Words, starts: Positions, sizes: Positions, seeds: Words) -> tuple[Words, Positions]:
    """Return hashes (before the length is added) and positions after all whole stripes of 32 bytes."""
    lanes = [seeds + _P1 + _P2, seeds + _P2, seeds.copy(), seeds - _P1]
    position, stripes = starts.copy(), sizes >> 5
    for step in range(int(stripes.max())):
        active = _rows_where(stripes > step)
        for lane, accumulator in enumerate(lanes):
            accumulator[active] = _round(accumulator[active], _load(words, position[active] + 8 * lane))
        position[active] += 32
    hashes = _rotate(lanes[0], 1) + _rotate(lanes[1], 7) + _rotate(lanes[2], 12) + _rotate(lanes[3], 18)
    for accumulator in lanes:
        hashes = (hashes ^ _round(np.uint64(0), accumulator)) * _P1 + _P4
    return hashes, position


def _rows_where(condition: npt.NDArray[np.bool_]) -> Any:
    """Return an index of the rows; a slice if it is all of them, which needs no gather."""
    return slice(None) if condition.all() else np.flatnonzero(condition)


# arrow


def _blocks(rows: int) -> list[slice]:
    return [slice(start, min(start + _BLOCK, rows)) for start in range(0, rows, _BLOCK)]


def _values(column: pa.Array, kind: np.dtype[Any]) -> npt.NDArray[Any]:
    if not len(column):
        return np.empty(0, dtype=kind)
    return np.frombuffer(column.buffers()[1], kind)[column.offset : column.offset + len(column)]


def _valid(column: pa.Array) -> npt.NDArray[np.bool_] | None:
    """Return which values are not null, or None if all are not."""
    if not column.null_count:
        return None
    if pa.types.is_null(column.type):
        return np.zeros(len(column), dtype=np.bool_)
    return _bits(column.buffers()[0], column.offset, len(column))


def _bits(buffer: pa.Buffer, offset: int, count: int) -> npt.NDArray[np.bool_]:
    if not count:
        return np.empty(0, dtype=np.bool_)
    first = offset >> 3
    packed = np.frombuffer(buffer, np.uint8)[first : (offset + count + 7) >> 3]
    return np.unpackbits(packed, count=(offset & 7) + count, bitorder="little")[offset & 7 :].view(np.bool_)
