"""A lowered expression with what is known of it, and the builder that functions use to make one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crossover.language.errors import ExpressionError
from crossover.language.primitives import fact_of_primitive
from crossover.language.tree import Call, Case, Expression, Literal, Span, Value, literal
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, INT_MAX, INT_MIN, NULL, STRING, TIMESTAMP, Fact, Type

LARGEST = 1.7976931348623157e308
"""The largest double."""
_LOOSE_STAYS_LOOSE = frozenset({"add", "subtract", "multiply", "absolute"})


@dataclass(frozen=True)
class Typed:
    """A lowered expression and its fact.

    `loose` says that a double may be NaN or infinite at this point: only further arithmetic may read it so, all
    others settle it first. `bound` is the largest absolute value of a double where that is known.
    """

    expression: Expression
    fact: Fact
    span: Span | None = None
    loose: bool = False
    bound: float | None = None

    @property
    def type(self) -> Type:
        return self.fact.type

    @property
    def is_literal(self) -> bool:
        return isinstance(self.expression, Literal)

    @property
    def value(self) -> Value:
        """Value of a literal."""
        assert isinstance(self.expression, Literal)
        return self.expression.value


def constant(value: Value, span: Span | None = None, type_: Type | None = None) -> Typed:
    """Return a literal with its fact."""
    node = literal(value) if type_ is None else Literal(value, type_)
    interval = (value, value) if isinstance(value, int) and node.type == INT else None
    bound = abs(value) if isinstance(value, float) else None
    return Typed(node, Fact(node.type, value is None, True, interval), span, bound=bound)


def settle(operand: Typed) -> Typed:
    """Return the operand as a value: null where it is not finite."""
    if not operand.loose:
        return operand
    return Typed(Call("finite", (operand.expression,)), replace(operand.fact, nullable=True), operand.span)


def primitive(name: str, *operands: Typed) -> Typed:
    """Return a primitive on operands; all but arithmetic settles them first."""
    arithmetic = name in _LOOSE_STAYS_LOOSE or name in ("divide", "finite")
    parts = operands if arithmetic else tuple(settle(each) for each in operands)
    if name == "divide":
        parts = (parts[0], settle(parts[1]))
    fact = fact_of_primitive(name, [each.fact for each in parts])
    result = Typed(Call(name, tuple(each.expression for each in parts)), fact)
    if fact.type == DOUBLE:
        return _bounded(name, result, parts)
    return result


def _bounded(name: str, result: Typed, parts: Sequence[Typed]) -> Typed:
    bounds = [each.bound for each in parts]
    bound: float | None = None
    known = [each for each in bounds if each is not None]
    if len(known) == len(bounds):
        if name in ("add", "subtract"):
            bound = sum(known)
        elif name == "multiply":
            bound = known[0] * known[1]
        elif name in ("absolute", "floor", "ceiling", "round_half_away", "nonzero", "positive", "non_negative", "finite"):
            bound = known[0] + 1
        elif name in ("greatest", "least", "coalesce"):
            bound = max(known)
    if name == "int_to_double":
        bound = 2.0**63
    elif name in ("sin", "cos", "hash_share"):
        bound = 1.0
    elif name == "divide" and bounds[0] is not None and parts[1].is_literal:
        divisor = parts[1].value
        bound = bounds[0] / abs(divisor) if isinstance(divisor, float) and divisor else None
    if bound is not None and bound > LARGEST:
        bound = None
    loose = name in ("exp", "power", "divide") or name in _LOOSE_STAYS_LOOSE
    stays = name == "absolute" and not parts[0].loose
    return replace(result, bound=bound, loose=loose and bound is None and not stays)


def choose(branches: Sequence[tuple[Typed, Typed]], otherwise: Typed) -> Typed:
    """Return a Case over values of one type."""
    values = unify([*(value for _, value in branches), otherwise])
    conditions = [condition for condition, _ in branches]
    pairs = tuple((condition.expression, value.expression) for condition, value in zip(conditions, values, strict=False))
    exact = all(each.fact.exact for each in [*conditions, *values])
    nullable = any(each.fact.nullable for each in values)
    intervals = [each.fact.interval for each in values if not _is_null(each)]
    known = [each for each in intervals if each]
    interval = (min(low for low, _ in known), max(high for _, high in known)) if known and len(known) == len(intervals) else None
    bounds = [each.bound for each in values if not _is_null(each)]
    found = [each for each in bounds if each is not None]
    bound = max(found) if found and len(found) == len(bounds) else None
    return Typed(Case(pairs, values[-1].expression), Fact(values[-1].type, nullable, exact, interval), bound=bound)


def _is_null(operand: Typed) -> bool:
    return operand.is_literal and operand.value is None


def unify(operands: Sequence[Typed]) -> list[Typed]:
    """Return the operands as values of their common type: int becomes double, date timestamp, a bare null any.

    Raises ExpressionError at the first operand that does not go with those before it.
    """
    common = NULL
    for each in operands:
        common = _common(common, each)
    return [convert(settle(each), common) for each in operands]


def _common(type_: Type, operand: Typed) -> Type:
    other = operand.type
    if type_ == other or other == NULL:
        return type_
    if type_ == NULL:
        return other
    if {type_, other} == {INT, DOUBLE}:
        return DOUBLE
    if {type_, other} == {DATE, TIMESTAMP}:
        return TIMESTAMP
    hint = ""
    if {type_, other} in ({STRING, DATE}, {STRING, TIMESTAMP}):
        hint = "; write date '2011-09-01' or timestamp '2011-09-01 10:00:00'"
    raise ExpressionError(f"this is {other}, but {type_} stands beside it{hint}", operand.span, code="type")


def convert(operand: Typed, type_: Type) -> Typed:
    """Return the operand in another type by one of the implicit casts: int to double, date to timestamp, null to any."""
    if operand.type == type_:
        return operand
    if _is_null(operand):
        return constant(None, operand.span, type_)
    if (operand.type, type_) == (INT, DOUBLE):
        if operand.is_literal:
            assert isinstance(operand.value, int)
            return constant(float(operand.value), operand.span)
        return replace(primitive("int_to_double", operand), span=operand.span)
    if (operand.type, type_) == (DATE, TIMESTAMP):
        return replace(primitive("date_to_timestamp", operand), span=operand.span)
    raise ExpressionError(f"expected {type_}, got {operand.type}", operand.span, code="type")


def arithmetic(name: str, left: Typed, right: Typed) -> Typed:
    """Return add, subtract or multiply; of two ints the checked form unless the result must fit int64."""
    left, right = _numbers(left, right)
    if left.type == DOUBLE:
        return primitive(name, left, right)
    interval = _int_interval(name, left.fact.interval, right.fact.interval)
    if interval is None:
        return primitive(f"checked_{name}", left, right)
    result = primitive(name, left, right)
    return replace(result, fact=replace(result.fact, interval=interval))


def _numbers(left: Typed, right: Typed) -> tuple[Typed, Typed]:
    for each in (left, right):
        if not (each.type.numeric or each.type == NULL):
            raise ExpressionError(f"expected a number, got {each.type}", each.span, code="type")
    common = DOUBLE if DOUBLE in (left.type, right.type) else INT
    return convert(left, common), convert(right, common)


def _int_interval(
    name: str, left: tuple[int, int] | None, right: tuple[int, int] | None
) -> tuple[int, int] | None:
    if left is None or right is None:
        return None
    if name == "add":
        low, high = left[0] + right[0], left[1] + right[1]
    elif name == "subtract":
        low, high = left[0] - right[1], left[1] - right[0]
    else:
        products = [a * b for a in left for b in right]
        low, high = min(products), max(products)
    return (low, high) if low >= INT_MIN and high <= INT_MAX else None


def negate(condition: Typed) -> Typed:
    return primitive("not", condition)


def is_boolean(operand: Typed) -> bool:
    return operand.type in (BOOLEAN, NULL)
