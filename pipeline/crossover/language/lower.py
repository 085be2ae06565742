"""Names, types and guards: a user's expression becomes primitives, once for all engines.

What a function means stands in `functions`; this file walks the tree, resolves names, and wraps what may leave
the finite numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from crossover.core.nearest import did_you_mean
from crossover.language.casts import cast
from crossover.language.errors import ExpressionError
from crossover.language.functions import FUNCTIONS, OPERATORS
from crossover.language.primitives import AGGREGATES, WINDOW_FUNCTIONS
from crossover.language.tree import Call, Case, Column, Expression, Literal, Parameter, Value
from crossover.language.typed import LARGEST, Typed, choose, constant, is_boolean, settle
from crossover.language.types import BOOLEAN, DOUBLE, NULL, Schema, Type

ParameterValue = Value | tuple[Value, ...]

AGGREGATE_NAMES = frozenset(AGGREGATES) | frozenset(WINDOW_FUNCTIONS)


def lower(
    expression: Expression,
    schema: Schema,
    parameters: Mapping[str, ParameterValue] | None = None,
    *,
    table: str = "",
    expected: Type | None = None,
) -> Typed:
    """Return the expression in primitives over the columns of `schema`.

    `table` is the name for messages. Raises ExpressionError with the place of an unknown name, a wrong type, an
    aggregate where none may be, or a result that is not `expected`.
    """
    result = settle(_Lowering(schema, parameters or {}, table).lower(expression))
    if expected is None or result.type == expected:
        return result
    if result.type == NULL:
        return constant(None, result.span, expected)
    hint = "; write a comparison" if expected == BOOLEAN else ""
    raise ExpressionError(f"expected {expected}, this is {result.type}{hint}", expression.span, code="type")


class _Lowering:
    def __init__(self, schema: Schema, parameters: Mapping[str, ParameterValue], table: str) -> None:
        self.schema = schema
        self.parameters = parameters
        self.place = f" in `{table}` here" if table else ""

    def lower(self, expression: Expression) -> Typed:
        match expression:
            case Literal():
                return replace(constant(expression.value, expression.span, expression.type), span=expression.span)
            case Column():
                return self._column(expression)
            case Parameter():
                return self._parameter(expression)
            case Case():
                return self._case(expression)
            case Call():
                return self._call(expression)

    def _column(self, column: Column) -> Typed:
        fact = self.schema.get(column.name)
        if fact is None:
            hint = did_you_mean(column.name, self.schema)
            raise ExpressionError(f"no column `{column.name}`{self.place}{hint}", column.span, code="unknown-column")
        bound = LARGEST if fact.type == DOUBLE else None
        return Typed(Column(column.name), fact, column.span, bound=bound)

    def _parameter(self, parameter: Parameter) -> Typed:
        if parameter.name not in self.parameters:
            hint = did_you_mean(parameter.name, self.parameters)
            raise ExpressionError(f"no parameter `{parameter.name}`{hint}", parameter.span, code="unknown-parameter")
        value = self.parameters[parameter.name]
        if isinstance(value, tuple):
            raise ExpressionError(f"`${parameter.name}` is a list: it stands only after `in`", parameter.span, code="type")
        return constant(value, parameter.span)

    def _case(self, expression: Case) -> Typed:
        branches = [(self._condition(condition), self.lower(value)) for condition, value in expression.branches]
        return replace(choose(branches, self.lower(expression.otherwise)), span=expression.span)

    def _condition(self, expression: Expression) -> Typed:
        condition = settle(self.lower(expression))
        if not is_boolean(condition):
            raise ExpressionError(f"a condition is boolean, this is {condition.type}", expression.span, code="type")
        return condition if condition.type == BOOLEAN else constant(None, condition.span, BOOLEAN)

    def _call(self, call: Call) -> Typed:
        name = call.function
        if name == "cast":
            target = call.arguments[1]
            assert isinstance(target, Literal)
            return replace(cast(self.lower(call.arguments[0]), str(target.value), target.span), span=call.span)
        if name in AGGREGATE_NAMES:
            shown = {"count_rows": "count", "count_distinct": "count"}.get(name, name)
            raise ExpressionError(
                f"`{shown}` looks at several rows: it stands in aggregate, window, pivot, look_back and look_ahead alone", call.span, code="aggregate"
            )
        if name not in FUNCTIONS:
            hint = did_you_mean(name, set(FUNCTIONS) - OPERATORS)
            raise ExpressionError(f"no function `{name}`{hint}", call.span, code="unknown-function")
        return FUNCTIONS[name].apply(self._arguments(call), call.span)

    def _arguments(self, call: Call) -> Sequence[Typed]:
        if call.function != "in":
            return [self.lower(each) for each in call.arguments]
        listed: list[Typed] = []
        for each in call.arguments[1:]:
            value = self.parameters.get(each.name) if isinstance(each, Parameter) else None
            if isinstance(value, tuple):
                listed += [constant(item, each.span) for item in value]
            else:
                listed.append(self.lower(each))
        return [self.lower(call.arguments[0]), *listed]
