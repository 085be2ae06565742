"""The plan as text: each relation with its schema and marks, what is kept and why, and when it is released."""

from __future__ import annotations

from typing import Any

from crossover.engines.base import Engine
from crossover.engines.capabilities import Capabilities
from crossover.language.show import show
from crossover.language.tree import Column
from crossover.language.types import Schema
from crossover.plan.liveness import ExecutionStep, ModelTable, execution_steps
from crossover.plan.materialise import place
from crossover.plan.plan import ModelPlan, Plan, SetAside
from crossover.relations import nodes
from crossover.relations.graph import topological
from crossover.relations.nodes import Materialise, Relation, inputs_of
from crossover.relations.schema import schema_of

LEGEND = "type? may be null, ~ inexact: last bits may differ between engines"
ONE_MACHINE = Capabilities(distributed=False, lazy=False, needs_java=False, training_library="")
"""What is assumed where no engine is named."""


def explain(plan: Plan, engine: Engine[Any] | None = None) -> str:
    """Return a plan as it is placed for an engine; with one, its own plan stands behind each step."""
    placed = place(plan, engine.capabilities if engine is not None else ONE_MACHINE)
    explainer = _Explainer()
    lines = [f"pipeline {plan.pipeline}, placed for {engine.name if engine is not None else 'one machine'}    {LEGEND}"]
    for step in execution_steps(placed):
        lines += ["", *explainer.step(step)]
        if engine is not None and not isinstance(step.what, ModelPlan):
            lines += ["", f"  {engine.name}'s own plan:", *_indented(engine.explain(step.reads[0]))]
    return "\n".join(lines)


class _Explainer:
    def __init__(self) -> None:
        self.numbers: dict[Relation, int] = {}
        self.schemas: dict[Relation, Schema] = {}

    def step(self, step: ExecutionStep) -> list[str]:
        lines = [step.title]
        shown = step.reads[:1]
        for relation in topological(shown):
            if relation not in self.numbers:
                self.numbers[relation] = len(self.numbers) + 1
                lines += self._relation(relation)
        lines.append(f"  reads #{', #'.join(str(self.numbers[each]) for each in shown)}: {_purpose(step)}")
        lines += [f"  releases #{self.numbers[each]} {each.name}" for each in step.releases if each in self.numbers]
        return lines

    def _relation(self, relation: Relation) -> list[str]:
        inputs = " ".join(f"#{self.numbers[each]}" for each in inputs_of(relation))
        name = type(relation).__name__
        lines = [f"  #{self.numbers[relation]:<3} {name} {inputs}".rstrip() + _detail(relation)]
        lines += [f"         {line}" for line in _made(relation)]
        schema = schema_of(relation, self.schemas)
        before = [self.schemas[each] for each in inputs_of(relation)]
        if not before or schema != before[0]:
            lines.append(f"       = {_schema(schema)}")
        return lines


def _schema(schema: Schema) -> str:
    return ", ".join(
        f"{name} {'' if fact.exact else '~'}{fact.type}{'?' if fact.nullable else ''}" for name, fact in schema.items()
    )


def _detail(relation: Relation) -> str:
    match relation:
        case nodes.Scan(source=nodes.InlineTable(name=name)):
            return f" inline {name}"
        case nodes.Scan(source=nodes.StoredTable(name=name)):
            return f" stored {name}"
        case nodes.Scan(source=source):
            return f" {source.name}: {source.path}"  # type: ignore[union-attr]
        case nodes.Filter(condition=condition):
            return f" where {show(condition)}"
        case nodes.Join(kind=kind, keys=keys, expect=expect, names=names):
            pairs = " and ".join(f"{mine} = {theirs}" for mine, theirs in keys)
            return f" {kind}, {names[0]} to {names[1]} on {pairs}, {expect}"
        case nodes.Aggregate(by=by):
            return f" by {', '.join(by)}" if by else ""
        case nodes.Window(by=by, order=order, ties=ties, frame=frame):
            ordered = ", ".join([_order(each) for each in order] + list(ties))
            return f" by {', '.join(by) or 'nothing'}" + (f" order {ordered}" if ordered else "") + _frame(frame)
        case nodes.AsOfJoin(keys=keys, at=at, known_at=known_at, within=within):
            pairs = " and ".join(f"{mine} = {theirs}" for mine, theirs in keys)
            since = f"{at} - {_seconds(within)} <= " if within is not None else ""
            return f" on {pairs}, {since}{known_at} < {at}"
        case nodes.FirstByKey(by=by, order=order):
            return f" by {', '.join(by)} order {', '.join(_order(each) for each in order)}"
        case nodes.TopN(count=count, order=order):
            return f" {count} order {', '.join(_order(each) for each in order)}"
        case nodes.Check(of=of):
            return f" that {of} has no other values"
        case Materialise(name=name, reason=reason):
            return f" {name}: kept, {reason}"
        case _:
            return ""


def _made(relation: Relation) -> list[str]:
    match relation:
        case nodes.Project(columns=columns):
            return [f"{name}: {show(expression)}" for name, expression in columns if expression != Column(name)]
        case nodes.Aggregate(calls=calls) | nodes.Window(calls=calls) | nodes.AsOfJoin(calls=calls):
            return [f"{name}: {each.function}({each.column or ''})" for name, each in calls]
        case _:
            return []


def _order(order: nodes.Order) -> str:
    return f"{order.column} desc" if order.descending else order.column


def _frame(frame: nodes.Rows | nodes.TimeRange | None) -> str:
    match frame:
        case None:
            return ""
        case nodes.Rows(count=count, itself=itself):
            size = "all rows so far" if count is None else f"last {count} rows"
        case nodes.TimeRange(microseconds=microseconds, itself=itself):
            size = f"last {_seconds(microseconds)}"
    return f", {size}{'' if itself else ' before this one'}"


def _seconds(microseconds: int) -> str:
    return f"{microseconds / 1_000_000:g} s"


def _purpose(step: ExecutionStep) -> str:
    match step.what:
        case SetAside(reasons=reasons):
            return f"counts rows and those set aside{': ' + '; '.join(reasons) if reasons else ''}"
        case ModelTable():
            return "computes and keeps it"
        case ModelPlan(trained=True):
            return "prepares by what was fitted before, scores"
        case ModelPlan(train=train):
            return f"prepares, trains ({train.kind}), evaluates, scores"
        case name:
            return f"writes {name}"


def _indented(text: str) -> list[str]:
    return [f"    {line}".rstrip() for line in text.splitlines()]
