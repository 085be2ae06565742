"""What a document says of a model's inputs and split (LANGUAGE section 3: INPUT, split)."""

from __future__ import annotations

from typing import Literal as Choice

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Split(BaseModel):
    """`{by: [columns], test: share, salt: text}`: rows of equal values of `by` stay on one side."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: tuple[str, ...] = ()
    test: float = Field(ge=0, le=1)
    salt: str = "split"


class Input(BaseModel):
    """Columns that a model sees and how they are prepared: numbers (impute, flag_missing, scale) or encoded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: tuple[str, ...] = Field(min_length=1)
    impute: Choice["median"] | float | None = None
    flag_missing: bool = False
    scale: Choice["standard"] | None = None
    encode: Choice["one_hot", "label_mean"] | None = None
    min_rows: int = Field(default=1, ge=1)
    smooth: float = Field(default=10.0, ge=0)

    @model_validator(mode="after")
    def _settings_fit(self) -> Input:
        """Refuse a setting that would have no effect."""
        if self.encode and (self.impute is not None or self.flag_missing or self.scale):
            raise ValueError(f"`encode: {self.encode}` stands without impute, flag_missing and scale: null is a value of its own")
        for setting, encoding in (("min_rows", "one_hot"), ("smooth", "label_mean")):
            if setting in self.model_fields_set and self.encode != encoding:
                raise ValueError(f"`{setting}` belongs to `encode: {encoding}`")
        return self
