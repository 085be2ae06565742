"""A model of several classes as relations: what any engine scores with, without a library and without a UDF."""

from __future__ import annotations

from collections.abc import Sequence

from crossover.language.tree import Case, Column, Expression, call, literal
from crossover.learning.models.as_expressions import balanced_sum, by_block, join_numbers
from crossover.learning.models.fitted import AS_LIKELY, MultinomialRegression
from crossover.learning.models.matrix import Floats, Matrix
from crossover.relations.nodes import Project, Relation

Columns = dict[str, Expression]


def with_classes(matrix: Matrix, model: MultinomialRegression, keep: Sequence[str]) -> Relation:
    """Return the columns of `keep`, then `probability` and `prediction`, and for more than two classes `probability_0` ....

    `prediction` is the likeliest class, the first of several that are as likely; `probability` is that of it.
    """
    scored = with_probabilities(matrix, model, keep)
    columns = (*keep, "probability", "prediction", *model.scored)
    return Project(scored, tuple((name, Column(name)) for name in columns))


def with_probabilities(matrix: Matrix, model: MultinomialRegression, keep: Sequence[str]) -> Relation:
    """Return the columns of `keep`, `probability`, `prediction`, and the probability of each class, also of two."""
    table, sums = _margins(matrix, model)
    kept: Columns = {name: Column(name) for name in keep}
    places = range(len(model.classes))
    margins, powers = [f"__margin_{place}" for place in places], [f"__power_{place}" for place in places]
    table = Project(table, (*kept.items(), *zip(margins, sums, strict=True)))
    largest = call("greatest", *map(Column, margins))
    table = Project(table, (*kept.items(), *((name, Column(name)) for name in margins), ("__largest", largest)))
    # exp(m - largest) is at most 1, so nothing overflows
    exponentials = [call("exp", call("subtract", Column(name), Column("__largest"))) for name in margins]
    table = Project(table, (*kept.items(), *zip(powers, exponentials, strict=True)))
    prediction = ("prediction", _of_first(powers, [literal(value) for value in model.classes]))
    own = ("__own", _of_first(powers, [Column(name) for name in powers]))
    table = Project(table, (*kept.items(), prediction, own, *((name, Column(name)) for name in powers), ("__total", balanced_sum([*map(Column, powers)]))))
    shares = [(name, call("divide", Column(power), Column("__total"))) for name, power in zip(model.probabilities, powers, strict=True)]
    kept["prediction"] = Column("prediction")
    return Project(table, (*kept.items(), ("probability", call("divide", Column("__own"), Column("__total"))), *shares))


def _margins(matrix: Matrix, model: MultinomialRegression) -> tuple[Relation, list[Expression]]:
    """Return the rows with the weights of their codes joined, and the margin of each class."""
    table = matrix.relation
    terms: list[list[Expression]] = [[literal(float(each))] for each in model.intercepts]
    for each, coefficients in zip(terms, model.coefficients, strict=True):
        dense = zip(matrix.dense, coefficients[: len(matrix.dense)], strict=True)
        each += [call("multiply", Column(name), literal(float(weight))) for name, weight in dense]
    for place, block in enumerate(matrix.codes):
        numbers: dict[str, Floats] = {
            f"__weight_{number}_of{block.column}": by_block(matrix, coefficients)[place]
            for number, coefficients in enumerate(model.coefficients)
        }
        table = join_numbers(table, block, numbers)
        for each, name in zip(terms, numbers, strict=True):
            each.append(Column(name))
    return table, [balanced_sum(each) for each in terms]


def _of_first(powers: Sequence[str], values: Sequence[Expression]) -> Expression:
    """Return the value of the first of the likeliest classes; the power of the likeliest is 1."""
    branches = [(call("less_equal", literal(AS_LIKELY), Column(name)), value) for name, value in zip(powers, values, strict=True)]
    return Case(tuple(branches[:-1]), values[-1])
