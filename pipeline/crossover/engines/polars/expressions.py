"""Lowered expressions as Polars expressions: a table with a line for each primitive, and `Case`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from string import ascii_lowercase, ascii_uppercase

import polars as pl

from crossover.core.errors import InternalError
from crossover.engines.polars import dates, kernels
from crossover.engines.polars.frames import DTYPES
from crossover.language.tree import Call, Case, Column, Expression, Literal
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, Schema
from crossover.relations.schema import fact_of

PRIMITIVES: dict[str, Callable[..., pl.Expr]] = {
    # logic
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "not": lambda a: ~a,
    "is_null": lambda a: a.is_null(),
    "equal": lambda a, b: a == b,
    "less": lambda a, b: a < b,
    "less_equal": lambda a, b: a <= b,
    "in": lambda a, *values: reduce(lambda found, value: found | (a == value), values[1:], a == values[0]),
    "coalesce": lambda *values: pl.coalesce(*values),
    "greatest": lambda *values: pl.max_horizontal(*values),
    "least": lambda *values: pl.min_horizontal(*values),
    # arithmetic
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / _column(b, a),
    "checked_add": lambda a, b: _narrow(_wide(a) + _wide(b)),
    "checked_subtract": lambda a, b: _narrow(_wide(a) - _wide(b)),
    "checked_multiply": lambda a, b: _narrow(_wide(a) * _wide(b)),
    # guards
    "nonzero": lambda a: pl.when(a != 0).then(a),
    "positive": lambda a: pl.when(a > 0).then(a),
    "non_negative": lambda a: pl.when(a >= 0).then(a),
    "unit_interval": lambda a: pl.when(a.is_between(-1, 1)).then(a),
    "finite": lambda a: pl.when(a.is_finite()).then(a),
    # functions of doubles
    "absolute": lambda a: a.abs(),
    "floor": lambda a: a.floor(),
    "ceiling": lambda a: a.ceil(),
    "round_half_away": lambda a: a.round(0, mode="half_away_from_zero"),
    "sqrt": lambda a: a.sqrt(),
    "ln": lambda a: a.log(),
    "log10": lambda a: a.log10(),
    "log2": lambda a: a.log(2),
    "log1p": lambda a: a.log1p(),
    "exp": lambda a: a.exp(),
    "power": lambda a, b: a.pow(b),
    "sin": lambda a: a.sin(),
    "cos": lambda a: a.cos(),
    "tan": lambda a: a.tan(),
    "asin": lambda a: a.arcsin(),
    "acos": lambda a: a.arccos(),
    "atan2": lambda y, x: pl.arctan2(y, x),
    # casts
    "int_to_double": lambda a: a.cast(pl.Float64),
    "double_to_int": lambda a: a.cast(pl.Int64, strict=False),
    "boolean_to_int": lambda a: a.cast(pl.Int64),
    "int_to_string": lambda a: a.cast(pl.String),
    "string_to_int": lambda a: kernels.cast_text(a, INT),
    "string_to_double": lambda a: kernels.cast_text(a, DOUBLE),
    "string_to_boolean": lambda a: kernels.cast_text(a, BOOLEAN),
    "string_to_date": lambda a: kernels.cast_text(a, DATE),
    "string_to_timestamp": lambda a: kernels.cast_text(a, TIMESTAMP),
    "timestamp_to_date": lambda a: a.dt.date(),
    "date_to_timestamp": lambda a: a.cast(pl.Datetime("us")),
    # strings
    "lower": lambda a: a.str.replace_many(list(ascii_uppercase), list(ascii_lowercase)),
    "upper": lambda a: a.str.replace_many(list(ascii_lowercase), list(ascii_uppercase)),
    "trim": lambda a: a.str.strip_chars(" "),
    "length": lambda a: a.str.len_chars().cast(pl.Int64),
    "concat": lambda *values: pl.concat_str(*values),
    "starts_with": lambda a, b: a.str.starts_with(b),
    "ends_with": lambda a, b: a.str.ends_with(b),
    "contains": lambda a, b: a.str.contains(b, literal=True),
    # time
    "year": lambda a: a.dt.year().cast(pl.Int64),
    "month": lambda a: a.dt.month().cast(pl.Int64),
    "day": lambda a: a.dt.day().cast(pl.Int64),
    "hour": lambda a: a.cast(pl.Datetime("us")).dt.hour().cast(pl.Int64),
    "minute": lambda a: a.cast(pl.Datetime("us")).dt.minute().cast(pl.Int64),
    "second": lambda a: a.cast(pl.Datetime("us")).dt.second().cast(pl.Int64),
    "weekday": lambda a: a.dt.weekday().cast(pl.Int64),
    "iso_week": lambda a: a.dt.week().cast(pl.Int64),
    "day_of_year": lambda a: a.dt.ordinal_day().cast(pl.Int64),
    "make_date": dates.make_date,
    "add_microseconds": dates.add_microseconds,
    "add_days": dates.add_days,
    "microseconds_between": lambda a, b: b.cast(pl.Int64) - a.cast(pl.Int64),
    # hashing
    "hash_low": lambda *values: kernels.hash_low(values),
    "hash_high": lambda *values: kernels.hash_high(values),
}
"""Primitives that need only the columns of their arguments."""


MOST_CHARACTERS = 2**40
"""More than any string has."""


def compile_expression(expression: Expression, schema: Schema) -> pl.Expr:
    """Return the Polars expression of a lowered expression over columns of the schema."""
    match expression:
        case Literal(value=value, type=type_):
            return pl.lit(value, dtype=DTYPES[type_])
        case Column(name=name):
            return pl.col(name)
        case Case():
            return _case(expression, schema)
        case Call(function=function) if function in WITH_TREE:
            return WITH_TREE[function](expression.arguments, schema)
        case Call(function=function, arguments=arguments):
            return PRIMITIVES[function](*_compiled(arguments, schema))
        case _:
            raise InternalError(f"a lowered expression has no {type(expression).__name__}")


def _compiled(expressions: Sequence[Expression], schema: Schema) -> list[pl.Expr]:
    return [compile_expression(each, schema) for each in expressions]


def _case(case: Case, schema: Schema) -> pl.Expr:
    """Polars takes a condition that is null as false, as SQL does."""
    branches = [tuple(_compiled(branch, schema)) for branch in case.branches]
    result = compile_expression(case.otherwise, schema)
    for condition, value in reversed(branches):
        result = pl.when(condition).then(value).otherwise(result)
    return result


def _wide(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.Int128)


def _column(number: pl.Expr, beside: pl.Expr) -> pl.Expr:
    """Return the double as a column where `beside` is one: by a constant Polars multiplies with the reciprocal."""
    return number + beside * 0


def _narrow(number: pl.Expr) -> pl.Expr:
    """Back to 64 bits; what does not fit is null."""
    return number.cast(pl.Int64, strict=False)


# primitives that need a literal or a type


def _modulo(arguments: Sequence[Expression], schema: Schema) -> pl.Expr:
    dividend, divisor = _compiled(arguments, schema)
    if fact_of(arguments[0], schema).type == INT:
        # Polars' remainder has the sign of the divisor
        floored = dividend % divisor
        return pl.when((floored != 0) & ((floored < 0) != (dividend < 0))).then(floored - divisor).otherwise(floored)
    return kernels.remainder(dividend, divisor)


def _add_months(arguments: Sequence[Expression], schema: Schema) -> pl.Expr:
    time, count = _compiled(arguments, schema)
    return dates.add_months(time, count, fact_of(arguments[0], schema).type)


def _truncate_time(arguments: Sequence[Expression], schema: Schema) -> pl.Expr:
    return compile_expression(arguments[1], schema).dt.truncate(dates.TRUNCATE[_text(arguments[0])])


def _matches(arguments: Sequence[Expression], schema: Schema) -> pl.Expr:
    return compile_expression(arguments[0], schema).str.contains(rf"(?s)\A(?:{_text(arguments[1])})\z")


def _substring(arguments: Sequence[Expression], schema: Schema) -> pl.Expr:
    string, start, count = _compiled(arguments, schema)
    match arguments[1:]:
        case (Literal(value=int(start_at)), Literal(value=int(characters))):
            first = max(start_at, 1)
            return string.str.slice(first - 1, min(max(start_at + characters - first, 0), MOST_CHARACTERS))
    # in 128 bits the end of the part is right for any two ints
    end = _wide(start) + _wide(count)
    begin = _wide(start).clip(1, MOST_CHARACTERS)
    # Polars takes a length that is null as all the rest
    return pl.when(count.is_not_null()).then(
        string.str.slice((begin - 1).cast(pl.Int64), (end - begin).clip(0, MOST_CHARACTERS).cast(pl.Int64))
    )


def _replace(arguments: Sequence[Expression], schema: Schema) -> pl.Expr:
    string, old, new = _compiled(arguments, schema)
    match arguments[1:]:
        case (Literal(value=str(before)), Literal(value=str(after))):
            return string.str.replace_all(before, after, literal=True) if before else string
        case _:
            return kernels.replace_by_columns(string, old, new, STRING)


def _hash_share(arguments: Sequence[Expression], schema: Schema) -> pl.Expr:
    return kernels.hash_share(_text(arguments[0]), _compiled(arguments[1:], schema))


def _text(expression: Expression) -> str:
    if isinstance(expression, Literal) and isinstance(expression.value, str):
        return expression.value
    raise InternalError(f"expected a string literal, got {expression}")


WITH_TREE: dict[str, Callable[[Sequence[Expression], Schema], pl.Expr]] = {
    "modulo": _modulo,
    "matches": _matches,
    "substring": _substring,
    "replace": _replace,
    "add_months": _add_months,
    "truncate_time": _truncate_time,
    "hash_share": _hash_share,
}
"""Primitives that need to see a literal or to know a type."""
