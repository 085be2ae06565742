"""cast(x as TYPE): as TRY_CAST; what cannot be cast is null."""

from __future__ import annotations

from crossover.core.nearest import did_you_mean
from crossover.language.errors import ExpressionError
from crossover.language.tree import Span
from crossover.language.typed import Typed, constant, convert, primitive, settle
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, NULL, STRING, TIMESTAMP, TYPES, Type

CASTS: dict[tuple[Type, Type], tuple[str, ...]] = {
    (STRING, INT): ("string_to_int",),
    (STRING, DOUBLE): ("string_to_double",),
    (STRING, BOOLEAN): ("string_to_boolean",),
    (STRING, DATE): ("string_to_date",),
    (STRING, TIMESTAMP): ("string_to_timestamp",),
    (INT, DOUBLE): ("int_to_double",),
    (INT, STRING): ("int_to_string",),
    (DOUBLE, INT): ("double_to_int",),
    (BOOLEAN, INT): ("boolean_to_int",),
    (BOOLEAN, DOUBLE): ("boolean_to_int", "int_to_double"),
    (TIMESTAMP, DATE): ("timestamp_to_date",),
    (DATE, TIMESTAMP): ("date_to_timestamp",),
}
"""The primitives of each cast, the first to be applied first. Other pairs are refused."""


def cast(operand: Typed, type_name: str, span: Span | None) -> Typed:
    """Return the operand in the named type. Raises ExpressionError for an unknown type or a refused pair."""
    if type_name not in TYPES:
        raise ExpressionError(f"`{type_name}` is no type{did_you_mean(type_name, TYPES)}", span, code="type")
    wanted = TYPES[type_name]
    if operand.type == NULL:
        return constant(None, type_=wanted)
    if operand.type == wanted:
        return operand
    if operand.type == INT and wanted == DOUBLE:
        return convert(operand, DOUBLE)
    steps = CASTS.get((operand.type, wanted))
    if steps is None:
        raise ExpressionError(f"{operand.type} cannot be cast to {wanted}", span, code="type")
    result = settle(operand)
    for step in steps:
        result = primitive(step, result)
    return result
