"""The certificate over code written by hand: its scores and metrics beside those of a run of ours, by the same comparison."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crossover.compare.difference import Part
from crossover.compare.fitted import compare_metrics
from crossover.compare.tables import compare_tables
from crossover.compare.written_table import WrittenTable
from crossover.runs.durable import read_json
from crossover.runs.folder import schema_path

OURS, BY_HAND = "ours", "by hand"


def certificate(attempt: Path, hand: Path, model: str) -> dict[str, Any]:
    """Return whether both are the same answer, and each part that was compared."""
    parts = list(_parts(attempt, hand, model))
    return {"same_answer": all(part.same for part in parts), "parts": [_short(part) for part in parts]}


def _parts(attempt: Path, hand: Path, model: str) -> Iterator[Part]:
    ours, theirs = attempt / "scores" / model, hand / "scores.parquet"
    # what the columns are called and mean is said once, by our run
    shutil.copyfile(schema_path(ours), schema_path(theirs))
    yield compare_tables(f"scores {model}", WrittenTable(OURS, ours), WrittenTable(BY_HAND, theirs), scores=True)
    found = read_json(hand / "metrics.json")
    expected = read_json(attempt / "metrics.json")[model]
    shared = {name: expected.get(name) for name in found}
    yield compare_metrics((OURS, BY_HAND), f"metrics {model}", shared, found)


def _short(part: Part) -> dict[str, Any]:
    whole = asdict(part)
    return {name: whole[name] for name in ("name", "same", "rows", "columns", "exact_columns", "differences", "first", "largest", "checksums")}
