"""A table as it stands at a place in the document."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from crossover.language.types import Schema
from crossover.relations.nodes import FILE, ROW, Relation
from crossover.relations.schema import schema_of

Path = tuple[str | int, ...]
"""A place in the document: keys and indices from its root."""


@dataclass(frozen=True)
class Outcome:
    """Why a column is not known when the question is asked: the declared column it comes from."""

    column: str
    source: str
    made: Path = ()
    """Where the column that carries the mark was made; empty for the declared column itself."""


@dataclass(frozen=True)
class OutcomeFilter:
    """A step that drops rows by an outcome: no model may learn from such a table."""

    path: Path
    verb: str
    column: str
    condition: str
    """As written; empty where the step has none."""
    source: str = ""
    """Where the outcome is declared."""


@dataclass(frozen=True)
class Horizon:
    """How far a look_ahead sees: `within` microseconds from the moment in column `at` on; `columns` are what it made."""

    at: str
    """Empty where a later step changed that column."""
    within: int
    columns: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Table:
    """Columns, key and outcomes of a table, and the relation that computes it.

    `broken` are columns whose expression was refused; with `unknown` any name may be one of them. Mistakes that
    follow from a mistake are not reported again.
    """

    name: str
    relation: Relation
    key: tuple[str, ...] = ()
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    filters: tuple[OutcomeFilter, ...] = ()
    broken: frozenset[str] = frozenset()
    unknown: bool = False
    looked_into: tuple[tuple[str, Relation], ...] = ()
    """Names and relations of the tables whose future a look_ahead took into this one."""
    horizons: tuple[Horizon, ...] = ()

    @property
    def all_columns(self) -> Schema:
        """Columns, the hidden ones of a source's rows among them."""
        return schema_of(self.relation)

    @property
    def schema(self) -> Schema:
        """Columns that the document can use."""
        return {name: fact for name, fact in self.all_columns.items() if not name.startswith("__")}

    @property
    def traced(self) -> bool:
        """Whether file and row of each row are still known."""
        columns = self.all_columns
        return FILE in columns and ROW in columns

    def with_outcomes(self, marks: Mapping[str, Outcome]) -> Table:
        return replace(self, outcomes={**self.outcomes, **marks})

    def with_changed(self, names: Collection[str]) -> Table:
        """Return the table after the values of columns have changed: horizons that begin at one have lost their moment."""
        return replace(self, horizons=tuple(replace(each, at="") if each.at in names else each for each in self.horizons))

    def with_new_names(self, new_names: Mapping[str, str]) -> Table:
        """Return the table with the horizons of columns that have other names now."""
        renamed = tuple(
            replace(each, at=new_names.get(each.at, each.at), columns=tuple(new_names.get(name, name) for name in each.columns))
            for each in self.horizons
        )
        return replace(self, horizons=renamed)
