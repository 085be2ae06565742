"""What a document says under `evaluate`."""

from __future__ import annotations

from typing import Literal as Choice

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class Costs(BaseModel):
    """What a wrong prediction costs, in any unit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    false_positive: float = Field(ge=0)
    false_negative: float = Field(ge=0)

    @model_validator(mode="after")
    def _something_costs(self) -> Costs:
        """Refuse costs that cannot tell one threshold from another."""
        if self.false_positive == self.false_negative == 0:
            raise ValueError("`costs` are both 0, so every threshold is as good as any other")
        return self


class ThresholdRule(BaseModel):
    """How the threshold is chosen on the training rows: exactly one of these.

    The highest recall with at least `precision`; the highest precision with at least `recall`; the highest F1; the
    lowest costs.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    precision: float | None = Field(default=None, gt=0, le=1)
    recall: float | None = Field(default=None, gt=0, le=1)
    best: Choice["f1"] | None = None
    costs: Costs | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> ThresholdRule:
        """Refuse none and several."""
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"`threshold` is a number, or one of precision, recall, best, costs; here are {' and '.join(given) or 'none'}")
        return self


class Evaluate(BaseModel):
    """Threshold of the prediction or the rule that chooses it, columns by whose values metrics are told, and gates.

    A gate is a reason -> an expression over metrics, as text.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    threshold: float | ThresholdRule = 0.5
    by: tuple[str, ...] = ()
    truth: str | None = None
    """The column of the clusters that are known to be right."""
    require: dict[str, str] = {}

    @field_validator("threshold", mode="after")
    @classmethod
    def _is_a_probability(cls, threshold: float | ThresholdRule) -> float | ThresholdRule:
        if isinstance(threshold, float) and not 0 <= threshold <= 1:
            raise ValueError(f"`threshold` is a probability, from 0 to 1, not {threshold:g}")
        return threshold
