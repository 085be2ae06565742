"""Categories as numbers: vocabularies and label means, counted once and applied by joins with small tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from crossover.language.tree import Column, Expression, call, case, literal
from crossover.learning.models.state import EVERY_FOLD, FOLDS, LabelMean, OneHot
from crossover.relations.compute import Compute, batches
from crossover.relations.nodes import (
    Aggregate,
    AggregateCall,
    Filter,
    InlineTable,
    Join,
    Project,
    Relation,
    Scan,
    Union,
)

FOLD = "__fold"
LABEL = "__label"

Category = str | int


@dataclass(frozen=True)
class Wanted:
    """A category column of the document. `smooth` is None for one_hot."""

    column: str
    type: str
    min_rows: int
    smooth: float | None

    @property
    def key(self) -> str:
        return f"__key_{self.column}"


@dataclass(frozen=True)
class Count:
    """Training rows of one value in one fold; EVERY_FOLD for one_hot."""

    value: Category
    fold: int
    rows: int
    positives: int


def category(column: str, type_name: str) -> Expression:
    """Return a string, int or boolean column as join key: booleans become 0 and 1."""
    return call("boolean_to_int", Column(column)) if type_name == "boolean" else Column(column)


def fold_of(key: Sequence[str]) -> Expression:
    """Return floor(5 u) of (salt `fold`, key), as int."""
    share = call("hash_share", literal("fold"), *map(Column, key))
    return call("double_to_int", call("floor", call("multiply", literal(float(FOLDS)), share)))


def count_categories(
    compute: Compute, training: Relation, wanted: Sequence[Wanted], key: Sequence[str], label: str | None
) -> dict[str, list[Count]]:
    """Return, for each wanted column, the counts of its values in the training rows: one query for each batch."""
    found: dict[str, list[Count]] = {each.column: [] for each in wanted}
    by_name = {each.column: each for each in wanted}
    for batch in batches(tuple(by_name)):
        columns = [by_name[name] for name in batch]
        view = Project(training, tuple(_view_columns(columns, key, label).items()))
        counts = [_counts(view, each) for each in columns]
        for row in compute.collect(Union(tuple(counts)) if len(counts) > 1 else counts[0]).to_pylist():
            each = by_name[row["input"]]
            value = row["value"] if each.type == "string" else int(row["value"])
            found[each.column].append(Count(value, row["fold"], row["rows"], row["positives"]))
    return found


def _view_columns(wanted: Iterable[Wanted], key: Sequence[str], label: str | None) -> dict[str, Expression]:
    columns: dict[str, Expression] = {each.key: category(each.column, each.type) for each in wanted}
    if label is not None and any(each.smooth is not None for each in wanted):
        columns |= {FOLD: fold_of(key), LABEL: Column(label)}
    return columns


def _counts(view: Relation, wanted: Wanted) -> Relation:
    """Return (input, value as text, fold, rows, positives) of one column, without null values."""
    known = Filter(view, call("not", call("is_null", Column(wanted.key))))
    rows = ("rows", AggregateCall("count_rows"))
    fold: Expression
    positives: Expression
    if wanted.smooth is None:
        grouped: Relation = Aggregate(known, (wanted.key,), (rows,))
        if wanted.min_rows > 1:
            grouped = Filter(grouped, call("less_equal", literal(wanted.min_rows), Column("rows")))
        fold, positives = literal(EVERY_FOLD), literal(0)
    else:
        grouped = Aggregate(known, (wanted.key, FOLD), (rows, ("positives", AggregateCall("sum", LABEL))))
        fold, positives = Column(FOLD), Column("positives")
    value = Column(wanted.key) if wanted.type == "string" else call("int_to_string", Column(wanted.key))
    columns = (
        ("input", literal(wanted.column)),
        ("value", value),
        ("fold", fold),
        ("rows", Column("rows")),
        ("positives", positives),
    )
    return Project(grouped, columns)


def fit_one_hot(wanted: Wanted, counts: Sequence[Count]) -> OneHot:
    """Return the vocabulary in order: strings by code point."""
    return OneHot(wanted.column, wanted.type, tuple(sorted(count.value for count in counts)))


def fit_label_mean(
    wanted: Wanted, counts: Sequence[Count], key: tuple[str, ...], totals: Mapping[int, tuple[int, int]]
) -> LabelMean:
    """Return the counts by value and fold; `totals` are (rows, positives) of all training rows by fold."""
    rows: dict[Category, list[int]] = defaultdict(lambda: [0] * FOLDS)
    positives: dict[Category, list[int]] = defaultdict(lambda: [0] * FOLDS)
    for count in counts:
        rows[count.value][count.fold] = count.rows
        positives[count.value][count.fold] = count.positives
    values = tuple(sorted(rows))
    return LabelMean(
        wanted.column,
        wanted.type,
        float(wanted.smooth or 0.0),
        key,
        values,
        tuple(tuple(rows[value]) for value in values),
        tuple(tuple(positives[value]) for value in values),
        tuple(totals.get(fold, (0, 0))[0] for fold in range(FOLDS)),
        tuple(totals.get(fold, (0, 0))[1] for fold in range(FOLDS)),
    )


def count_folds(compute: Compute, training: Relation, key: Sequence[str], label: str) -> dict[int, tuple[int, int]]:
    """Return (rows, positives) of the training rows by fold."""
    view = Project(training, ((FOLD, fold_of(key)), (LABEL, Column(label))))
    calls = (("rows", AggregateCall("count_rows")), ("positives", AggregateCall("sum", LABEL)))
    rows = compute.collect(Aggregate(view, (FOLD,), calls)).to_pylist()
    return {row[FOLD]: (row["rows"], row["positives"]) for row in rows}


def _category_array(fitted: OneHot | LabelMean, values: Sequence[Category]) -> pa.Array:
    return pa.array(values, pa.string() if fitted.type == "string" else pa.int64())


def join_codes(relation: Relation, fitted: OneHot, key: str) -> Relation:
    """Return the relation with the code of each known value; null for all others."""
    table = pa.table(
        {"value": _category_array(fitted, fitted.values), "code": pa.array(range(len(fitted.values)), pa.int64())}
    )
    small = Scan(InlineTable(table, f"vocabulary of {fitted.column}"), ("value", "code"))
    names = ("rows", small.source.name)
    return Join(relation, small, "left", ((key, "value"),), (("code", fitted.code),), "many_to_one", names)


def join_label_means(relation: Relation, fitted: LabelMean, key: str, folds: Sequence[int]) -> Relation:
    """Return the relation with the label mean of each known value outside the row's fold; null for all others.

    The relation has a column FOLD, with values among `folds`.
    """
    pairs = [(place, fold) for place in range(len(fitted.values)) for fold in folds]
    table = pa.table(
        {
            "value": _category_array(fitted, [fitted.values[place] for place, _ in pairs]),
            "fold": pa.array([fold for _, fold in pairs], pa.int64()),
            "mean": pa.array([fitted.mean(place, fold) for place, fold in pairs], pa.float64()),
        }
    )
    small = Scan(InlineTable(table, f"label means of {fitted.column}"), ("value", "fold", "mean"))
    keys = ((key, "value"), (FOLD, "fold"))
    return Join(relation, small, "left", keys, (("mean", fitted.dense[0]),), "many_to_one", ("rows", small.source.name))


def prior_of(fitted: LabelMean, folds: Sequence[int]) -> Expression:
    """Return the mean label of all training rows outside the row's fold."""
    expression: Expression = literal(fitted.prior(folds[0]))
    for fold in folds[1:]:
        is_fold = call("equal", Column(FOLD), literal(fold))
        expression = case(is_fold, literal(fitted.prior(fold)), expression)
    return expression
