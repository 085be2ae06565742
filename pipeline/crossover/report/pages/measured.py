"""The figures: a line for each size and configuration, and what Spark did."""

from __future__ import annotations

from collections.abc import Iterator

from crossover.compare.measurement import MeasuredSize, Summary
from crossover.compare.summary import clock_figures
from crossover.report.amounts import NOT_KNOWN, count, roughly, seconds, share, size, times
from crossover.report.blocks import Block, Grid, Page, Text, saying
from crossover.report.reading import Configuration, Reading

HEADER = ("size", "engine", "wall", "lowest to highest", "CV", "of the fastest", "CPU", "peak memory", "input rows", "rows/s", "marks")
SHARES = ("size", "engine", "read / input", "shuffled / input", "before training", "session start", "repeats")
CLOCKS = ("engine", "clock", "table", "wall", "CPU", "peak memory", "read", "read / input", "shuffled / input")
SPARK = {
    "jobs": count, "stages": count, "tasks": count, "failed_tasks": count, "scans": count, "shuffle_read_bytes": size,
    "shuffle_write_bytes": size, "spill_bytes": size, "gc_s": seconds, "executor_cpu_s": seconds, "jvm_calls": count, "jvm_call_s": seconds,
    "planning_s": seconds,
}  # fmt: skip
TITLES = {"jvm_calls": "calls to the JVM", "jvm_call_s": "time in them", "planning_s": "of it without a job", "gc_s": "GC", "executor_cpu_s": "executor CPU"}


def page(reading: Reading) -> Page:
    """Return the page."""
    lines = list(_lines(reading))
    blocks: list[Block] = [
        Text(
            "Each run is a process of its own and begins cold; time, CPU and memory are those of its whole process tree, from start to exit. "
            "Figures are medians over the repeats."
        ),
        Grid(HEADER, [line for line, _ in lines], left=2, looks=tuple(look for _, look in lines)),
        *_shares(reading),
        *_by_clock(reading),
        *_throughput(reading),
        *_latency(reading),
        *_spark(reading),
        *_spark_by_clock(reading),
        *_apart(reading),
    ]
    return Page("figures", "The figures", tuple(blocks))


def _lines(reading: Reading) -> Iterator[tuple[tuple[str, ...], int]]:
    for at in reading.sizes:
        fastest = min((each.wall_s.median for each in reading.measured.summaries if each.size == at.name), default=None)
        for configuration in reading.configurations:
            summary = reading.summary(at, configuration)
            look = reading.look(configuration.engine)
            if summary is not None and fastest is not None:
                yield _line(reading, at, configuration, summary, fastest), look
            elif (failed := reading.failed_run(at, configuration)) is not None:
                yield (at.name, reading.name(configuration), failed.outcome, *("" for _ in HEADER[3:])), look


def _line(reading: Reading, at: MeasuredSize, configuration: Configuration, summary: Summary, fastest: float) -> tuple[str, ...]:
    wall = summary.wall_s
    return (
        at.name,
        reading.name(configuration),
        seconds(wall.median),
        f"{seconds(wall.lowest)} to {seconds(wall.highest)}" if summary.repeats > 1 else "one run",
        share(wall.cv),
        times(wall.median / fastest),
        seconds(summary.cpu_s.median),
        size(summary.peak_memory.median),
        count(at.rows),
        roughly(summary.rows_per_s),
        ", ".join(summary.marks),
    )


def _shares(reading: Reading) -> Iterator[Block]:
    found = [
        (at, configuration, summary)
        for at in reading.sizes
        for configuration in reading.configurations
        if (summary := reading.summary(at, configuration)) is not None
    ]
    rows = [
        (
            at.name, reading.name(configuration), times(summary.read_share), times(summary.shuffle_share),
            share(summary.preprocessing_share), seconds(summary.session_start_s), count(summary.repeats),
        )
        for at, configuration, summary in found
    ]  # fmt: skip
    if rows:
        looks = tuple(reading.look(configuration.engine) for _, configuration, _ in found)
        yield Grid(SHARES, rows, left=2, folded="Bytes read and shuffled, and the shares of preparation and of the session's start", looks=looks)


def _by_clock(reading: Reading) -> Iterator[Block]:
    """Tell what each clock of each table took, at the largest size."""
    at = reading.largest
    if at is None:
        return
    rows, looks = [], []
    for configuration in reading.configurations:
        for each in clock_figures(at, list(reading.counted_runs(at, configuration))):
            used = (seconds(each.wall_s), seconds(each.cpu_s), size(each.peak_memory), size(each.read_bytes))
            rows.append((reading.name(configuration), each.name, each.table or "", *used, times(each.read_share), times(each.shuffle_share)))
            looks.append(reading.look(configuration.engine))
    if rows:
        yield saying(Grid(CLOCKS, rows, left=3, folded=f"By clock, at the largest size measured, {reading.told(at)}: medians", looks=tuple(looks)))


def _throughput(reading: Reading) -> Iterator[Block]:
    rows, looks = [], []
    for at in reading.sizes:
        for configuration in reading.configurations:
            summary = reading.summary(at, configuration)
            for model, speed in (summary.training_rows_per_s_per_iteration if summary else {}).items():
                run = reading.kept_run(at, configuration)
                trained, rounds = (run.training_rows.get(model), run.iterations.get(model)) if run else (None, None)
                rows.append((at.name, model, reading.name(configuration), roughly(speed), count(trained), count(rounds)))
                looks.append(reading.look(configuration.engine))
    if rows:
        header = ("size", "model", "engine", "rows/s per iteration", "training rows", "iterations")
        yield Grid(header, rows, left=3, folded="Training: rows times iterations, by the seconds of training alone", looks=tuple(looks))


def _latency(reading: Reading) -> Iterator[Block]:
    rows = [
        (each.model, seconds(each.one_row_p50_s), seconds(each.one_row_p99_s), roughly(each.batch_rows_per_s), roughly(each.batch_rows))
        for each in reading.measured.latency
    ]
    if rows:
        header = ("model", "one row, p50", "one row, p99", "in one batch, rows/s", "rows of the batch")
        yield Grid(header, rows, caption="Inference: the trained model's own numbers, without any engine")


def _spark(reading: Reading) -> Iterator[Block]:
    rows, looks = [], []
    for at in reading.sizes:
        for configuration in reading.configurations:
            run = reading.kept_run(at, configuration)
            if run is not None and run.spark is not None:
                told = (write(run.spark.get(name)) for name, write in SPARK.items())
                rows.append((at.name, reading.name(configuration), *told))
                looks.append(reading.look(configuration.engine))
    if rows:
        header = ("size", "engine", *(_title(name) for name in SPARK))
        yield Grid(header, rows, left=2, folded="What Spark did, in the first run that counts", looks=tuple(looks))


def _spark_by_clock(reading: Reading) -> Iterator[Block]:
    """Tell where in a run Spark did what, at the largest size."""
    at = reading.largest
    rows, looks = [], []
    for configuration in reading.configurations if at is not None else ():
        run = reading.kept_run(at, configuration) if at is not None else None
        for clock in run.clocks if run is not None else ():
            if clock.spark is not None:
                told = (write(clock.spark.get(name)) for name, write in SPARK.items() if name != "jvm_calls")
                rows.append((reading.name(configuration), clock.name, clock.table or "", seconds(clock.wall_s), *told))
                looks.append(reading.look(configuration.engine))
    if rows:
        header = ("engine", "clock", "table", "wall", *(_title(name) for name in SPARK if name != "jvm_calls"))
        yield Grid(header, rows, left=3, folded="What Spark did in each clock of that run, at the largest size", looks=tuple(looks))


def _title(name: str) -> str:
    return TITLES.get(name, name.removesuffix("_bytes").replace("_", " "))


def _apart(reading: Reading) -> Iterator[Block]:
    if not reading.measured.apart:
        return
    yield Text(
        "Stages apart: each as a job of its own that hands its tables over in files. This is a breakdown and not the production plan: "
        "what is fused in a run is separate here, so these figures do not add up to those above."
    )
    rows = []
    for each in reading.measured.apart:
        used = each.usage
        figures = (seconds(used.wall_s), seconds(used.cpu_s), size(used.peak_memory), size(used.read_bytes)) if used else (NOT_KNOWN,) * 4
        rows.append((each.size, reading.name(Configuration(each.engine, each.parallelism)), each.stage, each.outcome, *figures))
    yield Grid(("size", "engine", "stage", "outcome", "wall", "CPU", "peak memory", "read"), rows, left=4, folded="Each stage as a job of its own")
