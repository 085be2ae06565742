"""The parity certificate: are the answers of several engines the same, and how do we know."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from crossover.compare.difference import Difference, Part
from crossover.compare.fitted import compare_metrics, compare_models, compare_preparation, first_unequal
from crossover.compare.near_threshold import near_threshold
from crossover.compare.tables import compare_tables
from crossover.compare.tolerance import STATED
from crossover.compare.written_table import WrittenTable
from crossover.learning.models.fitted import MODEL
from crossover.runs.durable import read_json
from crossover.runs.execute import EVALUATION
from crossover.runs.folder import Attempt

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Run:
    """An answer to compare: whose, and the attempt that holds it."""

    engine: str
    """Its engine, or another name where two runs of one engine are compared."""
    attempt: Attempt


@dataclass(frozen=True)
class Certificate:
    """All parts of the answers, each compared between the first engine and another one."""

    engines: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def same_answer(self) -> bool:
        return all(part.same for part in self.parts)

    @property
    def first_difference(self) -> tuple[str, Difference] | None:
        """The part that differs first and its first difference."""
        return next(((part.name, part.first) for part in self.parts if part.first is not None), None)

    def to_json(self) -> dict[str, Any]:
        """Return JSON values."""
        first = self.first_difference
        found = {
            "same_answer": self.same_answer,
            "engines": list(self.engines),
            "first_difference": {"part": first[0], **asdict(first[1])} if first else None,
            "parts": [asdict(part) for part in self.parts],
            "tolerances": dict(STATED),
        }
        return {name: _as_json(value) for name, value in found.items()}


def compare(runs: Sequence[Run]) -> Certificate:
    """Compare each run with the first. What one run has and another lacks is a difference."""
    first = runs[0]
    parts = [part for other in runs[1:] for part in _compare_two(first, other)]
    return Certificate(tuple(run.engine for run in runs), tuple(parts))


def _as_json(value: Any, name: str = "") -> Any:
    """Return a value as JSON has it: a number that is not finite as text, and no size of a difference from it."""
    if isinstance(value, Mapping):
        return {each: _as_json(inside, each) for each, inside in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if name in ("absolute", "allowed") else repr(value)
    return value


def _compare_two(left: Run, right: Run) -> list[Part]:
    engines = (left.engine, right.engine)
    parts = [_compare_inputs(left, right)]
    models = _models(left), _models(right)
    for title, folder, ending, compare_one in (
        ("table", "tables", "", compare_tables),
        ("quarantine", "quarantine", ".parquet", compare_tables),
        ("scores", "scores", "", partial(_compare_scores, models[0])),
    ):
        tables = _tables(left, folder, ending), _tables(right, folder, ending)
        parts += _each(engines, title, tables, compare_one)
    parts += _each(engines, "fitted state", models, partial(compare_preparation, engines))
    parts += _each(engines, "model", models, partial(compare_models, engines))
    metrics = _metrics(left), _metrics(right)
    parts += _each(engines, "metrics", metrics, partial(compare_metrics, engines))
    evaluations = _evaluations(left), _evaluations(right)
    return parts + _each(engines, "evaluation", evaluations, partial(compare_metrics, engines))


def _each(
    engines: tuple[str, str],
    title: str,
    sides: tuple[Mapping[str, Thing], Mapping[str, Thing]],
    compare_one: Callable[[str, Thing, Thing], Part],
) -> list[Part]:
    """Compare what both runs have; what only one has is a difference."""
    parts = []
    for each in dict.fromkeys([*sides[0], *sides[1]]):
        name = f"{title} {each}"
        if each in sides[0] and each in sides[1]:
            parts.append(compare_one(name, sides[0][each], sides[1][each]))
        else:
            values = {engine: "has it" if each in side else "lacks it" for engine, side in zip(engines, sides, strict=True)}
            parts.append(Part(name, engines, same=False, differences=1, first=Difference("presence", None, {}, values)))
    return parts


def _compare_scores(models: Mapping[str, Path], name: str, left: WrittenTable, right: WrittenTable) -> Part:
    """Compare scores, and count the rows near the threshold of the model that gave them."""
    part = compare_tables(name, left, right, scores=True)
    model = models.get(left.path.name)
    threshold = None if model is None else read_json(model / MODEL).get("settings", {}).get("threshold")
    rows_match = bool(part.inexact)
    return replace(part, near=near_threshold(left, right, threshold)) if rows_match and threshold is not None else part


def _compare_inputs(left: Run, right: Run) -> Part:
    """Speed and answers for different documents or different bytes are worth nothing."""
    engines = (left.engine, right.engine)
    records = [run.attempt.read_json("record.json") for run in (left, right)]
    for what in ("document_hash", "parameters", "semantics", "inputs"):
        values = [record[what] for record in records]
        if values[0] != values[1]:
            place, values = _where(what, records) or (what, values)
            first = Difference("input", place, {}, dict(zip(engines, values, strict=True)))
            return Part("inputs", engines, same=False, differences=1, first=first)
    return Part("inputs", engines, same=True, columns=len(records[0]["inputs"]))


def _where(what: str, records: Sequence[Mapping[str, Any]]) -> tuple[str, list[Any]] | None:
    """Return where two documents differ first, with both values."""
    documents = [record.get("document") for record in records]
    return first_unequal("document", *documents) if what == "document_hash" and all(documents) else None


def _tables(run: Run, folder: str, ending: str) -> dict[str, WrittenTable]:
    described = (run.attempt.path / folder).glob("*.schema.json")
    names = sorted(path.name.removesuffix(".schema.json") for path in described)
    return {name: WrittenTable(run.engine, run.attempt.path / folder / f"{name}{ending}") for name in names}


def _models(run: Run) -> dict[str, Path]:
    return {path.parent.name: path.parent for path in sorted(run.attempt.path.glob("*/model.json"))}


def _metrics(run: Run) -> dict[str, Mapping[str, Any]]:
    return run.attempt.read_json("metrics.json") if run.attempt.metrics.exists() else {}


def _evaluations(run: Run) -> dict[str, Mapping[str, Any]]:
    """Return the tables of each model's evaluation."""
    return {path.parent.name: read_json(path) for path in sorted(run.attempt.path.glob(f"*/{EVALUATION}"))}
