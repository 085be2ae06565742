"""The portable model: numbers in JSON and safetensors, read without any engine. Never pickle.

A folder with `model.json` (what it is, and checksums of the others), `weights.safetensors`, `preparation.json` and
`features.json`. Needs NumPy and safetensors alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import safetensors.numpy
from safetensors import SafetensorError

from crossover.core.errors import DataError
from crossover.learning.models.row_local import RowLocal
from crossover.learning.models.state import Preparation

Floats = npt.NDArray[np.float64]

FORMAT = 1
MODEL, WEIGHTS, PREPARATION, FEATURES = "model.json", "weights.safetensors", "preparation.json", "features.json"


@dataclass(frozen=True, eq=False)
class LogisticRegression:
    """P(positive) = 1 / (1 + exp(-(intercept + x coefficients))) on prepared columns."""

    kind: ClassVar[str] = "logistic_regression"
    intercept: float
    coefficients: Floats
    """Shape (d,): the dense columns, then those of the code blocks."""
    threshold: float = 0.5

    def weights(self) -> dict[str, Floats]:
        return {"intercept": np.array([self.intercept]), "coefficients": self.coefficients}

    def settings(self) -> dict[str, Any]:
        return {"threshold": self.threshold}

    @staticmethod
    def of(weights: Mapping[str, Floats], settings: Mapping[str, Any]) -> LogisticRegression:
        return LogisticRegression(float(weights["intercept"][0]), weights["coefficients"], settings["threshold"])


@dataclass(frozen=True, eq=False)
class LinearRegression:
    """prediction = intercept + x coefficients on prepared columns."""

    kind: ClassVar[str] = "linear_regression"
    intercept: float
    coefficients: Floats
    """Shape (d,): the dense columns, then those of the code blocks."""

    def weights(self) -> dict[str, Floats]:
        return {"intercept": np.array([self.intercept]), "coefficients": self.coefficients}

    def settings(self) -> dict[str, Any]:
        return {}

    @staticmethod
    def of(weights: Mapping[str, Floats], settings: Mapping[str, Any]) -> LinearRegression:
        del settings
        return LinearRegression(float(weights["intercept"][0]), weights["coefficients"])


AS_LIKELY = 1 - 1e-9
"""Of classes whose probability is at least this part of the largest the first is predicted: rounding decides nothing."""


@dataclass(frozen=True, eq=False)
class MultinomialRegression:
    """P(class k) = exp(s_k) / sum_l exp(s_l) with s = intercepts + coefficients x on prepared columns."""

    kind: ClassVar[str] = "multinomial_logistic_regression"
    classes: tuple[str | int | bool, ...]
    """Values of the label, in order: by value, or by code point."""
    intercepts: Floats
    """Shape (K,)."""
    coefficients: Floats
    """Shape (K, d): the dense columns, then those of the code blocks."""

    @property
    def probabilities(self) -> tuple[str, ...]:
        """The columns that hold the probability of each class."""
        return tuple(f"probability_{place}" for place in range(len(self.classes)))

    @property
    def scored(self) -> tuple[str, ...]:
        """Those that scores have: of two classes `probability` says it all."""
        return self.probabilities if len(self.classes) > 2 else ()

    def weights(self) -> dict[str, Floats]:
        return {"intercepts": self.intercepts, "coefficients": self.coefficients}

    def settings(self) -> dict[str, Any]:
        return {"classes": list(self.classes)}

    @staticmethod
    def of(weights: Mapping[str, Floats], settings: Mapping[str, Any]) -> MultinomialRegression:
        return MultinomialRegression(tuple(settings["classes"]), weights["intercepts"], weights["coefficients"])


@dataclass(frozen=True, eq=False)
class KMeans:
    """The cluster of a row is its nearest centre, by Euclidean distance in the prepared space."""

    kind: ClassVar[str] = "k_means"
    centres: Floats
    """Shape (k, d), the largest cluster first."""

    def weights(self) -> dict[str, Floats]:
        return {"centres": self.centres}

    def settings(self) -> dict[str, Any]:
        return {}

    @staticmethod
    def of(weights: Mapping[str, Floats], settings: Mapping[str, Any]) -> KMeans:
        del settings
        return KMeans(weights["centres"])


Solution = LogisticRegression | LinearRegression | MultinomialRegression | KMeans
_KINDS: dict[str, Callable[[Mapping[str, Floats], Mapping[str, Any]], Solution]] = {
    each.kind: each.of for each in (LogisticRegression, LinearRegression, MultinomialRegression, KMeans)
}


@dataclass(frozen=True, eq=False)
class FittedModel:
    """A model and the preparation of its inputs."""

    name: str
    solution: Solution
    preparation: Preparation
    label: str | None = None
    label_type: str | None = None
    """boolean, int, double or string: that of the label, and of predictions but for a linear regression's, which are double."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """How it was fitted, as JSON values: l2, gradient norm, sizes ..."""
    warnings: tuple[str, ...] = ()
    row_local: RowLocal | None = None
    """How its inputs come from columns of a raw row; None: the row brings the inputs."""

    def save(self, folder: Path) -> None:
        """Write the files into a folder, which is made."""
        folder.mkdir(parents=True, exist_ok=True)
        weights = {name: np.ascontiguousarray(values) for name, values in self.solution.weights().items()}
        parts = {WEIGHTS: safetensors.numpy.save(weights), PREPARATION: _json(self.preparation.to_json())}
        if self.row_local is not None:
            parts[FEATURES] = _json(self.row_local.to_json())
        description = {
            "format": FORMAT,
            "semantics": self.preparation.semantics,
            "name": self.name,
            "kind": self.solution.kind,
            "label": self.label,
            "label_type": self.label_type,
            "settings": self.solution.settings(),
            "columns": list(self.preparation.names),
            "facts": dict(self.facts),
            "warnings": list(self.warnings),
            "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()},
        }
        for name, content in {**parts, MODEL: _json(description)}.items():
            (folder / name).write_bytes(content)

    @staticmethod
    def load(folder: Path) -> FittedModel:
        """Read a model. Raises DataError if a file is missing, was changed, or holds a number that is not finite."""
        description = _parse(_read(folder / MODEL), folder / MODEL)
        if description.get("format") != FORMAT:
            raise DataError(f"{folder / MODEL} has format {description.get('format')}; this version reads format {FORMAT}")
        parts = {name: _read(folder / name) for name in description["sha256"]}
        for name, content in parts.items():
            if hashlib.sha256(content).hexdigest() != description["sha256"][name]:
                raise DataError(f"{folder / name} is not the file that {MODEL} was written with: its checksum differs")
        weights = _weights(parts[WEIGHTS], folder / WEIGHTS)
        return FittedModel(
            description["name"],
            _KINDS[description["kind"]](weights, description["settings"]),
            Preparation.from_json(_parse(parts[PREPARATION], folder / PREPARATION)),
            description["label"],
            description["label_type"],
            description["facts"],
            tuple(description["warnings"]),
            RowLocal.from_json(_parse(parts[FEATURES], folder / FEATURES)) if FEATURES in parts else None,
        )


def _json(values: Mapping[str, Any]) -> bytes:
    # repr of a float is its shortest exact text, so numbers come back to the last bit
    return json.dumps(values, ensure_ascii=False, allow_nan=False, indent=1).encode()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"no model here: {path} does not exist") from None


def _parse(content: bytes, path: Path) -> dict[str, Any]:
    try:
        values: dict[str, Any] = json.loads(content)
    except ValueError as error:
        raise DataError(f"{path} is not JSON: {error}") from None
    return values


def _weights(content: bytes, path: Path) -> dict[str, Floats]:
    try:
        weights: dict[str, Floats] = safetensors.numpy.load(content)
    except SafetensorError as error:
        raise DataError(f"{path} cannot be read: {error}") from None
    for name, values in weights.items():
        if not np.isfinite(values).all():
            raise DataError(f"{path}: `{name}` holds numbers that are not finite")
    return weights
