"""What a document says of a model's inputs and split (LANGUAGE section 3: INPUT, split)."""

from __future__ import annotations

from typing import Literal as Choice

from pydantic import BaseModel, ConfigDict


class Split(BaseModel):
    """`{by: [columns], test: share, salt: text}`: rows of equal values of `by` stay on one side."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: tuple[str, ...] = ()
    test: float
    salt: str = "split"


class Input(BaseModel):
    """Columns that a model sees and how they are prepared: numbers (impute, flag_missing, scale) or encoded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: tuple[str, ...]
    impute: Choice["median"] | float | None = None
    flag_missing: bool = False
    scale: Choice["standard"] | None = None
    encode: Choice["one_hot", "label_mean"] | None = None
    min_rows: int = 1
    smooth: float = 10.0
