"""Clocks measure, are shown while they run, and leave a log."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from crossover.engines.base import WorkDone
from crossover.runs import progress as progress_module
from crossover.runs.display import PlainDisplay, SilentDisplay, choose_display
from crossover.runs.measure.process_tree import ProcessTree
from crossover.runs.progress import Clock, Progress
from crossover.runs.record import ClockRecord
from tests.engines.conformance.plain import PlainEngine


class Noted(SilentDisplay):
    """Keeps what it was asked to show."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def running(self, clock: Clock, seconds: float, activity: str) -> None:
        self.seen.append((clock.title, activity))

    def ended(self, clock: Clock, record: ClockRecord) -> None:
        self.seen.append((clock.title, f"{record.rows_out}"))

    def note(self, text: str) -> None:
        self.seen.append(("note", text))


class Busy(PlainEngine):
    """Has three jobs more whenever it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def activity(self) -> str:
        return "stage 4, 12/40 tasks"

    def work_done(self) -> WorkDone:
        self.asked += 1
        return WorkDone(jobs=3 * self.asked, bytes_shuffled=1_000 * self.asked, bytes_spilled=0, retries=self.asked)


def events(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_a_clock_keeps_rows_time_and_memory(tmp_path: Path) -> None:
    with ProcessTree() as tree, Progress(Noted(), tree, tmp_path / "log.jsonl") as progress:
        with progress.clock("features", table="flights") as clock:
            clock.rows_in, clock.rows = 10, 9
            time.sleep(0.05)
        with progress.clock("train"):
            pass
    first, second = progress.clocks
    assert (first.name, first.table, first.rows_in, first.rows_out, first.jobs, first.retries) == ("features", "flights", 10, 9, None, None)
    assert 0.05 <= first.wall_s < 5
    assert first.peak_memory > 10 * 2**20
    assert second.rows_out is None
    assert second.started_s >= first.started_s + first.wall_s
    found = [(each["event"], each.get("clock")) for each in events(tmp_path / "log.jsonl")]
    assert found == [("started", "features"), ("ended", "features"), ("started", "train"), ("ended", "train")]


def test_a_running_clock_shows_what_the_engine_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_module, "TICK", 0.01)
    display = Noted()
    with ProcessTree() as tree, Progress(display, tree) as progress:
        progress.watch(Busy())
        with progress.clock("features", table="flights"):
            deadline = time.monotonic() + 10
            while not display.seen and time.monotonic() < deadline:
                time.sleep(0.01)
    assert display.seen[0] == ("features flights", "stage 4, 12/40 tasks")
    assert display.seen[-1] == ("features flights", "None")


def test_a_clock_has_what_the_engine_did_meanwhile() -> None:
    with ProcessTree() as tree, Progress(Noted(), tree) as progress:
        with progress.clock("start"):
            progress.watch(Busy())
        with progress.clock("features"):
            pass
    first, second = progress.clocks
    assert (first.jobs, first.bytes_shuffled, first.bytes_spilled, first.retries) == (None, None, None, None)
    assert (second.jobs, second.bytes_shuffled, second.bytes_spilled, second.retries) == (3, 1_000, 0, 1)


def test_a_clock_that_fails_is_logged_and_not_counted(tmp_path: Path) -> None:
    with ProcessTree() as tree, Progress(Noted(), tree, tmp_path / "log.jsonl") as progress:
        with pytest.raises(RuntimeError), progress.clock("join"):
            raise RuntimeError("broken")
        assert progress.clocks == ()
    assert [(each["event"], each.get("error")) for each in events(tmp_path / "log.jsonl")] == [("started", None), ("failed", "RuntimeError")]


def test_no_secret_reaches_notes_or_log(tmp_path: Path) -> None:
    display = Noted()
    with ProcessTree() as tree, Progress(display, tree, tmp_path / "log.jsonl") as progress:
        progress.note("reading s3://AKIAABCDEFGHIJKLMNOP:hidden@lake, password=hidden")
        progress.event("settings", text="fs.s3a.secret.key: hidden")
    assert "hidden" not in display.seen[0][1]
    assert "hidden" not in (tmp_path / "log.jsonl").read_text()
    assert [each["event"] for each in events(tmp_path / "log.jsonl")] == ["note", "settings"]


def test_plain_lines_name_clock_rows_and_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    record = ClockRecord("features", "flights", 0.0, 2.34, 2.0, 1, rows_out=334264)
    display = PlainDisplay("polars  ")
    clock = Clock("features", "flights")
    display.running(clock, 9.9, "")
    display.running(clock, 10.1, "stage 4, 12/40 tasks")
    display.running(clock, 12.0, "")
    display.ended(clock, record)
    assert capsys.readouterr().err.splitlines() == [
        "polars  features flights ... 10 s   stage 4, 12/40 tasks",
        "polars  features flights                  334,264 rows      2.3 s",
    ]


def test_quiet_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    display = choose_display(quiet=True)
    display.note("anything")
    display.ended(Clock("join", None), ClockRecord("join", None, 0.0, 1.0, 1.0, 1))
    display.close()
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")
