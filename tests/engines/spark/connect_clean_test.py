"""Relational code runs on Spark Connect as well: the JVM and RDDs are touched in one folder only."""

from __future__ import annotations

import re
from pathlib import Path

import crossover.engines.spark

ROOT = Path(crossover.engines.spark.__file__).parent
CLASSIC = re.compile(r"_jvm\b|_jdf\b|_jsc\b|\.rdd\b|sparkContext|\bRDD\b")


def test_only_classic_touches_the_jvm_and_rdds() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in ROOT.rglob("*.py")
        if path.parent.name != "classic"
        for line in path.read_text(encoding="utf-8").splitlines()
        if CLASSIC.search(line)
    }
    assert not found


def test_the_pattern_finds_what_it_looks_for() -> None:
    assert CLASSIC.search((ROOT / "classic" / "k_means.py").read_text(encoding="utf-8"))
    assert CLASSIC.search((ROOT / "classic" / "status.py").read_text(encoding="utf-8"))
