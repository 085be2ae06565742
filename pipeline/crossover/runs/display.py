"""Progress on standard error: a live line on a terminal, plain lines in a log, or nothing."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.live import Live
from rich.text import Text

from crossover.runs.progress import Clock, Display
from crossover.runs.record import ClockRecord

PLAIN_EVERY_S = 10.0
"""How often a plain log hears of a clock that still runs."""


def choose_display(*, quiet: bool, prefix: str = "") -> Display:
    """Return the display that fits: nothing for `quiet`, a live line if standard error is a terminal, else plain lines."""
    if quiet:
        return SilentDisplay()
    return LiveDisplay(prefix) if sys.stderr.isatty() else PlainDisplay(prefix)


class SilentDisplay:
    """Shows nothing."""

    def running(self, clock: Clock, seconds: float, activity: str) -> None:
        pass

    def ended(self, clock: Clock, record: ClockRecord) -> None:
        pass

    def note(self, text: str) -> None:
        pass

    def close(self) -> None:
        pass


class PlainDisplay:
    """One line for each clock that ends, and one every ten seconds for one that runs long."""

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._next = PLAIN_EVERY_S

    def running(self, clock: Clock, seconds: float, activity: str) -> None:
        if seconds >= self._next:
            self._next += PLAIN_EVERY_S
            self.note(running_line(clock, seconds, activity))

    def ended(self, clock: Clock, record: ClockRecord) -> None:
        self._next = PLAIN_EVERY_S
        self.note(ended_line(clock, record))

    def note(self, text: str) -> None:
        print(f"{self._prefix}{text}", file=sys.stderr, flush=True)  # noqa: T201  (this is where output belongs)

    def close(self) -> None:
        pass


class LiveDisplay:
    """A line that changes while a clock runs and stays as a plain one when it has ended."""

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._console = Console(stderr=True, highlight=False)
        self._live: Live | None = None

    def running(self, clock: Clock, seconds: float, activity: str) -> None:
        if self._live is None:
            self._live = Live(console=self._console, transient=True, auto_refresh=False)
            self._live.start()
        line = Text(f"{self._prefix}{running_line(clock, seconds, activity)}", style="dim", no_wrap=True, overflow="ellipsis")
        self._live.update(line, refresh=True)

    def ended(self, clock: Clock, record: ClockRecord) -> None:
        self.close()
        self.note(ended_line(clock, record))

    def note(self, text: str) -> None:
        self._console.print(Text(f"{self._prefix}{text}"))

    def close(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None


def running_line(clock: Clock, seconds: float, activity: str) -> str:
    """Return `features flights ... 12 s   stage 4, 12/40 tasks`."""
    rows = "" if clock.rows is None else f"   {clock.rows:,} rows"
    return f"{clock.title} ... {seconds:.0f} s{rows}{f'   {activity}' if activity else ''}"


def ended_line(clock: Clock, record: ClockRecord) -> str:
    """Return `features flights        334,264 rows     2.3 s`."""
    rows = "" if record.rows_out is None else f"{record.rows_out:,} rows"
    return f"{clock.title:<28}{rows:>18}{record.wall_s:>9.1f} s"
