"""The calls from Python to the JVM, of which no metric of Spark knows: written down by a session, read back later."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FILE = "jvm-calls.json"
JOINED = 0.001
"""Seconds: spans of calls that lie nearer to each other are written as one."""

Span = tuple[float, float]
"""Begin and end, seconds since 1970."""


@dataclass(frozen=True)
class JvmCalls:
    """The calls of one session."""

    number: int
    seconds: float
    """Spent in them."""
    spans: tuple[Span, ...]
    """When, in order; each holds one call or many that came one after the other."""
    gc_s: float | None = None
    """What the JVM's garbage collectors took from its start on; None if it could not be asked any more."""


def write_calls(folder: Path, calls: JvmCalls) -> None:
    """Write the calls beside the event log."""
    spans = [[round(began, 4), round(ended, 4)] for began, ended in calls.spans]
    value = {"calls": calls.number, "seconds": calls.seconds, "spans": spans, "gc_s": calls.gc_s}
    (folder / FILE).write_text(json.dumps(value), encoding="ascii")


def read_calls(folder: Path) -> JvmCalls | None:
    """Return the calls that lie beside an event log; None if there are none."""
    if not (folder / FILE).exists():
        return None
    value = json.loads((folder / FILE).read_text(encoding="ascii"))
    return JvmCalls(value["calls"], value["seconds"], tuple((began, ended) for began, ended in value["spans"]), value["gc_s"])


def seconds_outside(spans: Sequence[Span], jobs: Sequence[Span]) -> float:
    """Return the seconds of spans in which no job ran. Both may overlap among themselves."""
    inside = _total(_intersected(_joined(spans), _joined(jobs)))
    return _total(_joined(spans)) - inside


def overlap(spans: Sequence[Span], span: Span) -> list[Span]:
    """Return the parts of spans that lie in another one."""
    return _intersected(_joined(spans), [span])


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Return spans in order, those that overlap as one."""
    joined: list[Span] = []
    for began, ended in sorted(spans):
        if joined and began <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ended, joined[-1][1]))
        else:
            joined.append((began, ended))
    return joined


def _intersected(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """Return where both are, of spans in order that do not overlap among themselves."""
    both: list[Span] = []
    left = right = 0
    while left < len(one) and right < len(other):
        began, ended = max(one[left][0], other[right][0]), min(one[left][1], other[right][1])
        if began < ended:
            both.append((began, ended))
        if one[left][1] < other[right][1]:
            left += 1
        else:
            right += 1
    return both


def _total(spans: Sequence[Span]) -> float:
    return sum(ended - began for began, ended in spans)
