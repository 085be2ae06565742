"""What an operation is: what users write under its verb, and what it makes of a table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from crossover.operations.context import Context
from crossover.operations.table import Table
from crossover.relations.nodes import Relation


class Operation(BaseModel, ABC):
    """One step. The field with the verb as alias is the main argument, the others are options.

    The class docstring is the manual page: what it does, and what it means for nulls, order, numbers and time.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)

    verb: ClassVar[str]

    @abstractmethod
    def apply(self, table: Table, context: Context) -> Table | tuple[Table, RowsSetAside]:
        """Return the table after the step. Raises Refused where a mistake was reported."""


@dataclass(frozen=True, eq=False)
class RowsSetAside:
    """What a `require` sets aside: its reasons in order, the counts and the rows (see plan.SetAside)."""

    reasons: tuple[str, ...]
    counts: Relation
    rows: Relation
