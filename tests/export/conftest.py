"""A run with models of several kinds, made once, and the command in its folder."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from crossover.cli.main import main

DOCUMENT = """\
pipeline: shop
about: Who buys, and which visits are alike?
sources:
  visits:
    path: visits.csv
    key: [visit]
    columns: {visit: int, pages: int, minutes: double, device: string, kind: string, bought: boolean, paid: double}
    outcomes: [bought, paid, kind]
features:
  visits:
    - derive:
        pace: pages / minutes
models:
  buyer:
    from: visits
    label: bought
    split: {test: 0.3}
    inputs:
      - {columns: [pages], clip: [0.01, 0.99], log: true, scale: standard}
      - {columns: [minutes, pace], impute: median, flag_missing: true, scale: robust}
      - {columns: [device], encode: one_hot, min_rows: 20}
    train: {kind: logistic_regression, l2: 0.01}
    evaluate:
      threshold: {best: f1}
      by: [device]
      require:
        ranks well: auc >= 0.6
  alike:
    from: visits
    inputs:
      - {columns: [pages], scale: min_max}
      - {columns: [minutes], impute: 3, scale: min_max}
    train:
      kind: k_means
      centres:
        - {pages: 2, minutes: 3.5}
        - {pages: 20, minutes: 4}
    evaluate:
      truth: kind
      require:
        finds the kinds: adjusted_rand >= 0.8 and adjusted_rand > baseline_adjusted_rand
        apart: davies_bouldin <= 1.5 and inertia < baseline_inertia
    score: {keep: [device]}
"""


def visits() -> str:
    """Return a CSV file of 240 visits: short ones of few pages and long ones of many; some minutes are not known."""
    lines = ["visit,pages,minutes,device,kind,bought,paid"]
    for visit in range(240):
        long = visit % 3 == 0
        pages = (15 if long else 1) + visit * 7 % 8
        minutes = "" if visit % 19 == 0 else 1 + visit * 11 % 37 / 4
        device = ["phone", "laptop", "tablet", "", "watch"][visit % 5 if visit % 40 else 4]
        bought = pages + visit * 13 % 17 > 20
        kind = "" if visit % 50 == 49 else "long" if long != (visit % 31 == 3) else "short"
        lines.append(f"{visit},{pages},{minutes},{device},{kind},{str(bought).lower()},{pages * 1.5 if bought else 0}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that pandas made and committed."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "shop.yaml").write_text(DOCUMENT)
    (folder / "visits.csv").write_text(visits())
    before = Path.cwd()
    handlers: dict[int, Any] = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    os.chdir(folder)
    try:
        assert main(["run", "shop.yaml", "--engine", "pandas", "--quiet"]) == 0
    finally:
        os.chdir(before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return folder


@pytest.fixture
def in_shop(shop: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(shop)
    return shop
