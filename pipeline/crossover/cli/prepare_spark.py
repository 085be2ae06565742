"""`crossover engines --prepare-spark`: each later Spark of this installation starts seconds sooner."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from crossover.cli.output import line, print_json
from crossover.core.errors import EngineError

DOCUMENT = """\
pipeline: prepare_spark
parameters:
  data: .
sources:
  purchases:
    path: $data/purchases.csv
    key: [purchase]
    columns: {purchase: int, customer: int, amount: double, bought_at: timestamp, paid: boolean}
    outcomes: [paid]
  customers:
    path: $data/customers.csv
    key: [customer]
    columns: {customer: int, joined: date, town: string}
clean:
  purchases:
    - require:
        amount is positive: amount > 0
    - filter: purchase > 1
join:
  purchases:
    - {left_join: customers, using: [customer]}
features:
  purchases:
    - derive:
        hour: hour(bought_at)
        days: days_between(joined, bought_at)
        known_at: add_minutes(bought_at, 60)
    - look_back:
        last_amount: last(amount)
        purchases_so_far: count(*)
      in: purchases
      using: [customer]
      at: bought_at
      known_at: known_at
      within: 7 days
  spenders:
    - from: purchases
    - aggregate:
        spent: sum(amount)
        purchases: count(*)
      by: [customer]
models:
  paid:
    from: purchases
    label: paid
    split: {by: [purchase], test: 0.3}
    inputs:
      - {columns: [amount, days], clip: [0.01, 0.99], log: true, scale: standard}
      - {columns: [last_amount], impute: median, flag_missing: true, scale: standard}
      - {columns: [hour, town], encode: one_hot}
    train: {kind: logistic_regression, l2: 0.01}
  groups:
    from: spenders
    inputs:
      - {columns: [spent, purchases], scale: standard}
    train: {kind: k_means, k: 2}
"""
"""Something of each kind that documents do, so that the classes behind it are loaded."""
PURCHASES, CUSTOMERS = 400, 40


def prepare_spark(*, as_json: bool) -> int:
    """Make the archive of Spark's classes, print where it lies and how large it is, and return 0.

    Raises ConfigError if it cannot be written there, EngineError if Spark does not run or Java makes none.
    """
    from crossover.engines.spark.class_archive import make

    archive = make(_run_with)
    size = archive.stat().st_size
    if as_json:
        print_json({"archive": str(archive), "bytes": size})
    else:
        line(f"{archive}: {size / 2**20:.0f} MiB; each Spark that this installation starts begins with it")
    return 0


def _run_with(options: str) -> None:
    """Run the document on Spark in a process of its own, with options for the JVM."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        _write(place)
        command = [sys.executable, "-m", "crossover", "run", "prepare_spark.yaml", "--engine", "spark", "--runs", "runs", "--quiet"]
        environment = os.environ | {"SPARK_SUBMIT_OPTS": f"{os.environ.get('SPARK_SUBMIT_OPTS', '')} {options}".strip()}
        done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EngineError(f"Spark did not run a document of {PURCHASES} rows", notes=[done.stderr.strip()[-2000:]])


def _write(place: Path) -> None:
    (place / "prepare_spark.yaml").write_text(DOCUMENT, encoding="utf-8")
    purchases = [
        f"{number},{number % CUSTOMERS},{number * 37 % 101 + 0.5},2025-01-{number % 28 + 1:02}T{number % 24:02}:15:00,{str(number % 3 == 0).lower()}"
        for number in range(PURCHASES)
    ]
    customers = [f"{number},2024-{number % 12 + 1:02}-01,town {number % 5}" for number in range(CUSTOMERS)]
    (place / "purchases.csv").write_text("\n".join(["purchase,customer,amount,bought_at,paid", *purchases]) + "\n", encoding="utf-8")
    (place / "customers.csv").write_text("\n".join(["customer,joined,town", *customers]) + "\n", encoding="utf-8")
