"""Expressions as text, for explain: primitives in the form in which a user would read them."""

from __future__ import annotations

from crossover.language.tree import Call, Case, Column, Expression, Literal, Parameter

_INFIX = {
    "and": "and", "or": "or", "equal": "=", "less": "<", "less_equal": "<=", "add": "+", "subtract": "-", "multiply": "*",
    "divide": "/", "modulo": "%", "checked_add": "+?", "checked_subtract": "-?", "checked_multiply": "*?",
}  # fmt: skip
"""A `?` marks the form that gives null where an int would leave 64 bits."""


def show(expression: Expression) -> str:
    """Return an expression as one line of text."""
    match expression:
        case Column(name=name):
            return name
        case Parameter(name=name):
            return f"${name}"
        case Literal(value=None):
            return "null"
        case Literal(value=bool(value)):
            return str(value).lower()
        case Literal(value=str(value)):
            return "'" + value.replace("'", "''") + "'"
        case Literal(value=value):
            return str(value)
        case Case(branches=branches, otherwise=otherwise):
            parts = [f"when {show(condition)} then {show(value)}" for condition, value in branches]
            last = "" if isinstance(otherwise, Literal) and otherwise.value is None else f" else {show(otherwise)}"
            return f"case {' '.join(parts)}{last} end"
        case Call(function="not", arguments=(Call(function="is_null", arguments=(operand,)),)):
            return f"{_inside(operand)} is not null"
        case Call(function="is_null", arguments=(operand,)):
            return f"{_inside(operand)} is null"
        case Call(function="not", arguments=(operand,)):
            return f"not {_inside(operand)}"
        case Call(function="in", arguments=(operand, *listed)):
            return f"{_inside(operand)} in ({', '.join(show(each) for each in listed)})"
        case Call(function=function, arguments=(left, right)) if function in _INFIX:
            return f"{_inside(left)} {_INFIX[function]} {_inside(right)}"
        case Call(function=function, arguments=arguments):
            return f"{function}({', '.join(show(each) for each in arguments)})"


def _inside(expression: Expression) -> str:
    text = show(expression)
    return f"({text})" if isinstance(expression, Call) and expression.function in _INFIX else text
