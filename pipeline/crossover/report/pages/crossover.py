"""From which size another engine wins: the crossover, the memory's end, COST and more cores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from crossover.report.amounts import NOT_KNOWN, count, roughly, seconds, share, size
from crossover.report.blocks import Block, Grid, Notice, Page, Text, saying
from crossover.report.fitted_lines import not_seen
from crossover.report.reading import Configuration, Reading

FIT = ("of", "engine", "fixed", "per million rows", "runs", "sizes", "mean error", "left out")


def page(reading: Reading) -> Page | None:
    """Return the page; None where nothing was found out."""
    if not reading.measured.crossover and not reading.measured.fits:
        return None
    parts = (_statement, _against, _memory, _choices, _cost, _more_cores, _fits, _fits_of_parts)
    return Page("crossover", "From which size on?", tuple(block for part in parts for block in part(reading)))


def statement(found: Mapping[str, Any]) -> str:
    """Return a crossover in a sentence."""
    if not found:
        return "No crossover was looked for: an engine that spreads its work and one of a single machine are needed, at two sizes at least."
    challenger = f"{found['challenger']['engine']} on {_cores(found['challenger']['parallelism'])}"
    holders = " and ".join(each["engine"] for each in found["holders"])
    if found.get("doubt"):
        return f"Nothing is said of other sizes: {found['doubt']}."
    if found["rows"] is None:
        return f"None expected below {roughly(found['none_below_rows'])} rows: up to there {challenger} is not faster than {holders}. Beyond, nothing is said."
    begin = f"from about {roughly(found['rows'])} rows on" if found["rows"] >= 1 else "at every size"
    until = f", up to {roughly(found['until_rows'])} rows" if found.get("until_rows") else ""
    unseen = " by the lines through all sizes; at the largest measured one it was not" if not_seen(found) else ""
    return f"{challenger} is faster than {holders} {begin}{until}{_interval(found)}{unseen}."


def _statement(reading: Reading) -> Iterator[Block]:
    found = reading.measured.crossover
    yield Notice("plain", statement(found if "challenger" in found else {}))
    if "challenger" in found and found.get("measured_to_rows"):
        far = f"All of them were measured up to {roughly(found['measured_to_rows'])} rows; a size is stated up to five times that, {roughly(found['limit_rows'])} rows."
        yield Text(f"{far} {'' if found.get('doubt') else _share(found)}".strip())
    warm = found.get("warm") or {}
    if "challenger" in warm:
        yield Text(f"Without the start of the session, as in a notebook that runs already: {statement(warm)}")


def _share(found: Mapping[str, Any]) -> str:
    if found.get("share") is None:
        return "There is no interval: that takes at least four sizes with three repeats each."
    return f"Of the samples of the measured times, {share(found['share'])} have a crossover up to there."


def _interval(found: Mapping[str, Any]) -> str:
    if not found.get("interval"):
        return ""
    low, high = found["interval"]
    end = f"to {roughly(high)}" if high is not None else "with no upper end found"
    return f" ({share(found.get('level', 0.9)).replace('.0', '')} interval: {roughly(low)} {end})"


def _against(reading: Reading) -> Iterator[Block]:
    rows = [
        (engine, _rows(found, "rows"), _low_high(found), _rows(found, "none_below_rows"), str(found.get("doubt") or ""))
        for engine, found in (reading.measured.crossover.get("against") or {}).items()
        if found
    ]
    if len(rows) > 1:
        challenger = reading.measured.crossover.get("challenger", {}).get("engine", "the other")
        yield saying(Grid(("against", f"{challenger} wins from, rows", "interval", "none below, rows", "doubt"), rows, caption="Against each engine alone"))


def _memory(reading: Reading) -> Iterator[Block]:
    rows, looks = [], []
    for engine, end in (reading.measured.crossover.get("memory") or {}).items():
        rows.append(
            (
                engine, count(end["parallelism"]), size(end["memory_bytes"]), _rows(end, "rows"), _low_high(end), _rows(end, "finished_rows"),
                _rows(end, "failed_rows"), _rows(end, "none_below_rows"), str(end.get("doubt") or ""),
            )
        )  # fmt: skip
        looks.append(reading.look(engine))
    if rows:
        header = ("engine", "cores", "memory", "ends at, rows", "interval", "most that finished", "least that did not", "no end below", "doubt")
        yield saying(Grid(header, rows, caption="Where a machine's memory ends", looks=tuple(looks)))


def _choices(reading: Reading) -> Iterator[Block]:
    rows = []
    for each in reading.measured.crossover.get("choices") or ():
        take, other = each["take"], each["other"]
        beside = f"{other['engine']} on {_cores(other['parallelism'])}, {seconds(other['wall_s'])}" if other else NOT_KNOWN
        gone = ", ".join(map(str, each["out_of_memory"])) or NOT_KNOWN
        rows.append((each["size"], f"{take['engine']} on {_cores(take['parallelism'])}, {seconds(take['wall_s'])}", beside, str(each["answer"]), gone))
    if rows:
        yield saying(Grid(("size", "take", "beside", "why", "out of memory"), rows, left=5, caption="What to take at each size that was measured"))


def _cost(reading: Reading) -> Iterator[Block]:
    found = reading.measured.cost
    rows = [(each["size"], *(_beaten(each.get(name)) for name in ("one_thread", "best_single_node"))) for each in found.get("sizes") or ()]
    if rows:
        yield Grid(
            ("size", "one thread", "the best of one machine"), rows, left=3,
            caption=f"COST: the fewest cores of {found.get('engine')} that beat them (McSherry, Isard and Murray, 2015)",
        )  # fmt: skip


def _beaten(found: Mapping[str, Any] | None) -> str:
    if not found:
        return NOT_KNOWN
    target = f"{found['engine']}, {seconds(found['wall_s'])}"
    if found["beaten_by_cores"] is not None:
        return f"{_cores(found['beaten_by_cores'])}, {found['how']} ({target})"
    return f"no number of cores ({target})" if found.get("never") else f"none found, {found['how']} beyond ({target})"


def _more_cores(reading: Reading) -> Iterator[Block]:
    rows = []
    for each in reading.measured.cost.get("more_cores") or ():
        if each["cores"] is None:
            rows.append((f"more than {count(each['more_than'])}", f"at least {seconds(each['at_least_s'])}", str(each["how"])))
        else:
            rows.append((count(each["cores"]), seconds(each["wall_s"]), str(each["how"])))
    if rows:
        at = next((each["rows"] for each in reading.measured.cost["more_cores"]), None)
        caption = f"More cores of {reading.measured.cost.get('engine')}, at {roughly(at)} rows"
        yield Grid(("cores", "wall", "how it is known"), rows, caption=caption)


def _fits(reading: Reading) -> Iterator[Block]:
    rows, looks = [], []
    for clock, write, title in (("wall_s", seconds, "wall"), ("cpu_s", seconds, "CPU"), ("memory", size, "peak memory")):
        for engine, found in (reading.measured.fits.get(clock) or {}).items():
            rows.append((title, *_fit(reading, engine, found, write)))
            looks.append(reading.look(engine))
    if rows:
        yield Grid(FIT, rows, left=2, folded="The fitted lines: a fixed cost and a cost for each row", looks=tuple(looks))


def _fits_of_parts(reading: Reading) -> Iterator[Block]:
    """Tell the lines of each clock's wall time, and of one iteration of each training."""
    rows, looks = [], []
    for kind, title in (("clocks", ""), ("iterations", "one iteration of ")):
        fits = reading.measured.fits.get(kind) or {}
        for name in dict.fromkeys(name for of_engine in fits.values() for name in of_engine):
            for engine in (each for each in fits if name in fits[each]):
                rows.append((f"{title}{name}", *_fit(reading, engine, fits[engine][name], seconds)))
                looks.append(reading.look(engine))
    if rows:
        yield Grid(FIT, rows, left=2, folded="The fitted lines of each clock and of one iteration of training", looks=tuple(looks))


def _fit(reading: Reading, engine: str, found: Mapping[str, Any], write: Callable[[float], str]) -> tuple[str, ...]:
    error = found.get("mean_error")
    return (
        reading.name(Configuration(engine, found["parallelism"])), write(found["fixed"]), write(found["per_row"] * 1e6), count(found["points"]),
        count(found["sizes"]), NOT_KNOWN if error is None else share(error), count(len(found["left_out"])),
    )  # fmt: skip


def _rows(found: Mapping[str, Any], name: str) -> str:
    return NOT_KNOWN if found.get(name) is None else roughly(found[name])


def _low_high(found: Mapping[str, Any]) -> str:
    if not found.get("interval"):
        return NOT_KNOWN
    low, high = found["interval"]
    return f"{roughly(low)} to {roughly(high) if high is not None else 'no end found'}"


def _cores(number: float) -> str:
    return f"{number} core{'s' * (number != 1)}"
