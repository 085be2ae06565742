"""The verdict: what was found at the largest size, and what to take. Two sentences."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from crossover.compare.amount_words import bytes_text, cores_text, rows_text, seconds_text
from crossover.compare.choices import DISTRIBUTED, TOO_CLOSE, Choice, too_close
from crossover.compare.crossover_point import CrossoverPoint
from crossover.compare.measurement import MeasuredSize, Measurement, Summary
from crossover.compare.memory_end import MemoryEnd


@dataclass(frozen=True)
class Findings:
    """What a verdict rests on."""

    measurement: Measurement
    choices: tuple[Choice, ...]
    point: CrossoverPoint | None
    ends: Mapping[str, MemoryEnd]
    distributed: Collection[str]


def sentences(findings: Findings) -> tuple[str, ...]:
    """Return two sentences; none while nothing finished."""
    wrong = next((size for size in findings.measurement.sizes if size.same_answer is False), None)
    if wrong is not None:
        first = f"At size {wrong.name} the engines gave different answers, so their times are worth nothing."
        return first, "Find the difference first: the certificate names the row."
    if not findings.choices:
        return ()
    last = findings.choices[-1]
    return f"{_found(findings, last)}.", f"{_advice(findings, last)}{_memory(findings, last)}."


def _found(findings: Findings, last: Choice) -> str:
    size = findings.measurement.size(last.size)
    largest = ", the largest measured," if len(findings.choices) > 1 else ""
    cores = f" and on {cores_text(last.take.parallelism)}" if _alike(last) else ""
    first, *others = (f"{_name(last, each)} {{}}{seconds_text(each.wall_s.median)}" for each in last.finished)
    times = _listed([first.format("took "), *(each.format("") for each in others)])
    gone = f", {' and '.join(last.out_of_memory)} ran out of memory" if last.out_of_memory else ""
    return f"At {rows_text(last.rows)} (size {last.size}){largest}{cores} {times}{gone}{_same(size)}"


def _same(size: MeasuredSize) -> str:
    return ", and the answers are the same" if size.same_answer else "; the answers were not compared"


def _advice(findings: Findings, last: Choice) -> str:
    point = findings.point
    take = _name(last, last.take)
    kinds = {summary.engine in findings.distributed for summary in findings.measurement.summaries}
    if len(kinds) == 1:
        return _one_kind(findings, last)
    if last.other is None:
        return f"Take {take} at this size: nothing else finished"
    if last.answer == TOO_CLOSE:
        return f"It is too close to tell, so take the simpler, {take}{_where(point, last)}"
    if last.answer == DISTRIBUTED:
        return _distributed(point, last)
    return f"Take {take}{_where(point, last)}"


def _one_kind(findings: Findings, last: Choice) -> str:
    """Return the advice where engines of one kind alone finished."""
    kind = "several machines" if last.take.engine in findings.distributed else "one machine"
    reason = f"engines of {kind} alone finished, so there is no crossover"
    close = [each for each in last.finished if each != last.take and too_close(last.take, each)]
    if close:
        alike = _listed([_name(last, each) for each in (last.take, *close)])
        return f"{alike} are too close to tell apart, so take either: {reason}"
    return f"Take {_name(last, last.take)}: {reason}"


def _distributed(point: CrossoverPoint | None, last: Choice) -> str:
    take = _name(last, last.take)
    if point is None or point.rows is None or not point.rows <= last.rows < (point.until or math.inf):
        return f"Take {take} at this size; where it begins to win was not found"
    begins, ends = point.rows >= 1, point.until is not None
    if not begins and not ends:
        return f"Take {take} at every size"
    below = f"below, take {_holder(point, last, point.rows)}" if begins else ""
    above = f"above, take {_holder(point, last, point.until)}" if point.until is not None else ""
    start = f" from about {rows_text(point.rows)}" if begins else ""
    end = f" to {rows_text(point.until)}" if point.until is not None else " on"
    return f"Take {take}{start}{end}{_between(point)}; {' and '.join(filter(None, (below, above)))}"


def _holder(point: CrossoverPoint, last: Choice, rows: float) -> str:
    """Return the engine of one machine whose line is the lowest at a size."""
    best = min(point.holders, key=lambda each: each.fit.at(rows, each.parallelism))
    return best.engine if _alike(last) and best.parallelism == last.take.parallelism else f"{best.engine} on {cores_text(best.parallelism)}"


def _where(point: CrossoverPoint | None, last: Choice) -> str:
    """Return where the distributed engine begins to win, after the advice to take one machine at the largest size."""
    if point is None:
        return "; what comes at larger sizes is not known: at least two sizes of each engine are needed"
    if point.doubt is not None:
        return f"; nothing is said of larger sizes: {point.doubt}"
    challenger = point.challenger.engine
    if not _alike(last) or point.challenger.parallelism != last.take.parallelism:
        challenger += f" on {cores_text(point.challenger.parallelism)}"
    if point.rows is None:
        perhaps = f", though it could begin at {rows_text(point.interval[0])}" if point.interval else ""
        return f": no size below {rows_text(point.limit)} is expected at which {challenger} wins{perhaps}"
    until = f" to {rows_text(point.until)}" if point.until is not None else " on"
    if point.rows <= last.rows:
        return f"; by the lines through all sizes {challenger} would win from {_begin(point)}{until}, where it has not been seen to"
    return f": {challenger} is expected to win from about {rows_text(point.rows)}{until}{_between(point)}"


def _begin(point: CrossoverPoint) -> str:
    return "the first row" if point.rows is None or point.rows < 1 else f"about {rows_text(point.rows)}"


def _between(point: CrossoverPoint) -> str:
    if point.interval is None:
        return ""
    low, high = point.interval
    if high is None:
        return f" (90 % interval: from {rows_text(low)}, with no upper end found)"
    return f" (90 % interval: {rows_text(low)} to {rows_text(high)})"


def _memory(findings: Findings, last: Choice) -> str:
    """Return where the memory of the engine of one machine that is spoken of ends, if that was found."""
    spoken = [summary for summary in (last.take, last.other) if summary is not None and summary.engine not in findings.distributed]
    end = findings.ends.get(spoken[0].engine) if spoken else None
    if end is None or end.rows is None:
        return ""
    return f"; {end.engine} runs out of {bytes_text(end.memory)} of memory at about {rows_text(end.rows)}"


def _alike(choice: Choice) -> bool:
    """Whether all engines are told of at one parallelism, which is then said once."""
    return len(choice.finished) > 1 and len({each.parallelism for each in choice.finished}) == 1


def _name(choice: Choice, summary: Summary) -> str:
    return summary.engine if _alike(choice) else f"{summary.engine} on {cores_text(summary.parallelism)}"


def _listed(texts: Sequence[str]) -> str:
    *others, last = texts
    return f"{', '.join(others)} and {last}" if others else last
