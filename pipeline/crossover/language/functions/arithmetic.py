"""Arithmetic. Doubles that leave the finite numbers, and ints that leave 64 bits, become null."""

from __future__ import annotations

from dataclasses import replace

from crossover.language.functions.function import Function
from crossover.language.typed import Typed, arithmetic, constant, convert, primitive
from crossover.language.types import DOUBLE, INT, NULL


def _add(left: Typed, right: Typed) -> Typed:
    return arithmetic("add", left, right)


def _subtract(left: Typed, right: Typed) -> Typed:
    return arithmetic("subtract", left, right)


def _multiply(left: Typed, right: Typed) -> Typed:
    return arithmetic("multiply", left, right)


def _divide(left: Typed, right: Typed) -> Typed:
    divisor = convert(right, DOUBLE)
    return primitive("divide", convert(left, DOUBLE), divisor if _never_zero(right) else primitive("nonzero", divisor))


def _modulo(left: Typed, right: Typed) -> Typed:
    common = DOUBLE if DOUBLE in (left.type, right.type) else INT
    dividend, divisor = convert(left, common), convert(right, common)
    if not _never_zero(right):
        divisor = primitive("nonzero", divisor)
    result = primitive("modulo", dividend, divisor)
    largest = _largest(divisor)
    return replace(result, fact=replace(result.fact, interval=(-largest, largest))) if largest is not None else result


def _largest(divisor: Typed) -> int | None:
    if divisor.type != INT or not divisor.is_literal or not isinstance(divisor.value, int):
        return None
    return abs(divisor.value) - 1


def _minus(operand: Typed) -> Typed:
    zero = constant(0) if operand.type in (INT, NULL) else constant(0.0)
    return arithmetic("subtract", zero, operand)


def _never_zero(divisor: Typed) -> bool:
    if divisor.is_literal:
        return bool(divisor.value)
    interval = divisor.fact.interval
    return interval is not None and (interval[0] > 0 or interval[1] < 0)


FUNCTIONS = (
    Function("+", ("number", "number"), "int of two ints, else double", ("1 + 2", 3), _add,
             "null on overflow", written="a + b"),
    Function("-", ("number", "number"), "int of two ints, else double", ("1 - 2.5", -1.5), _subtract,
             "null on overflow", written="a - b"),
    Function("*", ("number", "number"), "int of two ints, else double", ("3 * 4", 12), _multiply,
             "null on overflow", written="a * b"),
    Function("/", ("number", "number"), "double, of ints too", ("1 / 4", 0.25), _divide,
             "null for a divisor of 0 and on overflow", written="a / b"),
    Function("%", ("number", "number"), "remainder with the sign of the dividend; int of two ints, else double", ("-7 % 3", -1),
             _modulo, "null for a divisor of 0", written="a % b"),
    Function("minus", ("number",), "the negative", ("- (1 + 1)", -2), _minus, written="-a"),
)  # fmt: skip
