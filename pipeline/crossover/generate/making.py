"""The parts of a data set, made in this process or in several."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa

from crossover.core.errors import EngineError
from crossover.generate.dirt import Place, make_dirty
from crossover.generate.files import file_of, write_table
from crossover.generate.request import Request
from crossover.generate.workload import Part, Workload
from crossover.runs.durable import read_json, write_json

PARTS = "parts"
"""Folder of an unfinished data set: what was written, a file for each part that is whole."""


FEW_PARTS = 6
"""Fewer parts than this are made before other processes have started."""


@dataclass(frozen=True)
class Written:
    """What a part became: rows and bytes of each table."""

    rows: dict[str, int]
    bytes: dict[str, int]


def make_parts(request: Request, folder: Path, workers: int) -> Iterator[Written]:
    """Make the parts that are not there yet and yield what was written of each, in no order."""
    parts = list(request.made().parts())
    if workers == 1 or len(parts) < FEW_PARTS:
        for part in parts:
            yield make_part(request, folder, part)
        return
    with ProcessPoolExecutor(min(workers, len(parts)), get_context("spawn"), _leave_interrupts_to_the_parent) as pool:
        try:
            yield from _in_pool(pool, request, folder, parts, 2 * workers)
        except BrokenProcessPool as error:
            raise EngineError(
                "a worker of `crossover generate` was ended from outside", notes=["perhaps memory ran out: try fewer --workers"]
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _in_pool(pool: ProcessPoolExecutor, request: Request, folder: Path, parts: list[Part], ahead: int) -> Iterator[Written]:
    """Hand out a few parts at a time, so that an interrupt has little to wait for."""
    left = iter(parts)
    running: set[Future[Written]] = {pool.submit(make_part, request, folder, part) for part in islice(left, ahead)}
    while running:
        done, running = wait(running, return_when=FIRST_COMPLETED)
        for part in islice(left, len(done)):
            running.add(pool.submit(make_part, request, folder, part))
        for future in done:
            yield future.result()


def make_part(request: Request, folder: Path, part: Part) -> Written:
    """Write the tables of a part, unless that was done."""
    record = folder / PARTS / f"{part.group}-{part.number:05}.json"
    if record.is_file():
        return Written(**read_json(record))
    formats = request.formats()
    tables = _workload(request).make(part)
    if request.dirt:
        tables = _with_dirt(request, folder, part, tables)
    sizes = {name: write_table(table, file_of(folder, name, part.number, formats[name])) for name, table in tables.items()}
    written = Written({name: table.num_rows for name, table in tables.items()}, sizes)
    write_json(record, {"rows": written.rows, "bytes": written.bytes})
    return written


def _with_dirt(request: Request, folder: Path, part: Part, tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Return the tables with dirt, and write beside them which rows have it."""
    formats = request.formats()
    files = {name: str(file_of(folder, name, part.number, formats[name]).relative_to(folder)) for name in tables}
    dirty, truth = make_dirty(tables, request.dirt, Place(request.workload, request.seed, part.number, formats, files))
    write_table(truth, folder / "truth" / f"{part.group}-{part.number:05}.csv")
    return dirty


@lru_cache(maxsize=1)
def _workload(request: Request) -> Workload:
    """What all parts share is made once in each process."""
    return request.made()


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
