"""The schema that stands beside each written table: what a comparison needs to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from crossover.language.types import Schema


@dataclass(frozen=True)
class Field:
    """A column of a written table."""

    name: str
    type: str
    nullable: bool
    exact: bool


@dataclass(frozen=True)
class TableSchema:
    """Columns in order, the key (empty: none), and how many rows the writer promised."""

    fields: tuple[Field, ...]
    key: tuple[str, ...]
    rows: int

    @classmethod
    def of(cls, schema: Schema, key: Sequence[str], rows: int) -> TableSchema:
        """Return the form that is written of the plan's schema."""
        fields = tuple(Field(name, str(fact.type), fact.nullable, fact.exact) for name, fact in schema.items())
        return cls(fields, tuple(key), rows)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TableSchema:
        """Return what `to_json` wrote."""
        return cls(tuple(Field(**field) for field in value["fields"]), tuple(value["key"]), value["rows"])

    def to_json(self) -> dict[str, Any]:
        """Return JSON values."""
        return asdict(self)
