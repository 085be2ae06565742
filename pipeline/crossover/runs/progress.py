"""What a run is doing just now: clocks, shown while they run and written to log.jsonl."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from crossover.core.clock import iso, utc_now
from crossover.core.redaction import redact, redact_values
from crossover.engines.base import Engine, WorkDone
from crossover.runs.measure.process_tree import ProcessTree
from crossover.runs.record import ClockRecord

TICK = 0.5
"""Seconds between two looks at the engine's activity."""


@dataclass
class Clock:
    """A clock that runs. Whoever works sets what it knows; the rest stays None."""

    name: str
    table: str | None
    rows_in: int | None = None
    rows: int | None = None
    """Rows that came out."""

    @property
    def title(self) -> str:
        return self.name if self.table is None else f"{self.name} {self.table}"


class Display(Protocol):
    """How progress is shown."""

    def running(self, clock: Clock, seconds: float, activity: str) -> None:
        """Show a clock that runs."""

    def ended(self, clock: Clock, record: ClockRecord) -> None:
        """Show a clock that has ended."""

    def note(self, text: str) -> None:
        """Show a line once."""

    def close(self) -> None:
        """Take the live line away."""


class Progress:
    """The clocks of one run. A context manager; clocks may not overlap.

    with progress.clock("features", table="flights") as clock:
        ...
        clock.rows = 334_264
    """

    def __init__(self, display: Display, tree: ProcessTree, log: Path | None = None) -> None:
        self._display = display
        self._tree = tree
        self._log = log
        self._began = time.monotonic()
        self._engine: Engine[Any] | None = None
        self._running: tuple[Clock, float] | None = None
        self._clocks: list[ClockRecord] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._poll, name="progress", daemon=True)

    def __enter__(self) -> Progress:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        self._thread.join()
        self._display.close()

    @property
    def clocks(self) -> tuple[ClockRecord, ...]:
        """All clocks that have ended, in order."""
        return tuple(self._clocks)

    def watch(self, engine: Engine[Any] | None) -> None:
        """Ask for its activity while a clock runs, in a thread of its own, and at both ends of a clock for its work. None: for nothing."""
        self._engine = engine

    def note(self, text: str) -> None:
        """Show a line and log it: a warning, a decision."""
        self._display.note(redact(text))
        self.event("note", text=text)

    def event(self, event: str, **facts: Any) -> None:
        """Write a line to log.jsonl."""
        if self._log is None:
            return
        line = json.dumps({"at": iso(utc_now()), "event": event, **redact_values(facts)}, ensure_ascii=False)
        with self._log.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    @contextmanager
    def clock(self, name: str, *, table: str | None = None) -> Iterator[Clock]:
        """Measure what happens inside: wall, CPU and peak memory of the process tree."""
        clock = Clock(name, table)
        before = self._work_done()
        started = time.monotonic() - self._began
        mark = self._tree.mark()
        self._running = (clock, time.monotonic())
        self.event("started", clock=name, table=table)
        try:
            yield clock
        except BaseException as error:
            self.event("failed", clock=name, table=table, error=type(error).__name__)
            raise
        finally:
            self._running = None
            usage = self._tree.since(mark)
        record = ClockRecord(
            name, table, started, usage.wall_s, usage.cpu_s, usage.peak_memory,
            clock.rows_in, clock.rows, usage.read_bytes, **self._work_since(before),
        )  # fmt: skip
        self._clocks.append(record)
        self._display.ended(clock, record)
        self.event("ended", clock=name, table=table, rows=clock.rows, wall_s=usage.wall_s, cpu_s=usage.cpu_s)

    def _work_done(self) -> WorkDone | None:
        return None if self._engine is None else self._engine.work_done()

    def _work_since(self, before: WorkDone | None) -> dict[str, int]:
        """Return the fields of a record that an engine with jobs fills."""
        after = self._work_done()
        return {} if before is None or after is None else asdict(after - before)

    def _poll(self) -> None:
        while not self._stop.wait(TICK):
            running = self._running
            if running is not None:
                clock, began = running
                engine = self._engine
                self._display.running(clock, time.monotonic() - began, "" if engine is None else engine.activity())
