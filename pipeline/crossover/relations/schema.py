"""What each relation puts out: columns and their facts, without data."""

from __future__ import annotations

import pyarrow as pa

from crossover.language.aggregates import aggregate_fact
from crossover.language.primitives import fact_of_primitive
from crossover.language.tree import Call, Case, Column, Expression, Literal, Parameter
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, NULL, STRING, TIMESTAMP, Fact, Schema, Type
from crossover.relations import nodes
from crossover.sources.specification import FileSource

HIDDEN: Schema = {
    nodes.FILE: Fact(STRING, False),
    nodes.ROW: Fact(INT, False, interval=(1, 2**62)),
    nodes.REASON: Fact(STRING),
    nodes.RAW: Fact(STRING),
}


def schema_of(relation: nodes.Relation, known: dict[nodes.Relation, Schema] | None = None) -> Schema:
    """Return the columns of a relation in order, with their facts. `known` is filled with those of its graph."""
    known = {} if known is None else known
    if relation not in known:
        inputs = [schema_of(each, known) for each in nodes.inputs_of(relation)]
        known[relation] = _schema(relation, inputs)
    return known[relation]


def _schema(relation: nodes.Relation, inputs: list[Schema]) -> Schema:
    match relation:
        case nodes.Scan(source=source, columns=columns):
            declared = _source_schema(source)
            return {name: declared[name] for name in columns}
        case nodes.Project(columns=projected):
            return {name: fact_of(expression, inputs[0]) for name, expression in projected}
        case nodes.Filter() | nodes.FirstByKey() | nodes.TopN() | nodes.Materialise() | nodes.Check():
            return inputs[0]
        case nodes.Union():
            return {name: _united([each[name] for each in inputs]) for name in inputs[0]}
        case nodes.Join(kind=kind, take=take):
            taken = {new: inputs[1][name] for name, new in take}
            return {**inputs[0], **{name: fact.with_nulls() if kind == "left" else fact for name, fact in taken.items()}}
        case nodes.Aggregate(by=by, calls=calls):
            return {**{name: inputs[0][name] for name in by}, **_call_facts(calls, inputs[0])}
        case nodes.Window(calls=calls):
            return {**inputs[0], **_call_facts(calls, inputs[0])}
        case nodes.AsOfJoin(calls=calls):
            return {**inputs[0], **_call_facts(calls, inputs[1])}


def _source_schema(source: FileSource | nodes.InlineTable | nodes.StoredTable) -> Schema:
    if isinstance(source, nodes.StoredTable):
        return source.schema
    if not isinstance(source, nodes.InlineTable):
        declared = {column.name: Fact(column.type) for column in source.columns}
        return {**declared, **{each.name: Fact(each.type) for each in source.partitions}, **HIDDEN}
    table = source.table
    return {
        field.name: Fact(type_of_arrow(field.type), table.column(field.name).null_count > 0) for field in table.schema
    }


def _call_facts(calls: tuple[tuple[str, nodes.AggregateCall], ...], schema: Schema) -> Schema:
    return {name: aggregate_fact(call.function, schema[call.column] if call.column else None) for name, call in calls}


def _united(facts: list[Fact]) -> Fact:
    intervals = [each.interval for each in facts if each.interval]
    whole = len(intervals) == len(facts)
    interval = (min(low for low, _ in intervals), max(high for _, high in intervals)) if whole else None
    return Fact(facts[0].type, any(each.nullable for each in facts), all(each.exact for each in facts), interval)


def fact_of(expression: Expression, schema: Schema) -> Fact:
    """Return what is known of a lowered expression."""
    match expression:
        case Column(name=name):
            return schema[name]
        case Literal(value=value, type=type_):
            interval = (value, value) if isinstance(value, int) and type_ == INT else None
            return Fact(type_, value is None, True, interval)
        case Call(function=function, arguments=arguments):
            return fact_of_primitive(function, [fact_of(each, schema) for each in arguments])
        case Case(branches=branches, otherwise=otherwise):
            conditions = [fact_of(condition, schema) for condition, _ in branches]
            values = [fact_of(value, schema) for value in (*(value for _, value in branches), otherwise)]
            united = _united([each for each in values if each.type != NULL] or values)
            exact = united.exact and all(each.exact for each in conditions)
            return Fact(united.type, any(each.nullable for each in values), exact, united.interval)
        case Parameter():
            raise AssertionError("parameters are gone after lowering")


_ARROW: tuple[tuple[Type, pa.DataType], ...] = (
    (BOOLEAN, pa.bool_()),
    (INT, pa.int64()),
    (DOUBLE, pa.float64()),
    (STRING, pa.string()),
    (DATE, pa.date32()),
    (TIMESTAMP, pa.timestamp("us")),
)


def arrow_type(type_: Type) -> pa.DataType:
    """Return the Arrow type that carries a logical type."""
    return dict(_ARROW)[type_]


def type_of_arrow(type_: pa.DataType) -> Type:
    """Return the logical type of a canonical Arrow type."""
    if pa.types.is_dictionary(type_) or pa.types.is_large_string(type_):
        return STRING
    return next(logical for logical, arrow in _ARROW if arrow == type_)


def arrow_schema(schema: Schema) -> pa.Schema:
    """Return the Arrow schema of a collected relation."""
    return pa.schema([pa.field(name, arrow_type(fact.type)) for name, fact in schema.items()])
