"""Comparisons and three-valued logic."""

from __future__ import annotations

from crossover.language.errors import ExpressionError
from crossover.language.functions.function import Function
from crossover.language.tree import Call
from crossover.language.typed import Typed, choose, constant, negate, primitive, unify
from crossover.language.types import BOOLEAN, NULL


def _comparable(left: Typed, right: Typed) -> list[Typed]:
    for each in (left, right):
        if each.type == NULL:
            raise ExpressionError("a comparison with null is never true; write `x is null`", each.span, code="null-comparison")
    return unify([left, right])


def _refuse_inexact(*operands: Typed) -> None:
    for each in operands:
        if not each.fact.exact:
            raise ExpressionError(
                "this is a sum, mean or other inexact double: its last bits may differ between engines, so `=` has no answer",
                each.span,
                code="inexact",
                notes=("compare with a tolerance: abs(a - b) < 0.001",),
            )


def _equal(left: Typed, right: Typed) -> Typed:
    _refuse_inexact(left, right)
    return primitive("equal", *_comparable(left, right))


def _not_equal(left: Typed, right: Typed) -> Typed:
    return negate(_equal(left, right))


def _less(left: Typed, right: Typed) -> Typed:
    return primitive("less", *_comparable(left, right))


def _less_equal(left: Typed, right: Typed) -> Typed:
    return primitive("less_equal", *_comparable(left, right))


def _greater(left: Typed, right: Typed) -> Typed:
    a, b = _comparable(left, right)
    return primitive("less", b, a)


def _greater_equal(left: Typed, right: Typed) -> Typed:
    a, b = _comparable(left, right)
    return primitive("less_equal", b, a)


def _between(operand: Typed, low: Typed, high: Typed) -> Typed:
    return primitive("and", _less_equal(low, operand), _less_equal(operand, high))


def _in(operand: Typed, *values: Typed) -> Typed:
    _refuse_inexact(operand)
    for each in values:
        if not each.is_literal:
            raise ExpressionError("the list behind `in` holds literals or one list parameter", each.span, code="type")
    operand, *listed = unify([operand, *values])
    known = [each for each in listed if each.value is not None]
    if not known:
        return constant(None, type_=BOOLEAN)
    found = primitive("in", operand, *known)
    if len(known) == len(listed):
        return found
    return primitive("or", found, constant(None, type_=BOOLEAN))


def _is_null(operand: Typed) -> Typed:
    return primitive("is_null", operand) if operand.fact.nullable else constant(False)


def _coalesce(*operands: Typed) -> Typed:
    values = unify(operands)
    while len(values) > 1 and not values[-2].fact.nullable:
        values.pop()
    return values[0] if len(values) == 1 else primitive("coalesce", *values)


def _nullif(left: Typed, right: Typed) -> Typed:
    left, right = unify([left, right])
    return choose([(primitive("equal", left, right), constant(None, type_=left.type))], left)


def _greatest(*operands: Typed) -> Typed:
    return primitive("greatest", *unify(operands))


def _least(*operands: Typed) -> Typed:
    return primitive("least", *unify(operands))


def _and(left: Typed, right: Typed) -> Typed:
    return primitive("and", left, right)


def _or(left: Typed, right: Typed) -> Typed:
    return primitive("or", left, right)


def _not(operand: Typed) -> Typed:
    expression = operand.expression
    if isinstance(expression, Call) and expression.function == "not":
        return Typed(expression.arguments[0], operand.fact)
    return negate(operand)


_NUMBERS = "numbers by value; strings by code point; false < true; a date is its midnight beside a timestamp"
FUNCTIONS = (
    Function("=", ("any", "any"), _NUMBERS, ("1 = 1.0", True), _equal, written="a = b"),
    Function("!=", ("any", "any"), _NUMBERS, ("'a' != 'b'", True), _not_equal, written="a != b"),
    Function("<", ("any", "any"), _NUMBERS, ("'B' < 'a'", True), _less, written="a < b"),
    Function("<=", ("any", "any"), _NUMBERS, ("2 <= 2", True), _less_equal, written="a <= b"),
    Function(">", ("any", "any"), _NUMBERS, ("timestamp '2013-01-01 00:00:01' > date '2013-01-01'", True), _greater,
             written="a > b"),
    Function(">=", ("any", "any"), _NUMBERS, ("1 >= 2", False), _greater_equal, written="a >= b"),
    Function("between", ("any", "any", "any"), "low <= x and x <= high", ("2 between 1 and 3", True), _between,
             written="x between low and high"),
    Function("in", ("any", "any..."), "equals one of the literals", ("'a' in ('a', 'b')", True), _in,
             "null where x is null, or the list holds a null and x is none of the others", written="x in (a, b)"),
    Function("is null", ("any",), "whether it is null", ("1 / 0 is null", True), _is_null, "never null", written="x is null"),
    Function("and", ("boolean", "boolean"), "both", ("true and false", False), _and,
             "false where one is false, else null where one is null", written="a and b"),
    Function("or", ("boolean", "boolean"), "one or both", ("true or false", True), _or,
             "true where one is true, else null where one is null", written="a or b"),
    Function("not", ("boolean",), "the contrary", ("not 1 = 2", True), _not, written="not a"),
    Function("coalesce", ("any", "any..."), "the first that is not null", ("coalesce(null, 2, 3)", 2), _coalesce,
             "null where all are"),
    Function("nullif", ("any", "any"), "null where both are equal, else the first", ("nullif(1, 2)", 1), _nullif,
             "null where the first is"),
    Function("greatest", ("any", "any..."), "the largest", ("greatest(1, null, 3)", 3), _greatest, "nulls are skipped"),
    Function("least", ("any", "any..."), "the smallest", ("least(1, null, 3)", 1), _least, "nulls are skipped"),
)  # fmt: skip
