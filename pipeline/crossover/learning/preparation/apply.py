"""The prepared table: dense double columns and int code columns, as relations over the fitted state."""

from __future__ import annotations

from collections.abc import Sequence

from crossover.language.tree import Column, Expression, call, case, literal
from crossover.learning.models.matrix import CodeBlock, Matrix
from crossover.learning.models.state import EVERY_FOLD, FOLDS, Fitted, LabelMean, Number, Numbered, OneHot, Preparation
from crossover.learning.preparation import numbers
from crossover.learning.preparation.encode import FOLD, category, fold_of, join_codes, join_label_means, join_numbers, prior_of
from crossover.relations.nodes import Project, Relation


def apply(
    preparation: Preparation, relation: Relation, keep: Sequence[str] = (), training: Expression | None = None
) -> Matrix:
    """Return the matrix over the prepared rows, whose relation also holds the columns of `keep`.

    Where `training` (never null) is true, label means are those of the other folds; elsewhere, and everywhere
    without it, those of all training rows.
    """
    means = [each for each in preparation.fitted if isinstance(each, LabelMean)]
    folds = (EVERY_FOLD,) if training is None else (EVERY_FOLD, *range(FOLDS))
    columns: dict[str, Expression] = {name: Column(name) for name in keep}
    if means:
        columns[FOLD] = _fold(means[0].key, training)
    for each in preparation.fitted:
        columns |= _columns(each)
    table: Relation = Project(relation, tuple(columns.items()))
    encoded = [each for each in preparation.fitted if not isinstance(each, Number)]
    for category_ in encoded:
        if category_.values:
            table = _joined(table, category_, folds)
    if encoded:
        table = Project(table, tuple(_finished(preparation, keep, folds).items()))
    codes = tuple(CodeBlock(block.code, block.width) for block in preparation.one_hot)
    return Matrix(table, preparation.dense, codes)


def _fold(key: Sequence[str], training: Expression | None) -> Expression:
    every = literal(EVERY_FOLD)
    return every if training is None else case(training, fold_of(key), every)


def _columns(fitted: Fitted) -> dict[str, Expression]:
    if isinstance(fitted, Number):
        return numbers.prepared(fitted)
    return {_key(fitted): category(fitted.column, fitted.type)}


def _key(fitted: OneHot | LabelMean | Numbered) -> str:
    """The column by which a category is looked up: one for all encodings of a column."""
    return f"__key_{fitted.column}"


def _joined(table: Relation, fitted: OneHot | LabelMean | Numbered, folds: Sequence[int]) -> Relation:
    if isinstance(fitted, OneHot):
        return join_codes(table, fitted, _key(fitted))
    if isinstance(fitted, LabelMean):
        return join_label_means(table, fitted, _key(fitted), folds)
    return join_numbers(table, fitted, _key(fitted))


def _finished(preparation: Preparation, keep: Sequence[str], folds: Sequence[int]) -> dict[str, Expression]:
    """Return the columns after the joins: what found no partner is `other`, has the prior, or the number of all others."""
    columns: dict[str, Expression] = {name: Column(name) for name in (*keep, *preparation.dense)}
    for each in preparation.fitted:
        if isinstance(each, Number):
            continue
        name, others = _others(each, folds)
        columns[name] = call("coalesce", Column(name), others) if each.values else others
    return columns


def _others(fitted: OneHot | LabelMean | Numbered, folds: Sequence[int]) -> tuple[str, Expression]:
    """Return an encoded column, and what it is for values without a partner."""
    if isinstance(fitted, OneHot):
        return fitted.code, literal(len(fitted.values))
    return fitted.dense[0], prior_of(fitted, folds) if isinstance(fitted, LabelMean) else literal(fitted.numbers[-1])
