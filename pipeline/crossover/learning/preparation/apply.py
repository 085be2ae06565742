"""The prepared table: dense double columns and int code columns, as relations over the fitted state."""

from __future__ import annotations

from collections.abc import Sequence

from crossover.language.tree import Column, Expression, call, case, literal
from crossover.learning.models.matrix import CodeBlock, Matrix
from crossover.learning.models.state import EVERY_FOLD, FOLDS, LabelMean, Number, OneHot, Preparation
from crossover.learning.preparation.encode import FOLD, category, fold_of, join_codes, join_label_means, prior_of
from crossover.learning.preparation.impute import imputed
from crossover.learning.preparation.missing import missing_flag
from crossover.learning.preparation.scale import Moments, scaled
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
    for each in means:
        if each.values:
            table = join_label_means(table, each, f"__key_{each.column}", folds)
    for block in preparation.one_hot:
        if block.values:
            table = join_codes(table, block, f"__key_{block.column}")
    if means or preparation.one_hot:
        table = Project(table, tuple(_finished(preparation, keep, folds).items()))
    codes = tuple(CodeBlock(block.code, block.width) for block in preparation.one_hot)
    return Matrix(table, preparation.dense, codes)


def _fold(key: Sequence[str], training: Expression | None) -> Expression:
    every = literal(EVERY_FOLD)
    return every if training is None else case(training, fold_of(key), every)


def _columns(fitted: Number | OneHot | LabelMean) -> dict[str, Expression]:
    if not isinstance(fitted, Number):
        return {f"__key_{fitted.column}": category(fitted.column, fitted.type)}
    number = imputed(fitted.column, fitted.type, fitted.impute)
    if fitted.scaled:
        number = scaled(number, Moments(fitted.mean, fitted.deviation))
    made = (number, missing_flag(fitted.column))
    return dict(zip(fitted.dense, made, strict=False))


def _finished(preparation: Preparation, keep: Sequence[str], folds: Sequence[int]) -> dict[str, Expression]:
    """Return the columns after the joins: what found no partner is `other`, or has the prior."""
    columns: dict[str, Expression] = {name: Column(name) for name in (*keep, *preparation.dense)}
    for each in preparation.fitted:
        if isinstance(each, LabelMean):
            prior = prior_of(each, folds)
            name = each.dense[0]
            columns[name] = call("coalesce", Column(name), prior) if each.values else prior
        elif isinstance(each, OneHot):
            other = literal(len(each.values))
            columns[each.code] = call("coalesce", Column(each.code), other) if each.values else other
    return columns
