"""The parity certificate: are the answers of several engines the same, and how do we know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from crossover.compare.difference import Difference, Part
from crossover.compare.fitted import compare_metrics, compare_models, compare_preparation
from crossover.compare.tables import compare_tables
from crossover.compare.written_table import WrittenTable
from crossover.runs.durable import read_json
from crossover.runs.execute import EVALUATION
from crossover.runs.folder import Attempt

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Run:
    """An answer to compare: whose, and the attempt that holds it."""

    engine: str
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
        return {
            "same_answer": self.same_answer,
            "engines": list(self.engines),
            "first_difference": {"part": first[0], **asdict(first[1])} if first else None,
            "parts": [asdict(part) for part in self.parts],
        }


def compare(runs: Sequence[Run]) -> Certificate:
    """Compare each run with the first. What one run has and another lacks is a difference."""
    first = runs[0]
    parts = [part for other in runs[1:] for part in _compare_two(first, other)]
    return Certificate(tuple(run.engine for run in runs), tuple(parts))


def _compare_two(left: Run, right: Run) -> list[Part]:
    engines = (left.engine, right.engine)
    parts = [_compare_inputs(left, right)]
    for title, folder, ending in (("table", "tables", ""), ("quarantine", "quarantine", ".parquet"), ("scores", "scores", "")):
        tables = _tables(left, folder, ending), _tables(right, folder, ending)
        parts += _each(engines, title, tables, partial(compare_tables, scores=folder == "scores"))
    models = _models(left), _models(right)
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


def _compare_inputs(left: Run, right: Run) -> Part:
    """Speed and answers for different documents or different bytes are worth nothing."""
    engines = (left.engine, right.engine)
    records = [run.attempt.read_json("record.json") for run in (left, right)]
    for what in ("document_hash", "parameters", "semantics", "inputs"):
        values = [record[what] for record in records]
        if values[0] != values[1]:
            first = Difference("input", what, {}, dict(zip(engines, values, strict=True)))
            return Part("inputs", engines, same=False, differences=1, first=first)
    return Part("inputs", engines, same=True, columns=len(records[0]["inputs"]))


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
