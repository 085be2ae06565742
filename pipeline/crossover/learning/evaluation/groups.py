"""Metrics of a binary classifier by the values of columns: all groups of all columns in two queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crossover.core.errors import DataError
from crossover.language.tree import Column, Expression, call, case, literal
from crossover.language.types import BOOLEAN, INT, Type
from crossover.learning.evaluation.binary import judged
from crossover.learning.evaluation.buckets import Bucket, Key, buckets_of, by_bucket, is_one, ranked_rows, total
from crossover.learning.evaluation.findings import Findings, Metrics
from crossover.learning.evaluation.ranking import rankings
from crossover.relations.compute import Compute
from crossover.relations.nodes import Order, Project, Relation, TopN, Union

BUCKETS = 200
"""Of the scores of each group: windows of the ranking stay inside one."""
MOST_GROUPS = 200
"""Values of a column, above which it is refused."""
LEAST, MOST = "least", "most"
TOLD = ("rows", "positives", "auc", "aupr", "log_loss", "brier", "accuracy", "precision", "recall", "f1")
"""Metrics of each group, of which the least and the most over the groups are metrics of the model."""
_KEYS = ("of", "value", "missing")


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


def names_of(column: str) -> tuple[str, ...]:
    """Return the metrics that a column of groups gives."""
    return tuple(f"{end}_{metric}_by_{column}" for metric in TOLD for end in (LEAST, MOST))


def evaluate(
    compute: Compute, scored: Relation, label: str, probability: str, threshold: float, groups: Sequence[Group]
) -> Findings:
    """Return the least and the most of each metric over the groups of each column, and the table of all groups.

    Groups in which a metric is not defined are left out of its least and most. Raises DataError for a column of more
    than MOST_GROUPS values.
    """
    if not groups:
        return Findings({})
    rows = ranked_rows(_every(scored, label, probability, groups), is_one("label"), "score", threshold, _KEYS, BUCKETS)
    buckets = _buckets(compute, rows, groups)
    ranked = rankings(compute, rows, buckets, _KEYS)
    lines: dict[str, list[dict[str, Any]]] = {group.name: [] for group in groups}
    for key, each in sorted(buckets.items()):
        place, text, missing = key
        group, sums, ranking = groups[place], total(each), ranked[key]
        known = {"rows": sums.rows, "positives": sums.positives, "auc": ranking.auc, "aupr": ranking.aupr, **judged(sums)}
        lines[group.name].append({"value": group.value(text, missing), **known})
    for each_lines in lines.values():
        each_lines.sort(key=lambda line: (line["value"] is None, 0 if line["value"] is None else line["value"]))
    metrics: Metrics = {}
    for name, of_column in lines.items():
        metrics |= _ends(name, of_column)
    return Findings(metrics, {"groups": lines})


def _every(scored: Relation, label: str, probability: str, groups: Sequence[Group]) -> Relation:
    """Return each row once for each column of groups."""
    parts = []
    for place, group in enumerate(groups):
        value, missing = group.carried
        columns: dict[str, Expression] = {
            "of": literal(place), "value": Column(value), "missing": Column(missing), "label": Column(label), "score": Column(probability),
        }  # fmt: skip
        parts.append(Project(scored, tuple(columns.items())))
    return parts[0] if len(parts) == 1 else Union(tuple(parts))


def _buckets(compute: Compute, rows: Relation, groups: Sequence[Group]) -> dict[Key, list[Bucket]]:
    # more than these rows can only be too many groups, so no more need come here
    most = len(groups) * MOST_GROUPS * (BUCKETS + 1) + 1
    order = tuple(Order(name) for name in (*_KEYS, "number"))
    found = compute.collect(TopN(by_bucket(rows, _KEYS), order, most)).to_pylist()
    buckets = buckets_of(found, _KEYS)
    for place, group in enumerate(groups):
        values = sum(key[0] == place for key in buckets)
        if values > MOST_GROUPS or len(found) == most:
            raise DataError(f"`by: [{group.name}]`: more than {MOST_GROUPS} values; metrics are told for at most {MOST_GROUPS} groups of a column")
    return buckets


def _ends(column: str, lines: Sequence[Mapping[str, Any]]) -> Metrics:
    metrics: Metrics = {}
    for metric in TOLD:
        known = [line[metric] for line in lines if line[metric] is not None]
        metrics[f"{LEAST}_{metric}_by_{column}"] = min(known, default=None)
        metrics[f"{MOST}_{metric}_by_{column}"] = max(known, default=None)
    return metrics
