"""The card of a model: what it is, from which data, what it sees, how good it is, and what to beware of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossover.document.sections import Document, ModelSection
from crossover.learning.models.fitted import FittedModel
from crossover.learning.models.state import LabelMean, Number
from crossover.report import sections
from crossover.report.words import preparation_of, what
from crossover.runs.commit import resolve_current
from crossover.runs.durable import read_json
from crossover.runs.execute import EVALUATION
from crossover.runs.published import commit_of
from crossover.runs.trained import TrainedModel, open_model

PREFIX = "baseline_"
COUNTS = ("training_rows", "test_rows", "rows_without_label", "rows_reaching")
"""Beginnings of the counts that stand beside metrics."""


@dataclass(frozen=True)
class Card:
    """JSON values, and the same as sections for people."""

    title: str
    facts: Mapping[str, Any]
    sections: tuple[sections.Section, ...]


def card_of(path: Path) -> Card:
    """Return the card of the model in a folder; what stands beside it in its run is read too, if it is there.

    Raises ConfigError for a folder without a model, DataError for one that is damaged.
    """
    trained = open_model(path)
    folder = resolve_current(path)
    facts = _facts(path, folder, trained)
    return Card(f"{trained.fitted.name}: a model of {facts['pipeline']}", facts, sections.sections_of(facts))


def _facts(path: Path, folder: Path, trained: TrainedModel) -> dict[str, Any]:
    fitted = trained.fitted
    document = trained.document.loaded.document
    section = document.models.get(fitted.name)
    record = _read(folder.parent / "record.json")
    judged = _judged(record, fitted.name)
    evaluation = _read(folder / EVALUATION)
    return {
        "name": fitted.name,
        "pipeline": document.pipeline,
        "about": document.about,
        "kind": fitted.solution.kind,
        "what": what(fitted),
        "label": fitted.label,
        "settings": {**fitted.solution.settings(), **_settings(section)},
        "data": _data(document, section, trained, record),
        "inputs": [
            {"column": each.column, "type": each.type, "preparation": preparation_of(each), "prepared_as": list(each.names)}
            for each in fitted.preparation.fitted
        ],
        "learned": _learned(fitted, evaluation),
        "metrics": _metrics(judged.get("metrics", {})),
        "groups": evaluation.get("groups", {}),
        "gates": list(judged.get("gates", ())),
        "optimum": {name: fitted.facts[name] for name in ("gradient_norm", "kkt_residual", "objective") if fitted.facts.get(name) is not None},
        "warnings": [*fitted.preparation.warnings, *fitted.warnings],
        "limits": _limits(fitted, section),
        "run": _run(folder, record),
        "score": _score(path, fitted),
    }


def _read(path: Path) -> dict[str, Any]:
    """Return a JSON object that may not be there: a model's folder can be copied on its own."""
    return read_json(path) if path.is_file() else {}


def _judged(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return what the run's record says of a model."""
    return next((dict(each) for each in record.get("outcome", {}).get("models", ()) if each["name"] == name), {})


def _settings(section: ModelSection | None) -> dict[str, Any]:
    """Return what the document says under `train`, but for the kind and what was left out."""
    if section is None:
        return {}
    train = {name: value for name, value in section.train.model_dump(exclude_unset=True).items() if name != "kind"}
    train |= {"centres": f"{len(train['centres'])} given"} if train.get("centres") else {}
    rule = section.evaluate.threshold
    return train if isinstance(rule, float) else {**train, "threshold_rule": rule.model_dump(exclude_none=True)}


def _data(document: Document, section: ModelSection | None, trained: TrainedModel, record: Mapping[str, Any]) -> dict[str, Any]:
    preparation = trained.fitted.preparation
    sources = {
        name: {"path": source.path, **record.get("inputs", {}).get(name, {})}
        for name, source in document.sources.items()
        if source is not None
    }
    metrics = _judged(record, trained.fitted.name).get("metrics", {})
    counts = {name: value for name, value in metrics.items() if name.startswith(COUNTS)}
    return {
        "document": trained.document.path,
        "table": section.table if section else None,
        "rows": section.rows if section else None,
        "split": section.split.model_dump(mode="json", exclude_none=True, exclude_defaults=True) if section and section.split else None,
        "training_rows": preparation.rows,
        "counts": counts,
        "parameters": dict(trained.document.parameters),
        "sources": sources,
    }


def _learned(fitted: FittedModel, evaluation: Mapping[str, Any]) -> dict[str, Any]:
    """Return coefficients and what drives the prediction, or centres and profiles."""
    facts = {name: fitted.facts[name] for name in ("coefficients", "drivers", "centres", "sizes") if name in fitted.facts}
    return facts | ({"profiles": evaluation["profiles"]} if "profiles" in evaluation else {})


def _metrics(metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each metric with the one of the constant answer beside it."""
    found = []
    for name, value in metrics.items():
        if not name.startswith(PREFIX):
            beside = {"baseline": metrics[PREFIX + name]} if PREFIX + name in metrics else {}
            found.append({"name": name, "value": value, **beside})
    return found


def _limits(fitted: FittedModel, section: ModelSection | None) -> list[str]:
    """Return what follows from how the model was made."""
    inputs = fitted.preparation.fitted
    found = [f"It knows the {fitted.preparation.rows:,} rows that it learned from: what changed since, it does not know."]
    strict = [each.column for each in inputs if isinstance(each, Number) and each.impute is None]
    if strict:
        found.append(f"A null stops scoring in: {', '.join(strict)}.")
    if any(not isinstance(each, Number) for each in inputs):
        found.append("Values of categories that training did not have count as one: other, the prior, -1 or 0.")
    if any(isinstance(each, LabelMean) for each in inputs):
        found.append("Label means hold what was known of the label in training: they age as the label's frequency changes.")
    if section is not None and section.split is None:
        found.append("There is no `split`: it was judged on the rows that it learned from.")
    if fitted.label is None:
        found.append("Clusters are numbered by their size in training; another training numbers them anew.")
    else:
        found.append("It tells what goes together in the data, not what causes what.")
    return found


def _run(folder: Path, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return which run made it, and whether that run was accepted."""
    known = {name: record[name] for name in ("run", "engine", "started", "semantics", "versions") if name in record}
    published = commit_of(folder.parent)
    if published is None:
        return known
    committed = published[1]
    return known | {"commit": committed.seq, "status": committed.status, "agreed": list(committed.agreed)}


def _score(path: Path, fitted: FittedModel) -> list[str]:
    columns: Sequence[str] = list(fitted.row_local.columns) if fitted.row_local else [each.column for each in fitted.preparation.fitted]
    row = ", ".join(f'"{name}": ...' for name in dict.fromkeys(columns))
    return [
        f"crossover score {path} --engine polars",
        f'crossover.load_model("{path}").score({{{row}}})',
        f"crossover model export {path} --to sklearn {fitted.name}.joblib    # or mllib, onnx",
    ]
