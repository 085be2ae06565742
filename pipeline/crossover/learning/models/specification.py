"""What a document says under `train`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from typing import Literal as Choice

from pydantic import BaseModel, ConfigDict, Field, model_validator

from crossover.learning.models.penalty import Penalty

CentreValue = bool | int | float | str
"""A number for a number, true or false, or the value of a category."""


class Regression(BaseModel):
    """A penalty l1 |b|_1 + l2/2 |b|^2 on the weighted mean loss of scaled inputs; the intercept is not penalised."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    l1: float = Field(default=0.0, ge=0)
    l2: float = Field(default=0.0, ge=0)
    weight: str | None = None
    """A column of numbers >= 0: how much a training row counts."""

    @property
    def penalty(self) -> Penalty:
        return Penalty(self.l1, self.l2)


class TrainLogisticRegression(Regression):
    """Logistic regression: of a label of 0 and 1, or `multinomial` of one of several values."""

    kind: Choice["logistic_regression"]
    multinomial: bool = False
    class_weight: Choice["balanced"] | None = None
    """balanced: a row's weight times sum of weights / (classes * sum of weights of its class)."""


class TrainLinearRegression(Regression):
    """Least squares: the loss of a row is (y - prediction)^2 / 2."""

    kind: Choice["linear_regression"]


class TrainKMeans(BaseModel):
    """k-means by Lloyd's iterations: from k-means++ centres of a hash sample, best of `starts`, or from given centres."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Choice["k_means"]
    k: int | None = Field(default=None, ge=1)
    centres: tuple[Mapping[str, CentreValue], ...] | None = None
    """For each centre a value of each input column, in original units."""
    starts: int = Field(default=1, ge=1)
    iterations: int = Field(default=100, ge=1)

    @model_validator(mode="after")
    def _one_way(self) -> TrainKMeans:
        """Refuse centres beside what chooses centres."""
        if self.centres is None and self.k is None:
            raise ValueError("k_means has `k`, the number of clusters, or `centres`, where they begin")
        if self.centres is not None and not self.centres:
            raise ValueError("`centres` is a list of at least one centre, each {COLUMN: value}")
        if self.centres is not None and self.k not in (None, len(self.centres)):
            raise ValueError(f"`k` is {self.k}, and there are {len(self.centres)} centres: leave `k` out")
        if self.centres is not None and self.starts != 1:
            raise ValueError("`starts` chooses centres, and `centres` gives them")
        return self

    @property
    def clusters(self) -> int:
        """The number of clusters."""
        return len(self.centres) if self.centres is not None else self.k or 0


Train = Annotated[TrainLogisticRegression | TrainLinearRegression | TrainKMeans, Field(discriminator="kind")]
