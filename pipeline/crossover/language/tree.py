"""The tree of an expression. Nodes are values: equal trees are equal and hash alike, wherever they were written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, NULL, STRING, TIMESTAMP, Type

Value = bool | int | float | str | date | datetime | None


@dataclass(frozen=True)
class Span:
    """Where an expression stands in its own text: offsets of the first character and behind the last."""

    start: int
    end: int


@dataclass(frozen=True)
class Literal:
    """A constant. Its type is part of its identity: 1 and 1.0 and true are three literals, 0.0 and -0.0 are two."""

    value: Value
    type: Type
    span: Span | None = field(default=None, compare=False, repr=False)

    def __hash__(self) -> int:
        return hash((self.value, self.type))

    def __eq__(self, other: object) -> bool:
        # repr tells -0.0 from 0.0: atan2 gives pi for the one and -pi for the other
        return isinstance(other, Literal) and self.type == other.type and repr(self.value) == repr(other.value)


@dataclass(frozen=True)
class Column:
    """A column of the table that the expression stands in."""

    name: str
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Parameter:
    """`$name`: a typed value of the document; gone after `language.check`."""

    name: str
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Call:
    """A function on arguments: a user's function before lowering, a primitive after it."""

    function: str
    arguments: tuple[Expression, ...] = ()
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Case:
    """`case when c1 then v1 ... else v end`: the first branch whose condition is true."""

    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression
    span: Span | None = field(default=None, compare=False, repr=False)


Expression = Literal | Column | Parameter | Call | Case

NULL_LITERAL = Literal(None, NULL)


def literal(value: Value) -> Literal:
    """Return the literal of a Python value, typed by its class."""
    if value is None:
        return NULL_LITERAL
    for python, type_ in ((bool, BOOLEAN), (int, INT), (float, DOUBLE), (str, STRING), (datetime, TIMESTAMP), (date, DATE)):
        if isinstance(value, python):
            return Literal(value, type_)
    raise TypeError(f"no literal of {type(value).__name__}")


def call(function: str, *arguments: Expression) -> Call:
    return Call(function, arguments)


def case(condition: Expression, value: Expression, otherwise: Expression = NULL_LITERAL) -> Case:
    return Case(((condition, value),), otherwise)


def children(expression: Expression) -> tuple[Expression, ...]:
    """Return the direct parts of an expression, in the order in which they are written."""
    match expression:
        case Call(arguments=arguments):
            return arguments
        case Case(branches=branches, otherwise=otherwise):
            return (*(part for branch in branches for part in branch), otherwise)
        case _:
            return ()


def rebuild(expression: Expression, parts: tuple[Expression, ...]) -> Expression:
    """Return the expression with other direct parts (as many as `children` gives)."""
    match expression:
        case Call():
            return replace(expression, arguments=parts)
        case Case():
            pairs = tuple(zip(parts[0:-1:2], parts[1:-1:2], strict=True))
            return replace(expression, branches=pairs, otherwise=parts[-1])
        case _:
            return expression


def transform(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Return the expression with `change` applied to each node, the innermost first."""
    parts = children(expression)
    return change(rebuild(expression, tuple(transform(part, change) for part in parts)) if parts else expression)


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield the expression and all its parts, outermost first."""
    yield expression
    for part in children(expression):
        yield from walk(part)


def columns_of(expression: Expression) -> tuple[str, ...]:
    """Return the names of the columns that an expression reads, each once, in order of appearance."""
    return tuple(dict.fromkeys(node.name for node in walk(expression) if isinstance(node, Column)))
