"""What a document says under `evaluate`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Evaluate(BaseModel):
    """Threshold of the prediction, and gates: reason -> expression over metrics, as text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    threshold: float = Field(default=0.5, ge=0, le=1)
    truth: str | None = None
    """The column of the clusters that are known to be right."""
    require: dict[str, str] = {}
