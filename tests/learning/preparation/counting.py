"""The preparation of rows that nobody has counted yet; in a run the model's first query counts them."""

from __future__ import annotations

from collections.abc import Sequence

from crossover.language.tree import Expression
from crossover.language.types import DOUBLE, Schema
from crossover.learning.models.state import Preparation
from crossover.learning.preparation import fit as of_counted
from crossover.learning.preparation.specification import Input
from crossover.relations.compute import Compute, one_row
from crossover.relations.nodes import Aggregate, AggregateCall, Filter, Relation
from crossover.relations.schema import schema_of


def fit(
    compute: Compute,
    relation: Relation,
    schema: Schema,
    inputs: Sequence[Input],
    label: str | None,
    key: tuple[str, ...],
    training: Expression,
) -> Preparation:
    """Count the training rows and those with the label 1, and return the fitted state."""
    positives = (("positives", AggregateCall("sum", label)),) if label else ()
    calls = (("rows", AggregateCall("count_rows")), *positives)
    row = one_row(compute.collect(Aggregate(Filter(relation, training), (), calls)))
    is_class = label is not None and schema_of(relation)[label].type != DOUBLE
    counted = int(row["rows"] or 0), int(row["positives"] or 0) if is_class else None
    return of_counted.fit(compute, relation, schema, inputs, label, key, training, counted)
