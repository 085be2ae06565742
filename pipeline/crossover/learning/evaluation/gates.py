"""Gates: what a model must reach before its run counts as good."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from crossover.language.tree import Expression, columns_of
from crossover.language.types import DOUBLE, INT, Fact, Schema
from crossover.relations.compute import Compute
from crossover.relations.nodes import InlineTable, Project, Scan

Lower = Callable[[Expression, Schema], Expression]
"""Returns an expression in primitives over the columns of a schema."""


@dataclass(frozen=True)
class GateResult:
    """A gate, whether the model passed it, and the metrics that it looks at."""

    reason: str
    passed: bool
    values: Mapping[str, float | int | None]


def metrics_schema(metrics: Mapping[str, float | int | None]) -> Schema:
    """Return the facts of metrics as columns of one row."""
    return {name: Fact(INT if isinstance(value, int) else DOUBLE, value is None, exact=False) for name, value in metrics.items()}


def check_gates(
    compute: Compute,
    gates: Sequence[tuple[str, Expression]],
    metrics: Mapping[str, float | int | None],
    lower: Lower,
) -> tuple[GateResult, ...]:
    """Return the result of each gate. One that is null, because a metric is not defined, is not passed.

    Gates are evaluated by the engine on a table of one row, so they mean what any other expression means.
    """
    if not gates:
        return ()
    schema = metrics_schema(metrics)
    types = {DOUBLE: pa.float64(), INT: pa.int64()}
    table = pa.table({name: pa.array([metrics[name]], types[fact.type]) for name, fact in schema.items()})
    one_row = Scan(InlineTable(table, "metrics"), tuple(schema))
    columns = tuple((f"gate_{place}", lower(gate, schema)) for place, (_, gate) in enumerate(gates))
    (row,) = compute.collect(Project(one_row, columns)).to_pylist()
    return tuple(
        GateResult(reason, row[f"gate_{place}"] is True, {name: metrics[name] for name in columns_of(gate)})
        for place, (reason, gate) in enumerate(gates)
    )
