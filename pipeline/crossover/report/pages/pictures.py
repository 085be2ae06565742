"""The plots of time and memory, each with its data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from crossover.compare.measurement import MeasuredSize, Spread, Summary
from crossover.report.amounts import NOT_KNOWN, count, digits, seconds, share, size, times
from crossover.report.blocks import Block, Grid, Page, Picture, Pictures, Text
from crossover.report.charts import Axis, Bars, Line, Lines, Place, Reference, Series
from crossover.report.fitted_lines import Fitted, crossing, fitted
from crossover.report.reading import Configuration, Reading

DATA = "The data of this plot"
LINES: tuple[Line, ...] = ("solid", "dashed", "dashdot")
"""For the first, second and third parallelism of one engine."""
ROWS = Axis("input rows", "rows", log=True)
OUTSIDE = "outside clocks"
MOST_SAMPLES = 24
"""Lines of the table beside the plot of samples; the plot shows all."""


def page(reading: Reading) -> Page:
    """Return the page."""
    found = [picture for make in (_time, _memory, _clocks, _speed_up, _cores, _memory_over_time) for picture in make(reading)]
    blocks: list[Block] = [Pictures(tuple(found))] if found else [Text("No run has ended well yet: there is nothing to draw.")]
    if found and not any(picture.name == "speed-up" for picture in found):
        blocks.append(Text("Each engine ran with one number of cores, so there is no speed-up to show; --parallelism 1,2 measures it."))
    return Page("plots", "Time, memory and cores", tuple(blocks))


def _points(reading: Reading, configuration: Configuration) -> Iterator[tuple[MeasuredSize, Summary]]:
    for at in reading.sizes:
        summary = reading.summary(at, configuration)
        if summary is not None and at.rows:
            yield at, summary


def _line(reading: Reading, configuration: Configuration) -> Line:
    tried = [each.parallelism for each in reading.configurations if each.engine == configuration.engine]
    return LINES[tried.index(configuration.parallelism) % len(LINES)]


@dataclass(frozen=True)
class _Quantity:
    """What grows with the size of the data: where it stands in a summary and among the fits, and how it is told."""

    name: str
    of: Callable[[Summary], Spread]
    """Which spread of a summary it is."""
    columns: tuple[str, ...]
    """Fields of the spread that the table shows."""
    told: Callable[[float | None], str]
    missing: Callable[[MeasuredSize, Configuration], bool]
    """Whether there is a cross instead of a point."""


@dataclass
class _BySize:
    """A quantity of all configurations: drawn, and as rows of a table."""

    series: list[Series] = field(default_factory=list)
    crosses: list[tuple[float, int]] = field(default_factory=list)
    rows: list[tuple[str, ...]] = field(default_factory=list)


def _by_size(reading: Reading, quantity: _Quantity) -> _BySize:
    found = _BySize()
    for configuration in reading.configurations:
        measured = [(at, quantity.of(summary)) for at, summary in _points(reading, configuration)]
        line = fitted(reading.measured, quantity.name, configuration)
        found.series += _measured(reading, configuration, measured, line)
        look = reading.look(configuration.engine)
        found.crosses += [(float(at.rows), look) for at in reading.sizes if at.rows and quantity.missing(at, configuration)]
        for at, spread in measured:
            figures = [*(getattr(spread, column) for column in quantity.columns), line.line.at(at.rows or 0) if line else None]
            found.rows.append((reading.name(configuration), at.name, count(at.rows), *map(quantity.told, figures)))
    return found


def _time(reading: Reading) -> Iterator[Picture]:
    columns = ("median", "lowest", "highest")
    found = _by_size(reading, _Quantity("wall_s", lambda summary: summary.wall_s, columns, seconds, reading.ended_badly))
    if not found.series:
        return
    about = ["Wall time of the whole process: medians, with the lowest and the highest run. Both axes are logarithmic.", *_of_lines(found.series)]
    about += ["A cross above: a run did not fit or failed."] if found.crosses else []
    yield Picture(
        "time", "Time by size", " ".join(about),
        Lines(ROWS, Axis("wall time", "s", log=True), tuple(found.series), crossing(reading.measured), tuple(found.crosses)),
        Grid(("engine", "size", "rows", *columns, "fitted"), found.rows, left=2, folded=DATA),
    )  # fmt: skip


def _memory(reading: Reading) -> Iterator[Picture]:
    columns = ("median", "highest")
    found = _by_size(reading, _Quantity("memory", lambda summary: summary.peak_memory, columns, size, reading.did_not_fit))
    if not found.series:
        return
    limit, words = _limit(reading)
    about = ["Largest sum of the resident memory of all processes at one instant.", *_of_lines(found.series)]
    about += ["A cross above: it did not fit."] if found.crosses else []
    yield Picture(
        "memory", "Memory by size", " ".join(about),
        Lines(
            ROWS, Axis("peak memory", "bytes", log=True), tuple(found.series),
            (Reference(words, limit, upright=False),) if limit else (), tuple(found.crosses),
        ),
        Grid(("engine", "size", "rows", *columns, "fitted"), found.rows, left=2, folded=DATA),
    )  # fmt: skip


def _measured(
    reading: Reading, configuration: Configuration, measured: list[tuple[MeasuredSize, Spread]], line: Fitted | None
) -> Iterator[Series]:
    """Return the points of a configuration, with the fitted line through them and beyond, or joined where there is none."""
    if not measured:
        return
    look, style = reading.look(configuration.engine), _line(reading, configuration)
    points = tuple((float(at.rows or 0), spread.median) for at, spread in measured)
    spans = tuple((spread.lowest, spread.highest) for _, spread in measured)
    yield Series(reading.name(configuration), points, look, style, spans=spans, joined=line is None)
    if line is not None:
        yield Series("", line.inside(), look, style, marked=False)
        yield Series("", line.beyond(), look, "dotted", marked=False)


def _of_lines(series: list[Series]) -> list[str]:
    fits = any(not each.name for each in series)
    return ["Lines are fitted: a fixed part and a part for each row; dotted beyond what was measured."] if fits else []


def _limit(reading: Reading) -> tuple[float, str]:
    """Return the memory that runs could have, in bytes, and what it is."""
    machine = reading.measured.machine
    given = machine.get("memory_limit_bytes")
    of_machine = machine.get("memory_bytes")
    if given:
        return float(given), f"limit, {size(float(given))}"
    return (float(of_machine), f"the machine's {size(float(of_machine))}") if of_machine else (0.0, "")


def _clocks(reading: Reading) -> Iterator[Picture]:
    at = reading.largest
    if at is None:
        return
    found = [(each, summary) for each in reading.configurations if (summary := reading.summary(at, each))]
    longest_first = sorted((summary.clocks for _, summary in found), key=len, reverse=True)
    names = tuple(dict.fromkeys(clock.name for clocks in longest_first for clock in clocks))
    sums = [{clock.name: clock.wall_s for clock in summary.clocks} for _, summary in found]
    outside = [max(summary.wall_s.median - sum(each.values()), 0.0) for (_, summary), each in zip(found, sums, strict=True)]
    parts = [(name, tuple(each.get(name, 0.0) for each in sums)) for name in names]
    parts.append((OUTSIDE, tuple(outside)))
    engines = tuple(reading.name(configuration) for configuration, _ in found)
    rows = [(name, *(seconds(value) for value in values)) for name, values in parts]
    yield Picture(
        "clocks", "Where the time goes",
        f"Wall time of each clock at size {reading.told(at)}, medians. Stages that were run as one have one clock. "
        f"Outside clocks: the interpreter and its imports, checks, fingerprints and the run's folder.",
        Bars(Axis("wall time", "s", whole=True), engines, tuple(parts), rest=True),
        Grid(("clock", *engines), rows, folded=DATA),
    )  # fmt: skip


def _cores(reading: Reading) -> Iterator[Picture]:
    cores = reading.measured.machine.get("cpus")
    references = (Reference(f"{cores} cores", float(cores), upright=False),) if cores else ()
    return _over_time(reading, "cores", "CPU use over time", "Cores in use by all processes together", Axis("cores in use", "cores", whole=True), references)


def _memory_over_time(reading: Reading) -> Iterator[Picture]:
    return _over_time(reading, "memory-over-time", "Memory over time", "Resident memory of all processes together", Axis("resident memory", "bytes", whole=True), ())


def _over_time(
    reading: Reading, name: str, title: str, what: str, axis: Axis, references: tuple[Reference, ...]
) -> Iterator[Picture]:
    """Draw the samples of the first run of each configuration, at the largest size."""
    at = reading.largest
    series: list[Series] = []
    rows = []
    for configuration in reading.configurations if at is not None else ():
        run = reading.kept_run(at, configuration) if at is not None else None
        if run is None or not run.samples:
            continue
        engine = reading.name(configuration)
        points = tuple((moment, float(memory) if axis.unit == "bytes" else cores) for moment, cores, memory in run.samples)
        series.append(Series(engine, points, reading.look(configuration.engine), _line(reading, configuration), marked=False, thin=True))
        every = -(-len(run.samples) // MOST_SAMPLES)
        rows += [(engine, seconds(moment), size(memory) if axis.unit == "bytes" else digits(cores)) for moment, cores, memory in run.samples[::every]]
    if at is None or not series:
        return
    yield Picture(
        name, title, f"{what}, in the first run that counts, at size {reading.told(at)}.",
        Lines(Axis("since the start", "s", whole=True), axis, tuple(series), references),
        Grid(("engine", "time", axis.title), rows, folded=f"{DATA}, at most {MOST_SAMPLES} lines for an engine"),
    )  # fmt: skip


def _speed_up(reading: Reading) -> Iterator[Picture]:
    at = reading.largest
    if at is None:
        return
    series, rows = [], []
    most = 1.0
    for engine in reading.engines:
        tried = [each for each in reading.configurations if each.engine == engine]
        known = [(each.parallelism, summary.wall_s.median) for each in tried if (summary := reading.summary(at, each))]
        if len(known) < 2:
            continue
        (fewest, slowest), *_ = known
        points: tuple[Place, ...] = tuple((float(cores), slowest / wall) for cores, wall in known)
        series.append(Series(engine, points, reading.look(engine)))
        most = max(most, known[-1][0] / fewest)
        rows += [
            (engine, count(cores), seconds(wall), times(slowest / wall), share(slowest / wall / (cores / fewest))) for cores, wall in known
        ]
    if not series:
        return
    first = min(x for each in series for x, _ in each.points)
    series.append(Series("as many times as cores", ((first, 1.0), (first * most, most)), 5, "dotted", marked=False))
    yield Picture(
        "speed-up", "Speed-up by cores",
        f"How many times faster than with the fewest cores, at size {reading.told(at)}. The dotted line: twice the cores, half the time.",
        Lines(Axis("cores", "cores", whole=True), Axis("times as fast", "times", whole=True), tuple(series)),
        Grid(("engine", "cores", "wall", "speed-up", "of the ideal"), rows or [(NOT_KNOWN,) * 5], folded=DATA),
    )  # fmt: skip
