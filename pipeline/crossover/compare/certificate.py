"""The parity certificate: are the answers of several engines the same, and how do we know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crossover.compare.difference import Difference, Part
from crossover.compare.fitted import compare_metrics, compare_models, compare_preparation
from crossover.compare.tables import compare_tables
from crossover.compare.written_table import WrittenTable
from crossover.runs.folder import RESERVED, Attempt


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
        parts += _each(
            engines,
            title,
            *(_tables(run, folder, ending) for run in (left, right)),
            lambda name, mine, other, scores=folder == "scores": compare_tables(name, mine, other, scores=scores),
        )
    models = [_models(run.attempt.path) for run in (left, right)]
    parts += _each(
        engines,
        "fitted state",
        *models,
        lambda name, mine, other: compare_preparation(name, engines, mine / "preparation.json", other / "preparation.json"),
    )
    parts += _each(engines, "model", *models, lambda name, mine, other: compare_models(name, engines, mine, other))
    metrics = [{"": run.attempt.metrics} if run.attempt.metrics.exists() else {} for run in (left, right)]
    parts += _each(engines, "metrics", *metrics, lambda name, mine, other: compare_metrics(name, engines, mine, other))
    return parts


def _each(
    engines: tuple[str, str],
    title: str,
    mine: dict[str, Any],
    other: dict[str, Any],
    compare_one: Callable[[str, Any, Any], Part],
) -> list[Part]:
    """Compare what both runs have; what only one has is a difference."""
    parts = []
    for each in dict.fromkeys([*mine, *other]):
        name = f"{title} {each}".strip()
        if each in mine and each in other:
            parts.append(compare_one(name, mine[each], other[each]))
        else:
            values = dict(zip(engines, ("has it" if each in run else "lacks it" for run in (mine, other)), strict=True))
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
    described = sorted((run.attempt.path / folder).glob("*.schema.json"))
    names = [path.name.removesuffix(".schema.json") for path in described]
    return {name: WrittenTable(run.engine, run.attempt.path / folder / f"{name}{ending}") for name in names}


def _models(attempt: Path) -> dict[str, Path]:
    return {path.parent.name: path.parent for path in sorted(attempt.glob("*/model.json")) if path.parent.name not in RESERVED}
