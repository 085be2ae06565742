"""XXH64 of single values in plain Python: the hash of `core.hashing`, for a process that scores one row at a time."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from datetime import date, datetime, timedelta

SEED = 42
_P1, _P2, _P3, _P4, _P5 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5
_MASK = 2**64 - 1
_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)

HashedValue = bool | int | float | str | date | datetime | None


def chained_hash(values: Iterable[HashedValue]) -> int:
    """Return the hash of values, each with the hash of those before it as its seed; null leaves the seed as it is."""
    seed = SEED
    for value in values:
        if value is not None:
            seed = hash_bytes(_bytes(value), seed)
    return seed


def _bytes(value: bool | int | float | str | date | datetime) -> bytes:
    match value:
        case bool():
            return struct.pack("<i", value)
        case int():
            return struct.pack("<q", value)
        case float():
            return struct.pack("<d", value + 0.0)  # -0.0 becomes 0.0
        case str():
            return value.encode()
        case datetime():
            return struct.pack("<q", (value - _EPOCH) // _MICROSECOND)
        case _:
            return struct.pack("<i", (value - _EPOCH.date()).days)


def hash_bytes(content: bytes, seed: int) -> int:
    """Return XXH64: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md"""
    length = len(content)
    at = length - length % 32
    hashed = _stripes(content[:at], seed) if at else (seed + _P5) & _MASK
    hashed = (hashed + length) & _MASK
    while at + 8 <= length:
        (word,) = struct.unpack_from("<Q", content, at)
        hashed = (_rotate(hashed ^ _round(0, word), 27) * _P1 + _P4) & _MASK
        at += 8
    if at + 4 <= length:
        (half,) = struct.unpack_from("<I", content, at)
        hashed = (_rotate(hashed ^ (half * _P1) & _MASK, 23) * _P2 + _P3) & _MASK
        at += 4
    for byte in content[at:]:
        hashed = (_rotate(hashed ^ (byte * _P5) & _MASK, 11) * _P1) & _MASK
    hashed = ((hashed ^ hashed >> 33) * _P2) & _MASK
    hashed = ((hashed ^ hashed >> 29) * _P3) & _MASK
    return hashed ^ hashed >> 32


def _stripes(content: bytes, seed: int) -> int:
    lanes = [(seed + _P1 + _P2) & _MASK, (seed + _P2) & _MASK, seed, (seed - _P1) & _MASK]
    for at in range(0, len(content), 32):
        lanes = [_round(lane, word) for lane, word in zip(lanes, struct.unpack_from("<4Q", content, at), strict=True)]
    hashed = sum(_rotate(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18), strict=True)) & _MASK
    for lane in lanes:
        hashed = ((hashed ^ _round(0, lane)) * _P1 + _P4) & _MASK
    return hashed


def _round(accumulator: int, word: int) -> int:
    return (_rotate((accumulator + word * _P2) & _MASK, 31) * _P1) & _MASK


def _rotate(value: int, bits: int) -> int:
    return (value << bits | value >> 64 - bits) & _MASK
