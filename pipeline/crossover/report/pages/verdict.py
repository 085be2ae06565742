"""The head of the report: what to do, whether the answers are the same, and the figures at the largest size."""

from __future__ import annotations

from collections.abc import Iterator

from crossover.compare.difference import Difference
from crossover.report.amounts import roughly, seconds, size
from crossover.report.blocks import Block, Notice, Page, Text, Tile, Tiles
from crossover.report.fitted_lines import not_seen
from crossover.report.reading import Configuration, Reading


def page(reading: Reading) -> Page:
    """Return the head."""
    engines = reading.engines
    together = " and ".join([", ".join(engines[:-1]), engines[-1]] if len(engines) > 1 else list(engines))
    blocks: list[Block] = [Text(sentence) for sentence in reading.measured.verdict]
    if not blocks:
        blocks.append(Text("There is no verdict yet: too little was measured."))
    blocks.append(same_answer(reading))
    blocks += _unsettled(reading)
    if reading.largest is not None:
        blocks.append(_tiles(reading))
    return Page("verdict", f"{reading.measured.pipeline} on {together}", tuple(blocks))


def same_answer(reading: Reading) -> Notice:
    """Return whether all engines gave the same answer at each size."""
    wrong = next((size for size in reading.sizes if size.same_answer is False), None)
    if wrong is not None:
        first = dict((wrong.certificate or {}).get("first_difference") or {})
        part = first.pop("part", "")
        what = f": {part}: {Difference(**first)}" if first else ""
        return Notice("bad", f"Same answer: no. Speed for different answers is worth nothing. At size {reading.told(wrong)}{what}")
    proved = [size for size in reading.sizes if size.same_answer]
    if not proved:
        return Notice("caution", "Same answer: not proved. No two engines gave an answer that could be compared.")
    parts = sum(len((size.certificate or {}).get("parts", ())) for size in proved)
    sizes = "the only size" if len(reading.sizes) == 1 else f"{len(proved)} of {len(reading.sizes)} sizes" if len(proved) < len(reading.sizes) else f"all {len(proved)} sizes"
    return Notice("good", f"Same answer: yes, at {sizes}: {parts:,} comparisons of tables, models, metrics and scores.")


def _unsettled(reading: Reading) -> list[Notice]:
    marked = [each for each in reading.measured.summaries if each.marks]
    if not marked:
        return []
    named = ", ".join(
        f"{reading.name(Configuration(each.engine, each.parallelism))} at {each.size} ({' and '.join(each.marks)})" for each in marked[:6]
    )
    more = f" and {len(marked) - 6} more" if len(marked) > 6 else ""
    return [Notice("caution", f"Take with care: {named}{more}.")]


def _tiles(reading: Reading) -> Tiles:
    """Return a tile for each engine at the largest size, with the parallelism that was fastest."""
    assert reading.largest is not None
    tiles = []
    for engine in reading.engines:
        tried = [each for each in reading.configurations if each.engine == engine]
        known = [(summary.wall_s.median, place) for place, each in enumerate(tried) if (summary := reading.summary(reading.largest, each))]
        if known:
            best = tried[min(known)[1]]
            summary = reading.summary(reading.largest, best)
            assert summary is not None
            note = f"CPU {seconds(summary.cpu_s.median)}, peak memory {size(summary.peak_memory.median)}"
            tiles.append(Tile(reading.name(best), seconds(summary.wall_s.median), note, reading.look(engine)))
        elif tried:
            failed = reading.failed_run(reading.largest, tried[-1])
            tiles.append(Tile(engine, failed.outcome if failed else "not run", "", reading.look(engine)))
    title = f"At size {reading.told(reading.largest)}, the largest that was measured"
    return Tiles(title, (*tiles, *_crossover(reading)))


def _crossover(reading: Reading) -> Iterator[Tile]:
    """Return a tile with the crossover, where one was looked for and nothing speaks against saying it."""
    found = reading.measured.crossover
    if "challenger" not in found or found.get("doubt"):
        return
    engine = str(found["challenger"]["engine"])
    if found["rows"] is None:
        yield Tile(f"{engine} wins", "not expected", f"below {roughly(found['none_below_rows'])} input rows")
    else:
        low, high = found.get("interval") or (None, None)
        between = f"; 90% interval: {roughly(low)} to {roughly(high)}" if low is not None and high is not None else ""
        until = f" to {roughly(found['until_rows'])}" if found.get("until_rows") else ""
        wins = f"{engine}'s line is lower from" if not_seen(found) else f"{engine} wins from"
        yield Tile(wins, roughly(found["rows"]) if found["rows"] >= 1 else "the first row", f"input rows{until}{between}")
