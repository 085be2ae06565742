"""One function for each relation that has no file of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crossover.engines.pandas.frames import Column, Frame
from crossover.engines.pandas.program import Program
from crossover.engines.pandas.sorting import first_rows, sorted_rows
from crossover.engines.pandas.vectors import concatenated
from crossover.language.tree import Column as ColumnExpression
from crossover.relations import nodes


def project(node: nodes.Project, frame: Frame) -> Frame:
    """Evaluate all expressions together; a column that is only passed on is not touched."""
    if all(isinstance(expression, ColumnExpression) for _, expression in node.columns):
        passed = {name: frame.columns[expression.name] for name, expression in node.columns if isinstance(expression, ColumnExpression)}
        return frame.with_columns(passed)
    program = Program()
    wanted = [program.value(expression) for _, expression in node.columns]
    columns = program.run(frame, wanted)
    return frame.with_columns({name: column for (name, _), column in zip(node.columns, columns, strict=True)})


def filtered(node: nodes.Filter, frame: Frame) -> Frame:
    """Keep rows where the condition is true. Columns are gathered when they are read."""
    program = Program()
    (condition,) = program.run(frame, [program.truth(node.condition)])
    kept = condition.vector.spread(frame.rows).data
    positions = np.flatnonzero(kept)
    return frame if len(positions) == frame.rows else frame.take(positions)


def first_by_key(node: nodes.FirstByKey, frame: Frame) -> Frame:
    return frame.take(first_rows(frame, node.by, node.order))


def top_n(node: nodes.TopN, frame: Frame) -> Frame:
    return frame.take(sorted_rows(frame, (), node.order, ()).positions[: node.count])


def union(node: nodes.Union, frames: Sequence[Frame]) -> Frame:
    """Put rows one behind the other, columns by name."""
    sizes = [frame.rows for frame in frames]
    columns = {
        name: Column(concatenated([frame[name] for frame in frames], sizes)) for name in frames[0].columns
    }
    return Frame(sum(sizes), columns)


def explained(relation: nodes.Relation, depth: int = 0) -> str:
    """Return the relations as they are computed, each under the one that reads it."""
    lines = ["  " * depth + _line(relation)]
    lines += [explained(each, depth + 1) for each in nodes.inputs_of(relation)]
    return "\n".join(lines)


def _line(relation: nodes.Relation) -> str:
    shown = {name: value for name, value in vars(relation).items() if name not in ("input", "inputs", "left", "right", "columns")}
    if isinstance(relation, nodes.Scan):
        shown["source"] = relation.source.name
    if isinstance(relation, nodes.Project | nodes.Scan):
        shown["columns"] = [name if isinstance(name, str) else name[0] for name in relation.columns]
    return f"{type(relation).__name__} " + " ".join(f"{name}={value}" for name, value in shown.items())
