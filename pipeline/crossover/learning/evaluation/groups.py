"""Metrics by the values of columns: each row stands once for each column, so that all groups take one query."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crossover.core.errors import DataError
from crossover.language.tree import Column, Expression, call, case, literal
from crossover.language.types import BOOLEAN, INT, Type
from crossover.learning.evaluation.buckets import Key
from crossover.learning.evaluation.findings import Findings, Metrics
from crossover.relations.nodes import Project, Relation, Union

MOST_GROUPS = 200
"""Values of a column, above which it is refused."""
LEAST, MOST = "least", "most"
KEYS = ("of", "value", "missing")
"""What tells the groups of `in_groups` apart: the place of the column, the value as a text, whether it is missing (1)."""


@dataclass(frozen=True)
class Group:
    """A column of groups: its name and type in the document, and where its values are carried."""

    name: str
    type: Type
    place: int

    @property
    def carried(self) -> tuple[str, str]:
        """The column of its values as texts, and that of whether they are missing (1), both without nulls."""
        return f"__group_{self.place}", f"__group_{self.place}_is_missing"

    def expressions(self) -> dict[str, Expression]:
        """Return the carried columns over the table that has the column."""
        column = Column(self.name)
        shown: Expression = column
        if self.type == INT:
            shown = call("int_to_string", column)
        if self.type == BOOLEAN:
            shown = case(column, literal("true"), literal("false"))
        value, missing = self.carried
        is_missing = call("is_null", column)
        return {value: call("coalesce", case(call("not", is_missing), shown), literal("")), missing: call("boolean_to_int", is_missing)}

    def value(self, text: str, missing: int) -> bool | int | str | None:
        """Return a value of the column as JSON."""
        if missing:
            return None
        return int(text) if self.type == INT else text == "true" if self.type == BOOLEAN else text


def names_of(column: str, told: Sequence[str]) -> tuple[str, ...]:
    """Return the metrics that a column of groups gives."""
    return tuple(f"{end}_{metric}_by_{column}" for metric in told for end in (LEAST, MOST))


def in_groups(scored: Relation, columns: Mapping[str, Expression], groups: Sequence[Group]) -> Relation:
    """Return `columns` of each row once for each column of groups, with KEYS."""
    parts = []
    for place, group in enumerate(groups):
        value, missing = group.carried
        keys: dict[str, Expression] = {"of": literal(place), "value": Column(value), "missing": Column(missing)}
        parts.append(Project(scored, (*keys.items(), *columns.items())))
    return parts[0] if len(parts) == 1 else Union(tuple(parts))


def check_few(keys: Collection[Key], groups: Sequence[Group]) -> None:
    """Raise DataError for a column of more than MOST_GROUPS values."""
    for place, group in enumerate(groups):
        if sum(key[0] == place for key in keys) > MOST_GROUPS:
            raise DataError(
                f"`by: [{group.name}]`: more than {MOST_GROUPS} values; metrics are told for at most {MOST_GROUPS} groups of a column"
            )


def findings(groups: Sequence[Group], found: Mapping[Key, Metrics], told: Sequence[str]) -> Findings:
    """Return the least and the most of each metric of `told` over the groups of each column, and the table of all groups.

    Groups in which a metric is not defined are left out of its least and most.
    """
    lines: dict[str, list[dict[str, Any]]] = {group.name: [] for group in groups}
    for (place, text, missing), metrics in found.items():
        lines[groups[place].name].append({"value": groups[place].value(text, missing), **metrics})
    ends: Metrics = {}
    for column, of_column in lines.items():
        of_column.sort(key=lambda line: (line["value"] is None, 0 if line["value"] is None else line["value"]))
        for metric in told:
            known = [line[metric] for line in of_column if line[metric] is not None]
            ends[f"{LEAST}_{metric}_by_{column}"] = min(known, default=None)
            ends[f"{MOST}_{metric}_by_{column}"] = max(known, default=None)
    return Findings(ends, {"groups": lines})
