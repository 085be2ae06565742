"""Runs a whole document on an engine that is open already, into an attempt that nobody commits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crossover import SEMANTICS
from crossover.compare.certificate import Certificate, Run, compare
from crossover.document.load import load_document
from crossover.engines.base import Engine
from crossover.plan.build import build_plan
from crossover.runs.display import choose_display
from crossover.runs.execute import execute
from crossover.runs.fingerprint import hash_json
from crossover.runs.folder import Attempt
from crossover.runs.measure.process_tree import ProcessTree
from crossover.runs.progress import Progress
from crossover.runs.record import Outcome


def run_document(
    document: Path, engine: Engine[Any], data: Path, folder: Path, settings: Mapping[str, str] | None = None
) -> tuple[Attempt, Outcome]:
    """Execute a document with its `data` parameter (and other `settings`) set, the tables that models read written too."""
    plan = build_plan(load_document(document, {"data": str(data), **(settings or {})}))
    folder.mkdir(parents=True)
    attempt = Attempt(folder)
    with ProcessTree() as tree, Progress(choose_display(quiet=True), tree, attempt.log) as progress:
        outcome = execute(plan, engine, attempt, progress, keep_tables=True)
    facts = {"document_hash": hash_json(plan.document), "parameters": {}, "semantics": SEMANTICS, "inputs": {}}
    attempt.write_json("record.json", facts)
    return attempt, outcome


def bytes_read_by(engine: Engine[Any]) -> int:
    """Return the bytes that Spark has read of local files in this process so far, headers that Python looks at left out; 0 for another engine."""
    if not engine.capabilities.distributed:
        return 0
    spark: Any = engine
    known = spark.session.sparkContext._jvm.org.apache.hadoop.fs.FileSystem.getGlobalStorageStatistics().get("file")
    return 0 if known is None else int(known.getLong("bytesRead"))


def certificate(first: tuple[str, Attempt], second: tuple[str, Attempt]) -> Certificate:
    """Compare two answers."""
    return compare([Run(*first), Run(*second)])
