"""Categories as numbers: vocabularies and label means, counted once and applied by joins with small tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from crossover.language.tree import Column, Expression, call, case, literal
from crossover.learning.models.state import EVERY_FOLD, FOLDS, Frequency, LabelMean, Numbered, OneHot, Ordinal
from crossover.learning.preparation.ranks import QUARTILES
from crossover.learning.preparation.scale import centre_and_spread, moments_of_counts, quantile_of_counts
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
    """A category column of the document, and how it is encoded."""

    column: str
    type: str
    encode: str
    min_rows: int
    smooth: float
    scale: str | None
    numeric_label: bool = False

    @property
    def key(self) -> str:
        return f"__key_{self.column}"


@dataclass(frozen=True)
class Count:
    """Training rows of one value in one fold; in EVERY_FOLD but for label_mean."""

    value: Category
    fold: int
    rows: int
    positives: float
    """Sum of the label."""


def category(column: str, type_name: str) -> Expression:
    """Return a string, int or boolean column as join key: booleans become 0 and 1."""
    return call("boolean_to_int", Column(column)) if type_name == "boolean" else Column(column)


def fold_of(key: Sequence[str]) -> Expression:
    """Return floor(5 u) of (salt `fold`, key), as int."""
    share = call("hash_share", literal("fold"), *map(Column, key))
    return call("double_to_int", call("floor", call("multiply", literal(float(FOLDS)), share)))


def count_categories(
    compute: Compute, training: Relation, wanted: Sequence[Wanted], key: Sequence[str], label: str | None
) -> list[list[Count]]:
    """Return, for each wanted column, the counts of its values in the training rows: one query for each batch."""
    found: list[list[Count]] = [[] for _ in wanted]
    for batch in batches(tuple(map(str, range(len(wanted))))):
        places = [int(place) for place in batch]
        view = Project(training, tuple(_view_columns([wanted[place] for place in places], key, label).items()))
        counts = [_counts(view, wanted[place], place) for place in places]
        for row in compute.collect(Union(tuple(counts)) if len(counts) > 1 else counts[0]).to_pylist():
            value = row["value"] if wanted[row["input"]].type == "string" else int(row["value"])
            found[row["input"]].append(Count(value, row["fold"], row["rows"], row["positives"]))
    return found


def _view_columns(wanted: Iterable[Wanted], key: Sequence[str], label: str | None) -> dict[str, Expression]:
    columns: dict[str, Expression] = {each.key: category(each.column, each.type) for each in wanted}
    if label is not None and any(each.encode == "label_mean" for each in wanted):
        columns |= {FOLD: fold_of(key), LABEL: Column(label)}
    return columns


def _counts(view: Relation, wanted: Wanted, place: int) -> Relation:
    """Return (input, value as text, fold, rows, positives) of the column at a place, without null values."""
    known = Filter(view, call("not", call("is_null", Column(wanted.key))))
    rows = ("rows", AggregateCall("count_rows"))
    fold: Expression
    positives: Expression
    if wanted.encode == "label_mean":
        grouped: Relation = Aggregate(known, (wanted.key, FOLD), (rows, ("positives", AggregateCall("sum", LABEL))))
        fold, positives = Column(FOLD), Column("positives")
    else:
        grouped = Aggregate(known, (wanted.key,), (rows,))
        if wanted.min_rows > 1:
            grouped = Filter(grouped, call("less_equal", literal(wanted.min_rows), Column("rows")))
        fold, positives = literal(EVERY_FOLD), literal(0.0 if wanted.numeric_label else 0)
    value = Column(wanted.key) if wanted.type == "string" else call("int_to_string", Column(wanted.key))
    columns = (
        ("input", literal(place)),
        ("value", value),
        ("fold", fold),
        ("rows", Column("rows")),
        ("positives", positives),
    )
    return Project(grouped, columns)


def fit_one_hot(wanted: Wanted, counts: Sequence[Count]) -> OneHot:
    """Return the vocabulary in order: strings by code point."""
    return OneHot(wanted.column, wanted.type, tuple(sorted(count.value for count in counts)))


def fit_ordinal(wanted: Wanted, counts: Sequence[Count], rows: int) -> Ordinal:
    """Return the places of the values in order; `rows` are all training rows, those without a value among them."""
    ordered = sorted(counts, key=lambda count: count.value)
    numbers = [*map(float, range(len(ordered))), -1.0]
    centre, spread = _scaling(wanted.scale, numbers, ordered, rows)
    return Ordinal(wanted.column, wanted.type, tuple(count.value for count in ordered), wanted.scale, centre, spread)


def fit_frequency(wanted: Wanted, counts: Sequence[Count], rows: int) -> Frequency:
    """Return the share of each value in all training rows, whose number is `rows`."""
    ordered = sorted(counts, key=lambda count: count.value)
    shares = tuple(count.rows / rows for count in ordered)
    centre, spread = _scaling(wanted.scale, [*shares, 0.0], ordered, rows)
    return Frequency(wanted.column, wanted.type, tuple(count.value for count in ordered), shares, wanted.scale, centre, spread)


def _scaling(scale: str | None, numbers: Sequence[float], counts: Sequence[Count], rows: int) -> tuple[float, float]:
    """Return centre and spread of the numbers that stand for values; the last one stands for null."""
    known = [count.rows for count in counts]
    by_value = [*known, rows - sum(known)]
    quartiles = [quantile_of_counts(numbers, by_value, share) for share in QUARTILES] if scale == "robust" else ()
    return centre_and_spread(scale, moments_of_counts(numbers, by_value), quartiles)


def fit_label_mean(
    wanted: Wanted, counts: Sequence[Count], key: tuple[str, ...], totals: Mapping[int, tuple[int, float]]
) -> LabelMean:
    """Return the counts by value and fold; `totals` are (rows, sum of the label) of all training rows by fold."""
    rows: dict[Category, list[int]] = defaultdict(lambda: [0] * FOLDS)
    positives: dict[Category, list[float]] = defaultdict(lambda: [0] * FOLDS)
    for count in counts:
        rows[count.value][count.fold] = count.rows
        positives[count.value][count.fold] = count.positives
    values = tuple(sorted(rows))
    return LabelMean(
        wanted.column,
        wanted.type,
        float(wanted.smooth),
        key,
        values,
        tuple(tuple(rows[value]) for value in values),
        tuple(tuple(positives[value]) for value in values),
        tuple(totals.get(fold, (0, 0))[0] for fold in range(FOLDS)),
        tuple(totals.get(fold, (0, 0))[1] for fold in range(FOLDS)),
    )


def count_folds(compute: Compute, training: Relation, key: Sequence[str], label: str) -> dict[int, tuple[int, float]]:
    """Return (rows, sum of the label) of the training rows by fold."""
    view = Project(training, ((FOLD, fold_of(key)), (LABEL, Column(label))))
    calls = (("rows", AggregateCall("count_rows")), ("positives", AggregateCall("sum", LABEL)))
    rows = compute.collect(Aggregate(view, (FOLD,), calls)).to_pylist()
    return {row[FOLD]: (row["rows"], row["positives"]) for row in rows}


def _category_array(fitted: OneHot | LabelMean | Numbered, values: Sequence[Category]) -> pa.Array:
    return pa.array(values, pa.string() if fitted.type == "string" else pa.int64())


def join_codes(relation: Relation, fitted: OneHot, key: str) -> Relation:
    """Return the relation with the code of each known value; null for all others."""
    table = pa.table(
        {"value": _category_array(fitted, fitted.values), "code": pa.array(range(len(fitted.values)), pa.int64())}
    )
    small = Scan(InlineTable(table, f"vocabulary of {fitted.column}"), ("value", "code"))
    names = ("rows", small.source.name)
    return Join(relation, small, "left", ((key, "value"),), (("code", fitted.code),), "many_to_one", names)


def join_numbers(relation: Relation, fitted: Numbered, key: str) -> Relation:
    """Return the relation with the number of each known value; null for all others."""
    numbers = pa.array(fitted.numbers[:-1], pa.float64())
    table = pa.table({"value": _category_array(fitted, fitted.values), "number": numbers})
    small = Scan(InlineTable(table, fitted.names[0]), ("value", "number"))
    taken = (("number", fitted.dense[0]),)
    return Join(relation, small, "left", ((key, "value"),), taken, "many_to_one", ("rows", small.source.name))


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
