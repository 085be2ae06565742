"""The records of a block, and which of them are broken. Work in Python is done for suspicious records alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crossover.sources import reasons
from crossover.sources.dialect import CR, LF, QUOTE, Dialect

Offsets = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

_LINE_END = re.compile(rb"[\r\n]")


@dataclass(frozen=True)
class Records:
    """Offsets of each record's first byte and behind its last, line end left out; reasons of those that are broken."""

    starts: Offsets
    ends: Offsets
    broken: dict[int, str]
    blank: tuple[tuple[int, int], ...]
    """Offsets of lines that hold blanks alone, which are no records."""

    def sound(self, block: bytes) -> bytes:
        """Return the block without the text of broken records and of blanks; empty lines stay in their places."""
        cuts = sorted([*self.blank, *((int(self.starts[each]), int(self.ends[each])) for each in self.broken)])
        if not cuts:
            return block
        begins = [0, *(end for _, end in cuts)]
        ends = [*(start for start, _ in cuts), len(block)]
        return b"".join(block[begin:end] for begin, end in zip(begins, ends, strict=True))


def is_utf8(text: bytes) -> bool:
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def quotes_in_order(block: bytes, dialect: Dialect) -> bool:
    """Return whether every quote of a block opens or closes a field, or is doubled inside one. Lines are not looked at."""
    content = np.frombuffer(block, np.uint8)
    quotes = np.flatnonzero(content == QUOTE)
    if quotes.size % 2:
        return False
    return bool(_bounded(content, quotes[::2] - 1, dialect).all() and _bounded(content, quotes[1::2] + 1, dialect).all())


def split_records(block: bytes, dialect: Dialect) -> Records:
    """Return the records of a block. Empty lines are none, nor are lines of blanks alone."""
    starts, ends, quoting = _multiline(block, dialect) if dialect.multiline else _lines(block, dialect)
    filled = _filled(block, starts, ends, dialect)
    blank = tuple((int(starts[each]), int(ends[each])) for each in np.flatnonzero(~filled & (ends > starts)))
    starts, ends = starts[filled], ends[filled]
    number = np.cumsum(filled) - 1
    broken = {int(number[index]): reason for index, reason in quoting.items()}
    # The later ones win: this is the order of `sources.reasons`, read upwards.
    broken.update(dict.fromkeys(_holding(block, b"\0", starts, ends), reasons.NUL))
    if not is_utf8(block):
        broken.update(dict.fromkeys(_not_utf8(block, starts, ends), reasons.NOT_UTF8))
    return Records(starts, ends, broken, blank)


def quoting_fault(record: bytes, dialect: Dialect) -> str | None:
    """Return why the quotes of a record are not in order, or None."""
    end = _well_formed_until(record, 0, dialect)
    return None if end == len(record) else _fault_at(record, end)


def _well_formed_until(text: bytes, start: int, dialect: Dialect) -> int:
    found = dialect.record.match(text, start)
    assert found is not None, "the pattern of a record matches nothing too"
    return found.end()


def _fault_at(text: bytes, end: int) -> str:
    """Return what is wrong where a record stops being well formed: a quoted field that never closes, or text behind one."""
    return reasons.QUOTE_LEFT_OPEN if text[end] == QUOTE else reasons.TEXT_BEHIND_QUOTE


def _bounded(content: Bytes, beside: Offsets, dialect: Dialect) -> npt.NDArray[np.bool_]:
    """Return for each offset beside a quote whether a delimiter, a line end or a quote is there, or the block's end."""
    outer = np.zeros(256, np.bool_)
    outer[[ord(dialect.delimiter), LF, CR, QUOTE]] = True
    bounded = outer[content[np.clip(beside, 0, max(content.size - 1, 0))]]
    # The first alone can lie before the block, the last alone behind it.
    if beside.size and beside[0] < 0:
        bounded[0] = True
    if beside.size and beside[-1] == content.size:
        bounded[-1] = True
    return bounded


def _lines(block: bytes, dialect: Dialect) -> tuple[Offsets, Offsets, dict[int, str]]:
    content = np.frombuffer(block, np.uint8)
    breaks = np.flatnonzero((content == LF) | (content == CR) if b"\r" in block else content == LF)
    starts = np.concatenate(([0], breaks + 1))
    ends = np.concatenate((breaks, [content.size]))
    suspicious = _suspicious(content, breaks, dialect) if b'"' in block else []
    faults = {line: quoting_fault(block[starts[line] : ends[line]], dialect) for line in suspicious}
    return starts, ends, {line: fault for line, fault in faults.items() if fault}


def _suspicious(content: Bytes, breaks: Offsets, dialect: Dialect) -> list[int]:
    """Return the lines whose quotes are not all in place, or odd in number."""
    quotes = np.flatnonzero(content == QUOTE)
    line = np.searchsorted(breaks, quotes)
    per_line = np.bincount(line, minlength=breaks.size + 1)
    in_line = np.arange(quotes.size) - (np.cumsum(per_line) - per_line)[line]
    beside = quotes + np.where(in_line % 2 == 0, -1, 1)
    misplaced = line[~_bounded(content, beside, dialect)]
    return [int(each) for each in np.union1d(misplaced, np.flatnonzero(per_line % 2))]


def _multiline(block: bytes, dialect: Dialect) -> tuple[Offsets, Offsets, dict[int, str]]:
    if not quotes_in_order(block, dialect):
        return _one_by_one(block, dialect)
    content = np.frombuffer(block, np.uint8)
    breaks = np.flatnonzero((content == LF) | (content == CR))
    outside = np.searchsorted(np.flatnonzero(content == QUOTE), breaks) % 2 == 0
    return np.concatenate(([0], breaks[outside] + 1)), np.concatenate((breaks[outside], [content.size])), {}


def _one_by_one(block: bytes, dialect: Dialect) -> tuple[Offsets, Offsets, dict[int, str]]:
    """Return the records of a block whose quotes are not in order.

    A quote that is never closed takes the rest of the file; text behind a closing quote, the rest of its line.
    """
    starts, ends, broken = [], [], {}
    for number, (start, end, fault) in enumerate(_scan(block, dialect)):
        starts.append(start)
        ends.append(end)
        if fault:
            broken[number] = fault
    return np.array(starts, np.int64), np.array(ends, np.int64), broken


def _scan(block: bytes, dialect: Dialect) -> Iterator[tuple[int, int, str | None]]:
    start = 0
    while start < len(block):
        end, fault = _well_formed_until(block, start, dialect), None
        if end < len(block) and block[end] not in (LF, CR):
            fault = _fault_at(block, end)
            line_end = _LINE_END.search(block, end) if fault == reasons.TEXT_BEHIND_QUOTE else None
            end = line_end.start() if line_end else len(block)
        yield start, end, fault
        start = end + 1


def _filled(block: bytes, starts: Offsets, ends: Offsets, dialect: Dialect) -> npt.NDArray[np.bool_]:
    """Return which lines hold more than blanks."""
    filled = ends > starts
    if not filled.any():
        return filled
    content = np.frombuffer(block, np.uint8)
    blanks = list(dialect.blanks)
    first, last = content[np.where(filled, starts, 0)], content[np.where(filled, ends - 1, 0)]
    for line in np.flatnonzero(filled & np.isin(first, blanks) & np.isin(last, blanks)):
        filled[line] = bool(block[starts[line] : ends[line]].strip(dialect.blanks))
    return filled


def _holding(block: bytes, byte: bytes, starts: Offsets, ends: Offsets) -> list[int]:
    if byte not in block:
        return []
    places = np.flatnonzero(np.frombuffer(block, np.uint8) == byte[0])
    record = np.searchsorted(starts, places, side="right") - 1
    known = record >= 0
    held = record[known][places[known] < ends[record[known]]]
    return [int(each) for each in np.unique(held)]


def _not_utf8(block: bytes, starts: Offsets, ends: Offsets) -> Iterator[int]:
    """Yield the records that are not UTF-8: halves that are valid are passed over whole."""
    ranges = [(0, len(starts))]
    while ranges:
        low, high = ranges.pop()
        if low == high or is_utf8(block[starts[low] : ends[high - 1]]):
            continue
        if high - low == 1:
            yield low
        else:
            middle = (low + high) // 2
            ranges += [(low, middle), (middle, high)]
