"""Relations as plain Python loops: an engine that checks the golden answers, and nothing else.

It is run with `--engines plain`, and with the installed engines when none are named. It cannot fit models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from crossover.core.errors import DataError
from crossover.engines.base import Engine, WrittenFile
from crossover.engines.capabilities import Capabilities
from crossover.language.primitives import fact_of_primitive
from crossover.language.tree import Call, Case, Column, Expression, Literal
from crossover.language.types import DOUBLE, INT, NULL, TYPES, Fact, Type
from crossover.relations import nodes
from crossover.relations.compute import Neighbours
from tests.engines.conformance import loops
from tests.engines.conformance.reference import value_of
from tests.tables import ARROW

LOGICAL = {arrow: TYPES[name] for name, arrow in ARROW.items()}


@dataclass(frozen=True)
class Frame:
    """Rows, and the types of their columns."""

    types: dict[str, Type]
    records: list[loops.Record]


def type_of(expression: Expression, types: Mapping[str, Type]) -> Type:
    match expression:
        case Literal(type=type_):
            return type_
        case Column(name=name):
            return types[name]
        case Case(branches=branches, otherwise=otherwise):
            known = [type_of(value, types) for value in (*(value for _, value in branches), otherwise)]
            return next((each for each in known if each != NULL), NULL)
        case Call(function=name, arguments=arguments):
            return fact_of_primitive(name, [Fact(type_of(each, types)) for each in arguments]).type
    raise AssertionError(f"not lowered: {expression}")


def call_types(calls: Sequence[tuple[str, nodes.AggregateCall]], types: Mapping[str, Type]) -> dict[str, Type]:
    made = {"avg": DOUBLE, "stddev": DOUBLE, "variance": DOUBLE} | dict.fromkeys(
        ("count_rows", "count", "count_distinct", "row_number", "rank", "dense_rank"), INT
    )
    return {name: made[call.function] if call.function in made else types[call.column or ""] for name, call in calls}


def grouped(records: Sequence[loops.Record], by: Sequence[str]) -> dict[tuple[Any, ...], list[loops.Record]]:
    groups: dict[tuple[Any, ...], list[loops.Record]] = {}
    for record in records:
        groups.setdefault(tuple(record[name] for name in by), []).append(record)
    return groups


def check_unique(frame: Frame, keys: Sequence[str], table: str) -> None:
    for key, records in grouped(frame.records, keys).items():
        if None not in key and len(records) > 1:
            shown = " ".join(f"{name}={value}" for name, value in zip(keys, key, strict=True))
            raise DataError(f"{table}: {shown} is there {len(records)} times")


class PlainEngine(Engine[Frame]):
    name = "plain"
    capabilities = Capabilities(distributed=False, lazy=False, needs_java=False, training_library="none")

    def scan(self, node: nodes.Scan) -> Frame:
        assert isinstance(node.source, nodes.InlineTable)
        table = node.source.table.select(list(node.columns))
        return Frame({field.name: LOGICAL[field.type] for field in table.schema}, table.to_pylist())

    def project(self, node: nodes.Project, input: Frame) -> Frame:
        types = {name: type_of(expression, input.types) for name, expression in node.columns}
        return Frame(
            types, [{name: value_of(expression, record) for name, expression in node.columns} for record in input.records]
        )

    def filter(self, node: nodes.Filter, input: Frame) -> Frame:
        return Frame(input.types, [record for record in input.records if value_of(node.condition, record) is True])

    def join(self, node: nodes.Join, left: Frame, right: Frame) -> Frame:
        if node.expect in ("many_to_one", "one_to_one"):
            check_unique(right, [theirs for _, theirs in node.keys], node.names[1])
        if node.expect in ("one_to_many", "one_to_one"):
            check_unique(left, [mine for mine, _ in node.keys], node.names[0])
        found = []
        for record in left.records:
            matching = [
                other
                for other in right.records
                if all(record[mine] is not None and record[mine] == other[theirs] for mine, theirs in node.keys)
            ]
            if not matching and node.kind == "left":
                matching = [dict.fromkeys(right.types)]
            found += [{**record, **{new: other[old] for old, new in node.take}} for other in matching]
        return Frame({**left.types, **{new: right.types[old] for old, new in node.take}}, found)

    def aggregate(self, node: nodes.Aggregate, input: Frame) -> Frame:
        groups = grouped(loops.in_order(input.records, node.order), node.by) or ({} if node.by else {(): []})
        types = {name: input.types[name] for name in node.by} | call_types(node.calls, input.types)
        return Frame(
            types,
            [
                {**dict(zip(node.by, key, strict=True)), **{name: loops.aggregate(call, records) for name, call in node.calls}}
                for key, records in groups.items()
            ],
        )

    def window(self, node: nodes.Window, input: Frame) -> Frame:
        return Frame(input.types | call_types(node.calls, input.types), loops.windowed(node, input.records))

    def as_of_join(self, node: nodes.AsOfJoin, left: Frame, right: Frame) -> Frame:
        return Frame(left.types | call_types(node.calls, right.types), loops.as_of_joined(node, left.records, right.records))

    def first_by_key(self, node: nodes.FirstByKey, input: Frame) -> Frame:
        groups = grouped(loops.in_order(input.records, node.order), node.by)
        return Frame(input.types, [records[0] for records in groups.values()])

    def top_n(self, node: nodes.TopN, input: Frame) -> Frame:
        return Frame(input.types, loops.in_order(input.records, node.order)[: node.count])

    def union(self, node: nodes.Union, inputs: Sequence[Frame]) -> Frame:
        types = inputs[0].types
        return Frame(types, [{name: record[name] for name in types} for each in inputs for record in each.records])

    def materialise(self, node: nodes.Materialise, input: Frame) -> Frame:
        return input

    def collect(self, relation: nodes.Relation) -> pa.Table:
        frame = self.evaluate(relation)
        arrays = [pa.array([record[name] for record in frame.records], ARROW[type_.name]) for name, type_ in frame.types.items()]
        return pa.table(arrays, names=list(frame.types))

    def write(self, relation: nodes.Relation, folder: Path) -> list[WrittenFile]:
        folder.mkdir(parents=True, exist_ok=True)
        table = self.collect(relation)
        path = folder / "rows.parquet"
        pq.write_table(table, path, write_page_checksum=True)
        return [WrittenFile(path.name, table.num_rows, path.stat().st_size)]

    def neighbours(
        self, relation: nodes.Relation, wanted: Mapping[str, Sequence[float]]
    ) -> dict[str, tuple[Neighbours | None, ...]]:
        table = self.collect(relation)
        return {
            name: tuple(neighbours_by_sorting(table[name].drop_null().to_pylist(), share) for share in shares)
            for name, shares in wanted.items()
        }

    def explain(self, relation: nodes.Relation) -> str:
        return type(relation).__name__

    def fit_logistic_regression(self, *arguments: object) -> Any:
        raise NotImplementedError

    def fit_linear_regression(self, *arguments: object) -> Any:
        raise NotImplementedError

    def fit_multinomial(self, *arguments: object) -> Any:
        raise NotImplementedError

    def multinomial_sums(self, *arguments: object) -> Any:
        raise NotImplementedError

    def loss_sums(self, *arguments: object, **settings: object) -> Any:
        raise NotImplementedError

    def fit_k_means(self, *arguments: object) -> Any:
        raise NotImplementedError

    def versions(self) -> dict[str, str]:
        return {"pyarrow": pa.__version__}


def neighbours_by_sorting(values: Sequence[float], share: float) -> Neighbours | None:
    """The values around place share * (n - 1) of the sorted values."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    return Neighbours(ordered[below], ordered[below if place == below else below + 1], place - below)
