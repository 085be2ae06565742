"""What a document says under `train`."""

from __future__ import annotations

from typing import Annotated
from typing import Literal as Choice

from pydantic import BaseModel, ConfigDict, Field


class TrainLogisticRegression(BaseModel):
    """Binary logistic regression: mean loss + l2/2 |b|^2 on scaled inputs; the intercept is not penalised."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Choice["logistic_regression"]
    l2: float = Field(default=0.0, ge=0)


class TrainKMeans(BaseModel):
    """k-means by Lloyd's iterations from k-means++ centres of a hash sample, best of `starts`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Choice["k_means"]
    k: int = Field(ge=1)
    starts: int = Field(default=1, ge=1)
    iterations: int = Field(default=100, ge=1)


Train = Annotated[TrainLogisticRegression | TrainKMeans, Field(discriminator="kind")]
