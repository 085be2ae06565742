"""The command on a document of twelve lines, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crossover.engines.registry import ENGINES
from crossover.runs.commit import read_current
from crossover.runs.folder import RunFolder
from tests.command import Done, run_command

REPOSITORY = Path(__file__).parents[2]
STRANGE = ("wrong", "slow", "killed", "broken", "lacking")

DOCUMENT = """\
pipeline: shop
parameters:
  data: data
  longest: 60
  least_auc: 0.6
sources:
  visits:
    path: $data/visits.csv
    key: [visit]
    columns: {visit: int, pages: int, minutes: double, bought: boolean}
    outcomes: [bought]
clean:
  visits:
    - require:
        not too long: minutes <= $longest
features:
  visits:
    - derive:
        pace: pages / minutes
store: [visits]
models:
  buyer:
    from: visits
    label: bought
    split: {test: 0.3}
    inputs:
      - columns: [pages, minutes]
        scale: standard
    train: {kind: logistic_regression, l2: 0.01}
    evaluate:
      require:
        ranks well: auc >= $least_auc
"""


def visits() -> str:
    """Return a CSV file of 300 visits: visit 7 is dirty, visit 9 too long; who sees many pages tends to buy."""
    lines = ["visit,pages,minutes,bought"]
    for visit in range(300):
        pages = visit * 7 % 23
        minutes = 1 + visit * 11 % 37 / 4
        bought = pages + visit * 13 % 17 > 20
        lines.append(f"{visit},{pages},{minutes},{str(bought).lower()}")
    lines[8] = "7,many,3.5,true"
    lines[10] = "9,1,61.5,false"
    return "\n".join(lines) + "\n"


class Shop:
    """The folder, and the command in it."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capture = capture
        self.document = folder / "shop.yaml"
        self.document.write_text(DOCUMENT)
        (folder / "data").mkdir()
        (folder / "data" / "visits.csv").write_text(visits())

    def __call__(self, *arguments: str) -> Done:
        """Run `crossover` in this process."""
        return run_command(self._capture, arguments)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `crossover` in a process of its own."""
        command = [sys.executable, "-m", "crossover", *arguments]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder)

    @property
    def runs(self) -> RunFolder:
        return RunFolder(Path("runs"), "shop")

    @property
    def current(self) -> int | None:
        """The number of the commit that readers see."""
        now = read_current(self.runs)
        return now.seq if now else None


@pytest.fixture(autouse=True)
def _engines_in_their_order() -> Iterator[None]:
    """What monkeypatch puts back into a dict comes last, and messages list engines in their order."""
    before = dict(ENGINES)
    yield
    ENGINES.clear()
    ENGINES.update(before)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shop:
    monkeypatch.chdir(tmp_path)
    path = [str(REPOSITORY / "tests" / "cli" / "child_path"), str(REPOSITORY), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, path)))
    for name in STRANGE:
        monkeypatch.setitem(ENGINES, name, f"tests.cli.strange_engines.{name}")
    return Shop(tmp_path, capfd)


