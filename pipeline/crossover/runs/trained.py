"""A trained model's folder: its numbers, and the document whose plan makes its features."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from crossover.core.errors import ConfigError, DataError
from crossover.learning.models.fitted import MODEL, FittedModel
from crossover.plan.scoring_document import TrainedDocument
from crossover.runs.commit import resolve_current
from crossover.runs.durable import read_json
from crossover.runs.execute import DOCUMENT


@dataclass(frozen=True)
class TrainedModel:
    """A model that was trained, on whatever engine."""

    fitted: FittedModel
    document: TrainedDocument
    digest: str
    """SHA-256 of its description, which holds those of its weights and its preparation, and of its document."""


def open_model(path: Path) -> TrainedModel:
    """Return the model in a folder; `current` in its path goes through the commit pointer.

    Raises ConfigError for a folder without a model, DataError for one that is damaged or not of this version.
    """
    folder = resolve_current(path)
    if not (folder / MODEL).is_file() and not (folder / DOCUMENT).is_file():
        raise ConfigError(f"`{path}` is no model's folder", notes=["expected: runs/PIPELINE/current/MODEL"])
    fitted = FittedModel.load(folder)
    digest = hashlib.sha256((folder / MODEL).read_bytes())
    try:
        trained = read_json(folder / DOCUMENT)
        document = TrainedDocument(trained["path"], trained["text"], trained["parameters"], fitted.name)
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"`{folder / DOCUMENT}`, the document that trained the model, is missing or damaged: {error}") from error
    digest.update((folder / DOCUMENT).read_bytes())
    return TrainedModel(fitted, document, digest.hexdigest())
