"""What will not fit into memory says so before it begins."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from crossover.core.errors import DoesNotFit
from crossover.engines.base import Engine
from crossover.plan.memory import Estimate, estimate
from crossover.plan.plan import Plan
from crossover.relations.nodes import InlineTable, Scan, StoredTable
from crossover.runs.available_memory import available_memory
from crossover.runs.folder import Attempt
from crossover.runs.progress import Progress
from crossover.runs.record import Outcome
from crossover.runs.run import Work
from crossover.sources.extent import Extent, extent_of_csv, extent_of_parquet
from crossover.sources.partitions import files_of
from crossover.sources.specification import CsvSource


def estimated(plan: Plan, engine: Engine[Any]) -> Estimate | None:
    """Return what a plan will take in this process; None where rows may lie on several machines."""
    if engine.capabilities.distributed:
        return None
    known: dict[object, Extent] = {}

    def extents(scan: Scan) -> Extent:
        if scan.source not in known:
            known[scan.source] = _extent(scan)
        return known[scan.source]

    return estimate(plan, engine.capabilities, extents)


def refuse_what_does_not_fit(plan: Plan, engine: Engine[Any]) -> Estimate | None:
    """Return the estimate. Raises DoesNotFit if it is more than what is available."""
    found = estimated(plan, engine)
    if found is None:
        return None
    room = available_memory()
    if found.bytes > room:
        raise DoesNotFit(
            f"{engine.name} would need about {_size(found.bytes)} of memory (`{found.step}`), and {_size(room)} are available: "
            "use --engine spark or a larger machine; --force tries it all the same"
        )
    return found


def within_memory(work: Work, plan: Plan) -> Work:
    """Return the work, which looks first whether the plan that it executes will fit."""

    def execute(engine: Engine[Any], attempt: Attempt, progress: Progress) -> Outcome:
        found = refuse_what_does_not_fit(plan, engine)
        if found is not None:
            progress.event("estimate", memory=found.bytes, step=found.step)
        return work.execute(engine, attempt, progress)

    return replace(work, execute=execute)


def _extent(scan: Scan) -> Extent:
    source = scan.source
    match source:
        case InlineTable():
            return Extent(source.table.num_rows, source.table.nbytes)
        case StoredTable():
            return extent_of_parquet(sorted(Path(source.folder).glob("*.parquet")))
        case CsvSource():
            return extent_of_csv([file.path for file in files_of(source)], source.delimiter)
        case _:
            return extent_of_parquet([file.path for file in files_of(source)])


def _size(count: int) -> str:
    return f"{count / 2**30:.1f} GiB" if count >= 2**30 else f"{count / 2**20:.0f} MiB"
