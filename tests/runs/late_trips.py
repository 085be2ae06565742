"""A document whose model is to score trips each night, its data, and the folder in which it was trained."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.command import Done, run_command

DOCUMENT = """\
pipeline: late
parameters:
  data: data
  from_minutes: 15
  today: {type: date, default: "2026-01-31", frozen: false}
sources:
  trips:
    path: $data/trips/*.csv
    key: [id]
    columns: {id: int, day: date, left_at: timestamp, km: double, kind: string, line: string, delay: double, note: int}
    outcomes: [delay]
  lines:
    path: $data/lines.csv
    key: [line]
    columns: {line: string, stops: int}
  limits:
    path: $data/limits.csv
    key: [line]
    columns: {line: string, limit_minutes: int}
clean:
  trips:
    - require:
        not after today: day <= $today
        length is known: km is not null
join:
  trips:
    - {left_join: lines, using: [line]}
    - {left_join: limits, using: [line]}
features:
  trips:
    - derive:
        late: delay > coalesce(limit_minutes, $from_minutes)
        log_km: ln(km)
        hour: hour(left_at)
        per_stop: km / stops
        weekend: weekday(day) in (6, 7)
models:
  late:
    from: trips
    label: late
    rows: note is not null
    split: {by: [id], test: 0.3}
    inputs:
      - {columns: [km, log_km, per_stop], impute: median, scale: standard}
      - {columns: [weekend]}
      - {columns: [kind, hour], encode: one_hot}
      - {columns: [line], encode: label_mean}
    train: {kind: logistic_regression, l2: 0.01}
    score: {keep: [day, delay]}
"""
NIGHTLY = """\
scoring: nightly
about: Each night.
model: runs/late/current/late
parameters:
  date: {type: date}
  lake: lake
set:
  today: $date
sources:
  trips: {path: $lake/$date.csv}
rows: kind = 'bus'
keep: [line, hour]
"""
HEADER = "id,day,left_at,km,kind,line"
DATE = ("--set", "date=2026-01-05")


def trip(random: Random, number: int, day: int) -> str:
    km = "" if random.random() < 0.05 else f"{random.uniform(1, 90):.2f}"
    at = f"2026-01-0{day} {random.randrange(24):02d}:15:00"
    return f"{number},2026-01-0{day},{at},{km},{random.choice(('bus', 'train', 'tram', ''))},{random.choice('abcd')}"


def write_data(folder: Path) -> None:
    random = Random(3)
    trips, lake = folder / "data" / "trips", folder / "lake"
    for each in (trips, lake):
        each.mkdir(parents=True)
    for day in range(1, 5):
        rows = [
            f"{trip(random, day * 1000 + number, day)},{random.gauss(15, 10):.1f},{random.choice(('', '1'))}" for number in range(150)
        ]
        (trips / f"{day}.csv").write_text("\n".join([f"{HEADER},delay,note", *rows, ""]))
    tonight = [trip(random, 5000 + number, 5) for number in range(80)]
    tonight[7] = f"5007,2026-01-09,2026-01-09 10:00:00,{7},bus,a"
    tonight[8] = "5008,2026-01-05,2026-01-05 10:00:00,many,bus,a"
    (lake / "2026-01-05.csv").write_text("\n".join([HEADER, *tonight, ""]))
    (folder / "data" / "lines.csv").write_text("line,stops\na,3\nb,5\nc,8\n")
    (folder / "data" / "limits.csv").write_text("line,limit_minutes\na,10\nb,20\nc,15\n")


@dataclass
class Folder:
    """A folder with a model that pandas trained, which is where commands run."""

    path: Path
    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> Done:
        return run_command(self.capture, arguments)

    def scores(self, pipeline: str, model: str = "late") -> dict[int, dict[str, Any]]:
        run = json.loads((self.path / "runs" / pipeline / "current.json").read_text())["run"]
        table = pq.read_table(self.path / "runs" / pipeline / "attempts" / run / "scores" / model)
        return {row["id"]: row for row in table.to_pylist()}

    def changed(self, *changes: tuple[str, str]) -> None:
        text = NIGHTLY
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        (self.path / "nightly.yaml").write_text(text)
