"""What each kind of model does in its own way; rows, split and preparation are the same for all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crossover.engines.base import Engine
from crossover.language.tree import Expression
from crossover.learning.models.fitted import FittedModel, Solution
from crossover.learning.models.matrix import Matrix
from crossover.learning.models.state import Preparation
from crossover.plan.plan import ModelPlan
from crossover.relations.nodes import Materialise, Relation

TEST, PICKED, LABEL, WEIGHT = "__test", "__picked", "__label", "__weight"
"""Whether a row is a test row; whether `rows` is true of it; the label as the trainer sees it, nullable; how much a row counts."""

Metrics = Mapping[str, float | int | None]


@dataclass(frozen=True, eq=False)
class Trained:
    """A model in numbers, how it was found (JSON values), and what its user should know."""

    solution: Solution
    facts: Mapping[str, Any]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Metrics, each a number that gates may name, and tables of JSON values that only readers see."""

    metrics: Metrics
    tables: Mapping[str, Any] = field(default_factory=dict)


class Learner(ABC):
    """One training of one model on one engine."""

    def __init__(self, engine: Engine[Any], plan: ModelPlan, keep: Callable[[Materialise], None]) -> None:
        self.engine = engine
        self.plan = plan
        self.keep = keep

    def label(self) -> Expression | None:
        """Return the label as a number, null where it is not known; None for a model without one."""
        return None

    def look_at(self, rows: Relation) -> None:
        """See the rows that learn or are judged, with TEST and what `label` says so far, before all else."""
        del rows

    def resume(self, model: FittedModel) -> None:
        """Go on with a model that was trained before."""
        del model

    @property
    def takes_label_means(self) -> bool:
        """Whether the mean of the label means something."""
        return True

    def check_label(self, low: float | None, high: float | None) -> None:
        """Raise DataError if labels of the rows that learn cannot be learned; `low` and `high` are their extremes."""
        del low, high

    def sampled_by(self) -> tuple[str, ...]:
        """Return the columns whose hash picks the rows of samples, if the model takes any."""
        return ()

    def carried(self) -> Mapping[str, Expression]:
        """Return columns that evaluation reads beside the prepared ones, which they accompany."""
        return {}

    def training_columns(self, rows: Relation) -> Mapping[str, Expression]:
        """Return LABEL and WEIGHT of the training matrix where they are not, or not alone, the columns of that name.

        `rows` are the training rows, with LABEL and what `carried` gives. Without a WEIGHT every row counts 1.
        """
        del rows
        return {}

    @property
    def scales_inside(self) -> bool:
        """Whether columns that the document leaves unscaled are scaled for the trainer, and the answer mapped back."""
        return False

    @abstractmethod
    def train(self, matrix: Matrix, prepared: Matrix, preparation: Preparation) -> Trained:
        """Return the model that fits the rows of `matrix`, the materialised design matrix of the training rows.

        `prepared` has the rows that learn or are judged, before scaling inside, with TEST and the columns of `sampled_by`.
        """

    @abstractmethod
    def evaluate(self, rows: Matrix, model: FittedModel) -> Evaluation:
        """Return how good the model is on the rows of `rows`: the test rows, or all without a split."""
