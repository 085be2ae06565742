"""The machine, the versions, and how to repeat the comparison."""

from __future__ import annotations

from collections.abc import Iterator

from crossover.compare.measurement import MeasuredRun
from crossover.report.amounts import NOT_KNOWN, count, seconds, size
from crossover.report.blocks import Beside, Block, Code, Grid, Page, Points, Text
from crossover.report.reading import Configuration, Reading

HOLDERS = {"cgroup": "a control group", "watchdog": "a watchdog"}


def page(reading: Reading) -> Page:
    """Return the machine and the versions."""
    machine = reading.measured.machine
    limit = machine.get("memory_limit_bytes")
    facts = [
        ("processor", str(machine.get("cpu_model", NOT_KNOWN))),
        ("cores", count(machine.get("cpus"))),
        ("memory", size(machine.get("memory_bytes"))),
        ("limit of each run", f"{size(limit)}{_held_by(reading)}" if limit else "none but the machine's memory"),
        ("system", str(machine.get("system", NOT_KNOWN))),
        ("Python", str(machine.get("python", NOT_KNOWN))),
    ]
    versions = [(str(name), str(version)) for name, version in reading.measured.versions.items()]
    return Page("machine", "Machine and versions", (Beside((Grid(("machine", ""), facts, left=2), Grid(("package", "version"), versions, left=2))),))


def _held_by(reading: Reading) -> str:
    """Return who held runs to their limit, as far as they tell."""
    told = dict.fromkeys(run.usage.limit_by for run in reading.measured.runs if run.usage is not None and run.usage.limit_by)
    return f", held by {' and '.join(HOLDERS.get(each, each) for each in told)}" if told else ""


def repeat(reading: Reading) -> Page:
    """Return how to do it again, and every run that was made."""
    measured = reading.measured
    same = "The same command measures" if len(measured.commands) == 1 else "The same commands, in this order, measure"
    blocks: list[Block] = [
        Text(f"Measured from {_minute(measured.started)} to {_minute(measured.ended)} (UTC). {same} what is missing; in another folder, all of it:"),
        Code(measured.commands),
        Text(f"The document is {measured.document}, its hash {measured.document_hash}. Data with another fingerprint is refused."),
        Points(tuple(_methods(reading))),
        Grid(
            ("size", "engine", "cores", "run", "outcome", "wall", "CPU", "peak memory", "read", "written", "marks"),
            [_run(run) for run in measured.runs],
            left=2,
            folded=f"All {len(measured.runs)} runs",
            looks=tuple(reading.look(run.engine) for run in measured.runs),
        ),
    ]
    failed = [run for run in measured.runs if run.message]
    if failed:
        rows = [(run.size, reading.name(Configuration(run.engine, run.parallelism)), run.outcome, run.message or "") for run in failed]
        blocks.append(Grid(("size", "engine", "outcome", "what it said"), rows, left=4, folded="Runs that did not end well", wide=True))
    return Page("repeat", "How to repeat it", tuple(blocks))


def _methods(reading: Reading) -> Iterator[str]:
    request = reading.measured.request
    kept = sum(run.counts for run in reading.measured.runs)
    warm = sum(run.discarded for run in reading.measured.runs)
    yield f"{kept} runs that count{f' and {warm} warm-ups that do not' if warm else ''}, engines in turn, each in a cold process of its own."
    if "repeats" in request:
        yield f"Repeats asked for: {request['repeats']}."
    used = [run.usage for run in reading.measured.runs if run.usage is not None]
    if used:
        cpu = " and ".join(dict.fromkeys(each.cpu_from for each in used))
        memory = " and ".join(dict.fromkeys(each.memory_from for each in used))
        yield f"CPU of the whole process tree by {cpu}, peak memory by {memory}; bytes read are what processes were given by read calls, cached or not."
    yield "Noise: a coefficient of variation of the wall time above 10 % is marked, and so is a run in which Spark tried a task again."


def _minute(moment: str) -> str:
    """Return `2026-11-21 20:00` of a moment in ISO 8601."""
    return moment[:16].replace("T", " ")


def _run(run: MeasuredRun) -> tuple[str, ...]:
    used = run.usage
    figures = (
        (seconds(used.wall_s), seconds(used.cpu_s), size(used.peak_memory), size(used.read_bytes), size(used.written_bytes))
        if used
        else (NOT_KNOWN,) * 5
    )
    number = f"warm-up {run.repeat + 1}" if run.discarded else str(run.repeat + 1)
    return (run.size, run.engine, count(run.parallelism), number, run.outcome, *figures, ", ".join(run.marks))
