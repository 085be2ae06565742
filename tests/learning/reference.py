"""A tiny engine for tests of learning: rows as dicts, each primitive in plain Python.

It knows inline tables and what learning uses of the relations. It is slow and obvious, so that it can be an
oracle beside the real engines.
"""

from __future__ import annotations

import math
import random
import struct
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import xxhash

from crossover.language.tree import Call, Case, Column, Expression, Literal
from crossover.learning.models.matrix import Floats, Loss, LossSums, Matrix
from crossover.learning.models.penalty import Penalty
from crossover.learning.models.softmax import SoftmaxSums
from crossover.relations import nodes
from crossover.relations.compute import Neighbours
from crossover.relations.schema import schema_of
from tests.tables import ARROW

Row = dict[str, Any]


def chained_hash(*values: Any) -> int:
    seed = 42
    for value in values:
        if value is None:
            continue
        if isinstance(value, str):
            content = value.encode()
        elif isinstance(value, bool):
            content = int(value).to_bytes(4, "little")
        elif isinstance(value, float):
            content = struct.pack("<d", value + 0.0)
        else:
            content = value.to_bytes(8, "little", signed=True)
        seed = xxhash.xxh64_intdigest(content, seed)
    return seed


NEVER_NULL: dict[str, Callable[..., Any]] = {
    "is_null": lambda x: x is None,
    "coalesce": lambda *xs: next((x for x in xs if x is not None), None),
    "greatest": lambda *xs: max((x for x in xs if x is not None), default=None),
    "least": lambda *xs: min((x for x in xs if x is not None), default=None),
    "and": lambda a, b: False if a is False or b is False else None if a is None or b is None else True,
    "or": lambda a, b: True if a is True or b is True else None if a is None or b is None else False,
    "hash_share": lambda *xs: (chained_hash(*xs) >> 11) * 2.0**-53,
    "hash_low": lambda *xs: chained_hash(*xs) & 0xFFFFFFFF,
    "hash_high": lambda *xs: chained_hash(*xs) >> 32,
}
STRICT: dict[str, Callable[..., Any]] = {
    "not": lambda x: not x,
    "equal": lambda a, b: a == b,
    "less": lambda a, b: a < b,
    "less_equal": lambda a, b: a <= b,
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "absolute": abs,
    "floor": lambda x: float(math.floor(x)),
    "sqrt": math.sqrt,
    "ln": math.log,
    "log1p": math.log1p,
    "exp": math.exp,
    "int_to_double": float,
    "double_to_int": int,
    "boolean_to_int": int,
    "int_to_string": str,
    "date_to_timestamp": lambda day: datetime.combine(day, time.min),
    "add_microseconds": lambda moment, n: moment + timedelta(microseconds=n),
}


def value_of(expression: Expression, row: Row) -> Any:
    match expression:
        case Literal(value=value):
            return value
        case Column(name=name):
            return row[name]
        case Case(branches=branches, otherwise=otherwise):
            for condition, chosen in branches:
                if value_of(condition, row) is True:
                    return value_of(chosen, row)
            return value_of(otherwise, row)
        case Call(function=function, arguments=arguments):
            values = [value_of(argument, row) for argument in arguments]
            if function in NEVER_NULL:
                return NEVER_NULL[function](*values)
            return None if None in values else STRICT[function](*values)
    raise TypeError(expression)


def aggregate(function: str, values: list[Any]) -> Any:
    if function == "count_rows":
        return len(values)
    known = [value for value in values if value is not None]
    if function == "count":
        return len(known)
    if not known:
        return None
    match function:
        case "sum":
            return sum(known) if isinstance(known[0], int) else math.fsum(known)
        case "avg":
            return math.fsum(known) / len(known)
        case "stddev":
            return float(np.std(known, ddof=1)) if len(known) > 1 else None
        case "min":
            return min(known)
        case "max":
            return max(known)
    raise TypeError(function)


def in_order(rows: list[Row], order: Sequence[nodes.Order]) -> list[Row]:
    for each in reversed(order):
        known = [row for row in rows if row[each.column] is not None]
        known.sort(key=lambda row: row[each.column], reverse=each.descending)
        rows = known + [row for row in rows if row[each.column] is None]
    return rows


def groups(rows: list[Row], by: Sequence[str]) -> dict[tuple[Any, ...], list[Row]]:
    found: dict[tuple[Any, ...], list[Row]] = {} if by else {(): []}
    for row in rows:
        found.setdefault(tuple(row[name] for name in by), []).append(row)
    return found


def summary(calls: Sequence[tuple[str, nodes.AggregateCall]], rows: list[Row]) -> Row:
    return {
        name: aggregate(each.function, [row[each.column] if each.column else 1 for row in rows]) for name, each in calls
    }


class Reference:
    """Computes relations and fits models badly on purpose: the polish has to finish the work."""

    def __init__(self) -> None:
        self.queries = 0
        self.kept: dict[nodes.Materialise, list[Row]] = {}
        self.computed: list[str] = []
        self.released: list[str] = []

    def collect(self, relation: nodes.Relation) -> pa.Table:
        self.queries += 1
        rows, schema = self.rows(relation, {}), schema_of(relation)
        return pa.table({name: pa.array([row[name] for row in rows], ARROW[fact.type.name]) for name, fact in schema.items()})

    def neighbours(
        self, relation: nodes.Relation, wanted: Mapping[str, Sequence[float]]
    ) -> dict[str, tuple[Neighbours | None, ...]]:
        self.queries += 1
        rows = self.rows(relation, {})
        found: dict[str, tuple[Neighbours | None, ...]] = {}
        for name, shares in wanted.items():
            values = sorted(row[name] for row in rows if row[name] is not None)
            places = [(len(values) - 1) * share for share in shares]
            found[name] = tuple(
                Neighbours(values[math.floor(place)], values[math.ceil(place)], place % 1) if values else None for place in places
            )
        return found

    def release(self, node: nodes.Materialise) -> None:
        if self.kept.pop(node, None) is not None:
            self.released.append(node.name)

    def rows(self, relation: nodes.Relation, known: dict[nodes.Relation, list[Row]]) -> list[Row]:
        if relation not in known:
            if isinstance(relation, nodes.Materialise):
                if relation not in self.kept:
                    self.kept[relation] = self.rows(relation.input, known)
                    self.computed.append(relation.name)
                known[relation] = self.kept[relation]
            else:
                known[relation] = self._rows(relation, [self.rows(each, known) for each in nodes.inputs_of(relation)])
        return known[relation]

    def _rows(self, relation: nodes.Relation, inputs: list[list[Row]]) -> list[Row]:
        match relation:
            case nodes.Scan(source=nodes.InlineTable(table=table), columns=columns):
                rows: list[Row] = table.select(list(columns)).to_pylist()
                random.Random(7).shuffle(rows)
                return rows
            case nodes.Project(columns=columns):
                return [{name: value_of(each, row) for name, each in columns} for row in inputs[0]]
            case nodes.Filter(condition=condition):
                return [row for row in inputs[0] if value_of(condition, row) is True]
            case nodes.Join():
                return _joined(relation, inputs[0], inputs[1])
            case nodes.Aggregate(by=by, calls=calls):
                found = groups(inputs[0], by)
                return [{**dict(zip(by, key, strict=True)), **summary(calls, rows)} for key, rows in found.items()]
            case nodes.Window(by=by, order=order, calls=calls):
                out = []
                for rows in groups(inputs[0], by).values():
                    ordered = in_order(rows, order)
                    if order:
                        out += [{**row, **summary(calls, ordered[: place + 1])} for place, row in enumerate(ordered)]
                    else:
                        out += [{**row, **summary(calls, rows)} for row in rows]
                return out
            case nodes.TopN(order=order, count=count):
                return in_order(inputs[0], order)[:count]
            case nodes.Union():
                return [row for rows in inputs for row in rows]
        raise TypeError(relation)

    def arrays(self, matrix: Matrix) -> tuple[Floats, Any]:
        rows = self.rows(matrix.relation, {})
        parts = [np.array([[row[name]] for row in rows], dtype=np.float64) for name in matrix.dense]
        parts += [np.eye(block.width)[[row[block.column] for row in rows]] for block in matrix.codes]
        label = np.array([row[matrix.label] for row in rows]) if matrix.label else None
        return np.concatenate(parts, axis=1), label

    def fit_logistic_regression(self, matrix: Matrix, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
        del penalty, iterations, tolerance
        return np.zeros(matrix.width + 1)

    def fit_linear_regression(self, matrix: Matrix, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
        del penalty, iterations, tolerance
        return np.zeros(matrix.width + 1)

    def fit_multinomial(self, matrix: Matrix, classes: int, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
        del penalty, iterations, tolerance
        return np.zeros((classes, matrix.width + 1))

    def multinomial_sums(self, matrix: Matrix, coefficients: Floats) -> SoftmaxSums:
        x, y = self.arrays(matrix)
        x = np.column_stack([np.ones(len(x)), x])
        weight = np.array([row[matrix.weight] for row in self.rows(matrix.relation, {})]) if matrix.weight else np.ones(len(x))
        scores = x @ coefficients.T
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        own = np.eye(len(coefficients))[y]
        # of one row: p (diag - p) (x) x x'
        curvature = weight[:, None, None] * (np.eye(len(coefficients)) * p[:, :, None] - p[:, :, None] * p[:, None, :])
        hessian = np.einsum("nkl,ni,nj->kilj", curvature, x, x).reshape(2 * (coefficients.size,))
        loss = float(weight @ (np.logaddexp.reduce(scores, axis=1) - (scores * own).sum(axis=1)))
        return SoftmaxSums(float(weight.sum()), loss, (weight[:, None] * (p - own)).T @ x, hessian)

    def loss_sums(self, matrix: Matrix, coefficients: Floats, loss: Loss, *, meat: bool = False) -> LossSums:
        x, y = self.arrays(matrix)
        x = np.column_stack([np.ones(len(x)), x])
        weight = np.ones(len(x))
        if matrix.weight:
            weight = np.array([row[matrix.weight] for row in self.rows(matrix.relation, {})])
        margins = x @ coefficients
        p = np.exp(-np.logaddexp(0.0, -margins))
        losses = np.logaddexp(0.0, np.where(y == 1, -margins, margins)) if loss == "logistic" else (y - margins) ** 2 / 2
        slope, curvature = (p - y, p * (1 - p)) if loss == "logistic" else (margins - y, np.ones(len(x)))
        own = x * (weight * slope)[:, None]
        hessian = x.T @ (x * (weight * curvature)[:, None])
        return LossSums(len(x), float(weight.sum()), float(weight @ losses), own.sum(axis=0), hessian, own.T @ own if meat else None)

    def fit_k_means(self, matrix: Matrix, starts: Sequence[Floats], iterations: int) -> list[Floats]:
        x, _ = self.arrays(matrix)
        return [self._lloyd(x, centres, iterations) for centres in starts]

    def _lloyd(self, x: Floats, centres: Floats, iterations: int) -> Floats:
        for _ in range(iterations):
            labels = ((x[:, None, :] - centres) ** 2).sum(axis=2).argmin(axis=1)
            centres = np.stack([x[labels == k].mean(axis=0) if (labels == k).any() else centres[k] for k in range(len(centres))])
        return centres


def _joined(join: nodes.Join, left: list[Row], right: list[Row]) -> list[Row]:
    partners: dict[tuple[Any, ...], Row] = {}
    for row in right:
        key = tuple(row[name] for _, name in join.keys)
        assert key not in partners, "the right side of a join is unique"
        partners[key] = row
    out = []
    for row in left:
        partner = partners.get(tuple(row[name] for name, _ in join.keys))
        if partner is not None or join.kind == "left":
            out.append({**row, **{new: partner[name] if partner else None for name, new in join.take}})
    return out
