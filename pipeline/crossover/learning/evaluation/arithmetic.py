"""Formulas of doubles as expressions, short enough to be read."""

from __future__ import annotations

from crossover.language.tree import Column, Expression, call, literal


def number(column: str) -> Expression:
    """Return an int column as a double."""
    return call("int_to_double", Column(column))


def plus(left: Expression, right: Expression) -> Expression:
    return call("add", left, right)


def minus(left: Expression, right: Expression) -> Expression:
    return call("subtract", left, right)


def times(left: Expression, right: Expression) -> Expression:
    return call("multiply", left, right)


def over(left: Expression, right: Expression) -> Expression:
    """Return a quotient whose divisor is not zero."""
    return call("divide", left, right)


def square(of: Expression) -> Expression:
    return times(of, of)


def value(constant: float) -> Expression:
    return literal(float(constant))
