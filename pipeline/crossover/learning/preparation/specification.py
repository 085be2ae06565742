"""What a document says of a model's inputs and split (LANGUAGE section 3: INPUT, split)."""

from __future__ import annotations

from datetime import date
from typing import Literal as Choice

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Split(BaseModel):
    """`{by: [columns], test: share, salt: text}`: rows of equal values of `by` stay on one side; or
    `{time: column, test_from: date}`: the test rows are those from that day on.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: tuple[str, ...] = ()
    test: float | None = Field(default=None, ge=0, le=1)
    salt: str = "split"
    time: str | None = None
    test_from: date | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Split:
        """Refuse a mixture of the two ways, and half of one."""
        by_time = self.model_fields_set & {"time", "test_from"}
        if by_time and (other := self.model_fields_set - by_time):
            raise ValueError(f"a split by time has `time` and `test_from` alone, not `{sorted(other)[0]}`")
        if by_time and (self.time is None or self.test_from is None):
            raise ValueError("a split by time has both `time` (a column) and `test_from` (a date)")
        if not by_time and self.test is None:
            raise ValueError("`split` has `test`, the share of test rows, or `time` and `test_from`")
        return self


SCALED_ENCODINGS = ("ordinal", "frequency")
"""Encodings that give one number for each value, which may be scaled."""


class Input(BaseModel):
    """Columns that a model sees and how they are prepared.

    Numbers are clipped, imputed, logged and scaled, in this order whatever the order written; all else is encoded.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: tuple[str, ...] = Field(min_length=1)
    clip: tuple[float, float] | None = None
    impute: Choice["median", "mean", "most_common"] | float | None = None
    flag_missing: bool = False
    log: bool = False
    scale: Choice["standard", "min_max", "robust"] | None = None
    encode: Choice["one_hot", "ordinal", "frequency", "label_mean"] | None = None
    min_rows: int = Field(default=1, ge=1)
    smooth: float = Field(default=10.0, ge=0)

    @property
    def kind(self) -> str:
        """`number`, or how it is encoded. A column may be an input once in each way."""
        return self.encode or "number"

    @model_validator(mode="after")
    def _settings_fit(self) -> Input:
        """Refuse a setting that would have no effect."""
        if self.encode:
            without = ["clip", "impute", "flag_missing", "log", *(["scale"] if self.encode not in SCALED_ENCODINGS else [])]
            # not by `in`: impute: 0 is a number, though it equals False
            if any((value := getattr(self, setting)) is not None and value is not False for setting in without):
                told = f"{', '.join(without[:-1])} and {without[-1]}"
                raise ValueError(f"`encode: {self.encode}` stands without {told}: null is a value of its own")
        for setting, encoding in (("min_rows", "one_hot"), ("smooth", "label_mean")):
            if setting in self.model_fields_set and self.encode != encoding:
                raise ValueError(f"`{setting}` belongs to `encode: {encoding}`")
        return self

    @model_validator(mode="after")
    def _numbers_fit(self) -> Input:
        if self.clip and not 0 <= self.clip[0] < self.clip[1] <= 1:
            raise ValueError("`clip` is two shares of the training rows, the lower first, as [0.01, 0.99]")
        if self.log and isinstance(self.impute, int | float) and self.impute <= -1:
            raise ValueError(f"`log` takes numbers above -1, and `impute` is {self.impute:g}")
        return self
