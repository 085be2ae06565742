"""Fitted state, models and metrics of two runs: numbers in trees of JSON values and in arrays."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from crossover.compare.difference import Difference, Inexact, Part, Proof
from crossover.compare.tolerance import CELL, GRADIENT_NORM, KKT_RESIDUAL, METRIC, Floats, Tolerance
from crossover.core.errors import DataError
from crossover.learning.models.fitted import MODEL, PREPARATION, WEIGHTS
from crossover.runs.durable import read_json

PROOFS = {"gradient_norm": GRADIENT_NORM, "kkt_residual": KKT_RESIDUAL}
"""Facts that prove an optimum, and what each may be."""
_DESCRIBES = ("format", "semantics", "name", "kind", "label", "label_type", "settings", "columns")
"""What of model.json must be equal; its checksums may not be."""
_NOT_JUDGED = frozenset({*PROOFS, "newton_steps", "iterations", "centres", "coefficients", "drivers"})
"""Facts of a training that are judged in another way, or are no part of the answer."""
JUDGED_WEIGHTS = {"centres": CELL}
"""Arrays that must agree. Coefficients are judged by the gradient norm and by the probabilities they give: where
inputs are nearly collinear, two equally good answers can lie apart; the objective, a fact, cannot."""


@dataclass
class _Findings:
    """Collects pairs of numbers and what differs among them."""

    engines: tuple[str, str]
    differences: list[Difference] = field(default_factory=list)
    largest: Difference | None = None
    strain: float = -1.0
    numbers: int = 0

    def unequal(self, what: str, place: str, left: Any, right: Any) -> None:
        self.differences.append(Difference(what, place, {}, dict(zip(self.engines, (left, right), strict=True))))

    def pair(
        self, place: str, left: float, right: float, allowed: float, *, judged: bool = True, key: Mapping[str, Any] | None = None
    ) -> Difference | None:
        """Take two numbers and return how they differ; those that are not judged are shown as the largest difference only."""
        self.numbers += 1
        apart = abs(left - right)
        if apart == 0:
            return None
        values = dict(zip(self.engines, (left, right), strict=True))
        found = Difference("value", place, key or {}, values, apart, allowed if judged else None)
        strain = 0.0 if not judged else apart / allowed if allowed > 0 else float("inf")
        if not strain <= self.strain:
            self.largest, self.strain = found, strain
        # a number that is not finite is never within what is allowed
        if (judged or not math.isfinite(apart)) and not apart <= allowed:
            self.differences.append(found)
        return found

    def part(self, name: str) -> Part:
        first = self.differences[0] if self.differences else None
        return Part(
            name, self.engines, same=first is None, columns=self.numbers, differences=len(self.differences),
            first=first, largest=self.largest,
        )  # fmt: skip


def compare_preparation(engines: tuple[str, str], name: str, left: Path, right: Path) -> Part:
    """Compare `preparation.json` of two model folders: vocabularies and counts exactly, numbers as cells."""
    findings = _Findings(engines)
    _compare_trees(findings, "", read_json(left / PREPARATION), read_json(right / PREPARATION), CELL)
    return findings.part(name)


def compare_metrics(engines: tuple[str, str], name: str, left: Any, right: Any) -> Part:
    """Compare the metrics of two trainings, JSON values: counts exactly."""
    findings = _Findings(engines)
    _compare_trees(findings, "", left, right, METRIC)
    return findings.part(name)


def compare_models(engines: tuple[str, str], name: str, left: Path, right: Path) -> Part:
    """Compare two model folders: what they are, the proof that each is an optimum, centres."""
    findings = _Findings(engines)
    mine, other = read_json(left / MODEL), read_json(right / MODEL)
    for each in _DESCRIBES:
        _compare_trees(findings, each, mine.get(each), other.get(each), METRIC)
    facts = [{name: fact for name, fact in each.get("facts", {}).items() if name not in _NOT_JUDGED} for each in (mine, other)]
    _compare_trees(findings, "facts", facts[0], facts[1], METRIC)
    proofs = _proofs(findings, mine, other)
    weights = _compare_weights(findings, left / WEIGHTS, right / WEIGHTS, mine.get("columns", []))
    return replace(findings.part(name), proofs=proofs, inexact=weights)


def first_unequal(place: str, left: Any, right: Any) -> tuple[str, list[Any]] | None:
    """Return the first place where two JSON values differ at all, as `place.name[3]`, and both values."""
    findings = _Findings(("left", "right"))
    _compare_trees(findings, place, left, right, Tolerance())
    first = findings.differences[0] if findings.differences else None
    return None if first is None else (str(first.column), list(first.values.values()))


def _proofs(findings: _Findings, *descriptions: Mapping[str, Any]) -> tuple[Proof, ...]:
    """Judge each answer's own proof that it is an optimum, and return what was found."""
    facts = [description.get("facts", {}) for description in descriptions]
    proofs = []
    for name, allowed in PROOFS.items():
        values = {engine: fact[name] for engine, fact in zip(findings.engines, facts, strict=True) if fact.get(name) is not None}
        for engine, found in values.items():
            if not found <= allowed:
                findings.differences.append(Difference("gradient", name, {}, {engine: found}, found, allowed))
        if values:
            proofs.append(Proof(name, allowed, values))
    return tuple(proofs)


def _compare_weights(findings: _Findings, left: Path, right: Path, columns: Sequence[str]) -> tuple[Inexact, ...]:
    mine, other = (_weights(path) for path in (left, right))
    verdicts = []
    for name in dict.fromkeys([*mine, *other]):
        shapes = [list(weights[name].shape) if name in weights else None for weights in (mine, other)]
        if shapes[0] != shapes[1]:
            findings.unequal("shape", name, *shapes)
            continue
        verdicts.append(_compare_array(findings, name, mine[name].astype(np.float64), other[name].astype(np.float64), columns))
    return tuple(verdicts)


def _weights(path: Path) -> dict[str, Floats]:
    try:
        return safetensors.numpy.load(path.read_bytes())
    except safetensors.SafetensorError as error:
        raise DataError(f"{path} cannot be read: {error}") from error


def _compare_array(findings: _Findings, name: str, mine: Floats, other: Floats, columns: Sequence[str]) -> Inexact:
    judged = name in JUDGED_WEIGHTS
    tolerance = JUDGED_WEIGHTS.get(name, METRIC)
    x, y = mine.ravel(), other.ravel()
    allowed = tolerance.allowed(x, y)
    before = len(findings.differences)
    found = []
    for at in _worst(x, y, allowed):
        key = _place(mine.shape, at, columns)
        found.append(findings.pair(f"{name}[{at}]", float(x[at]), float(y[at]), float(allowed[at]), judged=judged, key=key))
    largest = max((each for each in found if each is not None), key=_size, default=None)
    return Inexact(name, str(tolerance) if judged else "", len(findings.differences) - before, largest)


def _size(found: Difference) -> float:
    size = found.absolute if found.absolute is not None and not math.isnan(found.absolute) else math.inf
    return size / found.allowed if found.allowed else size


def _place(shape: tuple[int, ...], at: int, columns: Sequence[str]) -> dict[str, Any]:
    """Return which prepared column, and of which class or cluster, a weight belongs to."""
    if not columns or shape[-1:] != (len(columns),):
        return {}
    place: dict[str, Any] = {"column": columns[at % len(columns)]}
    return place if len(shape) == 1 else {"class": at // len(columns), **place}


def _worst(x: Floats, y: Floats, allowed: Floats) -> Iterator[int]:
    """Yield all positions that differ too much, or the one that differs most."""
    apart = np.abs(x - y)
    wrong = np.flatnonzero(~(apart <= allowed))
    yield from (int(at) for at in wrong)
    if not len(wrong) and len(x):
        yield int(np.argmax(apart))


def _compare_trees(findings: _Findings, place: str, left: Any, right: Any, tolerance: Tolerance) -> None:
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        pairs: dict[str, tuple[Any, Any]] = {
            f"{place}.{name}".lstrip("."): (left.get(name), right.get(name)) for name in dict.fromkeys([*left, *right])
        }
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        pairs = {f"{place}[{at}]": pair for at, pair in enumerate(zip(left, right, strict=True))}
    else:
        if left != right:
            findings.unequal("value", place, left, right)
        return
    # numbers side by side in one object share a scale, as the cells of a column do
    numbers = {name: pair for name, pair in pairs.items() if _inexact(*pair)}
    if numbers:
        x, y = (np.array([float(pair[side]) for pair in numbers.values()]) for side in (0, 1))
        for name, allowed in zip(numbers, tolerance.allowed(x, y), strict=True):
            findings.pair(name, float(pairs[name][0]), float(pairs[name][1]), float(allowed))
    for name, pair in pairs.items():
        if name not in numbers:
            _compare_trees(findings, name, *pair, tolerance)


def _inexact(left: Any, right: Any) -> bool:
    """Whether two values are numbers of which at least one is no whole number."""
    both = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (left, right))
    return both and (isinstance(left, float) or isinstance(right, float))
