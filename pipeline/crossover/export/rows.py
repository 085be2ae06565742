"""Rows on which an export is proved: some of the run, and some at the edges of what the model has seen."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crossover.engines.base import EngineOptions
from crossover.engines.registry import open_engine
from crossover.export.target import Rows, input_columns
from crossover.language.tree import Column, call, literal
from crossover.learning.models.state import Fitted, Number, Preparation
from crossover.plan.materialise import place
from crossover.relations.nodes import Order, Project, TopN
from crossover.runs.score import scoring

COUNT = 1_000
SALT = "export"
MOST_VALUES = 200
"""Of a category, at its edges."""


def rows_of_run(path: Path, settings: Mapping[str, str], engine: str) -> dict[str, list[Any]]:
    """Return up to COUNT rows of the inputs of the model in a folder, those of smallest hash, from where training read them.

    Rows with a null that the model cannot see are left out. Raises what scoring them would raise.
    """
    found = scoring(path, settings)
    preparation = found.fitted.preparation
    with open_engine(engine, EngineOptions()) as opened:
        relation = place(found.plan, opened.capabilities).models[0].relation
        columns = list(input_columns(preparation))
        by = found.model.key or tuple(columns)
        hashed = call("hash_high", literal(SALT), *map(Column, by)), call("hash_low", literal(SALT), *map(Column, by))
        names = dict.fromkeys((*columns, *by))
        view = Project(relation, (("__high", hashed[0]), ("__low", hashed[1]), *((name, Column(name)) for name in names)))
        order = tuple(Order(name) for name in ("__high", "__low", *by))
        table = opened.collect(TopN(view, order, COUNT)).select(columns).to_pylist()
    seen = [row for row in table if _visible(preparation, row)]
    return {name: [row[name] for row in seen] for name in columns}


def rows_at_the_edges(preparation: Preparation, rows: Rows) -> dict[str, list[Any]]:
    """Return, for each column, a row for each of its edges, with the other columns from `rows` in turn, or from other edges.

    Edges are bounds of clip, numbers around the centre, known values, a value that is not known, and null.
    """
    fitted: dict[str, list[Fitted]] = defaultdict(list)
    for each in preparation.fitted:
        fitted[each.column].append(each)
    edges = {column: _edges(each) for column, each in fitted.items()}
    others = {column: list(rows[column]) or edges[column] for column in edges}
    found: dict[str, list[Any]] = {column: [] for column in edges}
    for column, values in edges.items():
        for number, value in enumerate(values):
            for other, their in others.items():
                found[other].append(value if other == column else their[number % len(their)])
    return found


def _edges(fitted: list[Fitted]) -> list[Any]:
    """Return the edges of one column that every one of its encodings can see."""
    values: list[Any] = [None]
    for each in fitted:
        if isinstance(each, Number):
            values += _edges_of_number(each)
        else:
            known: list[Any] = list(each.values[:MOST_VALUES])
            unknown = "a value that no row has" if each.type == "string" else max(map(int, known), default=0) + 1
            values += [bool(value) for value in known] if each.type == "boolean" else [*known, unknown]
    numbers = [each for each in fitted if isinstance(each, Number)]
    return [value for value in dict.fromkeys(values) if all(_sees(each, value) for each in numbers)]


def _edges_of_number(fitted: Number) -> list[Any]:
    if fitted.type == "boolean":
        return [False, True]
    spread = fitted.spread or 1.0
    points = [fitted.original(step if fitted.scale else fitted.centre + step * spread) for step in (-3.0, -1.0, 0.0, 0.5, 4.0)]
    low, high = fitted.clip or (0.0, 1.0)
    finite = [point for point in (*points, low, high, low - 1.0, high + 1.0, 0.0) if math.isfinite(point)]
    return [round(point) for point in finite] if fitted.type == "int" else finite


def _sees(fitted: Number, value: Any) -> bool:
    return fitted.number(None if value is None else float(value)) is not None


def _visible(preparation: Preparation, row: Mapping[str, Any]) -> bool:
    return all(_sees(each, row[each.column]) for each in preparation.fitted if isinstance(each, Number))
