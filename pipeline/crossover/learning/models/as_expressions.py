"""A fitted model as relations: what any engine scores with, without a library and without a UDF."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa

from crossover.language.tree import Column, Expression, call, case, literal
from crossover.learning.models.fitted import KMeans, LinearRegression, LogisticRegression
from crossover.learning.models.matrix import CodeBlock, Floats, Matrix
from crossover.learning.models.scorer import code_squares
from crossover.relations.nodes import InlineTable, Join, Project, Relation, Scan

SQUARE = "__square"
"""Squared distance to the nearest centre, beside `cluster`."""


def balanced_sum(terms: Sequence[Expression]) -> Expression:
    """Return the sum as a tree of depth log2(n): a chain of 1,000 columns would be too deep for some engines."""
    if len(terms) == 1:
        return terms[0]
    half = len(terms) // 2
    return call("add", balanced_sum(terms[:half]), balanced_sum(terms[half:]))


def with_probability(matrix: Matrix, model: LogisticRegression, keep: Sequence[str], label_type: str) -> Relation:
    """Return the columns of `keep`, then `probability` (of true, or 1) and `prediction` (of the label's type)."""
    kept = tuple((name, Column(name)) for name in keep)
    margin, small, probability = Column("__margin"), Column("__small"), Column("probability")
    table, sum_of_terms = _margin(matrix, model)
    table = Project(table, (*kept, ("__margin", sum_of_terms)))
    # exp(-|m|) is at most 1, so nothing overflows
    power = call("exp", call("multiply", literal(-1.0), call("absolute", margin)))
    table = Project(table, (*kept, ("__margin", margin), ("__small", power)))
    rest = call("add", literal(1.0), small)
    positive = call("less_equal", literal(0.0), margin)
    sigmoid = case(positive, call("divide", literal(1.0), rest), call("divide", small, rest))
    table = Project(table, (*kept, ("probability", sigmoid)))
    prediction: Expression = call("less_equal", literal(float(model.threshold)), probability)
    if label_type != "boolean":
        prediction = call("boolean_to_int", prediction)
    return Project(table, (*kept, ("probability", probability), ("prediction", prediction)))


def with_prediction(matrix: Matrix, model: LinearRegression, keep: Sequence[str]) -> Relation:
    """Return the columns of `keep`, then `prediction`."""
    table, sum_of_terms = _margin(matrix, model)
    return Project(table, (*((name, Column(name)) for name in keep), ("prediction", sum_of_terms)))


def _margin(matrix: Matrix, model: LogisticRegression | LinearRegression) -> tuple[Relation, Expression]:
    """Return the rows with the weights of their codes joined, and the intercept + x coefficients of each."""
    dense = model.coefficients[: len(matrix.dense)]
    table = matrix.relation
    terms: list[Expression] = [literal(model.intercept)]
    terms += [call("multiply", Column(name), literal(float(weight))) for name, weight in zip(matrix.dense, dense, strict=True)]
    for block, weights in zip(matrix.codes, by_block(matrix, model.coefficients), strict=True):
        table = join_numbers(table, block, {f"__weight_of{block.column}": weights})
        terms.append(Column(f"__weight_of{block.column}"))
    return table, balanced_sum(terms)


def with_cluster(matrix: Matrix, model: KMeans, keep: Sequence[str], *, square: bool = False) -> Relation:
    """Return the columns of `keep`, then `cluster` and `distance`; with `square` also its square.

    Of centres at the same distance the first is taken.
    """
    table = matrix.relation
    terms: list[list[Expression]] = [_dense_squares(matrix, centre) for centre in model.centres]
    for place, block in enumerate(matrix.codes):
        shares = [by_block(matrix, centre)[place] for centre in model.centres]
        numbers = {f"__square_{number}_of{block.column}": code_squares(each) for number, each in enumerate(shares)}
        table = join_numbers(table, block, numbers)
        for number, name in enumerate(numbers):
            terms[number].append(Column(name))
    kept = tuple((name, Column(name)) for name in keep)
    squares = tuple(f"__square_{number}" for number in range(len(terms)))
    named = zip(squares, map(balanced_sum, terms), strict=True)
    table = Project(table, (*kept, *named))
    columns = tuple((name, Column(name)) for name in squares)
    least = call("least", *map(Column, squares)) if len(squares) > 1 else Column(squares[0])
    table = Project(table, (*kept, *columns, (SQUARE, least)))
    cluster: Expression = literal(len(squares) - 1)
    for number in reversed(range(len(squares) - 1)):
        cluster = case(call("less_equal", Column(squares[number]), Column(SQUARE)), literal(number), cluster)
    found = (("cluster", cluster), ("distance", call("sqrt", Column(SQUARE))))
    return Project(table, (*kept, *found, *(((SQUARE, Column(SQUARE)),) if square else ())))


def _dense_squares(matrix: Matrix, centre: Floats) -> list[Expression]:
    differences = [
        call("subtract", Column(name), literal(float(middle)))
        for name, middle in zip(matrix.dense, centre[: len(matrix.dense)], strict=True)
    ]
    # literal(0.0) for a model of codes alone
    return [call("multiply", each, each) for each in differences] or [literal(0.0)]


def by_block(matrix: Matrix, numbers: Floats) -> list[Floats]:
    """Return the numbers of each code block."""
    ends = np.cumsum([len(matrix.dense), *(block.width for block in matrix.codes)])
    return [numbers[begin:end] for begin, end in pairwise(ends)]


def join_numbers(table: Relation, block: CodeBlock, numbers: dict[str, Floats]) -> Relation:
    """Return the table with numbers for each row's code."""
    codes = pa.array(range(block.width), pa.int64())
    inline = pa.table({"code": codes, **{name: pa.array(values, pa.float64()) for name, values in numbers.items()}})
    small = Scan(InlineTable(inline, f"numbers of {block.column}"), ("code", *numbers))
    take = tuple((name, name) for name in numbers)
    # inner: every code is in the table, and so the results are not nullable
    return Join(table, small, "inner", ((block.column, "code"),), take, "many_to_one", ("rows", small.source.name))
