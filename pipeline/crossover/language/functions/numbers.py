"""Functions of numbers. Outside its domain, or where the result is not finite, a function is null."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from crossover.language.errors import ExpressionError
from crossover.language.functions.function import Function
from crossover.language.typed import Typed, arithmetic, choose, constant, primitive
from crossover.language.types import INT

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth, (2a + b) / 3 of WGS 84 (IUGG)."""


def _abs(x: Typed) -> Typed:
    if x.type == INT:
        return choose([(primitive("less", x, constant(0)), arithmetic("subtract", constant(0), x))], x)
    return primitive("absolute", x)


def _whole(name: str) -> Callable[[Typed], Typed]:
    def lower(x: Typed) -> Typed:
        return x if x.type == INT else primitive("double_to_int", primitive(name, x))

    return lower


def _round(x: Typed, digits: Typed | None = None) -> Typed:
    if digits is not None and not (digits.is_literal and isinstance(digits.value, int) and 0 <= digits.value <= 15):
        raise ExpressionError("the number of digits is a literal from 0 to 15", digits.span, code="type")
    if x.type == INT:
        return x
    if digits is None or not digits.value:
        return primitive("round_half_away", x)
    scale = constant(10.0 ** int(digits.value))  # type: ignore[arg-type]
    scaled = replace(primitive("multiply", x, scale), loose=False)  # below 2**52 the product is finite
    rounded = primitive("divide", primitive("round_half_away", scaled), scale)
    small = primitive("less", primitive("absolute", x), constant(2.0**52))
    return choose([(small, replace(rounded, loose=False))], x)


def _sign(x: Typed) -> Typed:
    zero = constant(0) if x.type == INT else constant(0.0)
    return choose(
        [
            (primitive("less", zero, x), constant(1)),
            (primitive("less", x, zero), constant(-1)),
            (primitive("equal", x, zero), constant(0)),
        ],
        constant(None),
    )


def _guarded(guard: str, name: str) -> Callable[[Typed], Typed]:
    def lower(x: Typed) -> Typed:
        return primitive(name, _inside(guard, x))

    return lower


def _inside(guard: str, x: Typed) -> Typed:
    if x.is_literal and isinstance(x.value, float):
        inside = {"positive": x.value > 0, "non_negative": x.value >= 0, "unit_interval": abs(x.value) <= 1}[guard]
        if inside:
            return x
    return primitive(guard, x)


def _plain(name: str) -> Callable[..., Typed]:
    def lower(*operands: Typed) -> Typed:
        return primitive(name, *operands)

    return lower


def _radians(x: Typed) -> Typed:
    return arithmetic("multiply", x, constant(math.pi / 180))


def _haversine_km(lat1: Typed, lon1: Typed, lat2: Typed, lon2: Typed) -> Typed:
    """2 R asin sqrt(sin^2(dlat/2) + cos lat1 cos lat2 sin^2(dlon/2)), angles in degrees (Sinnott 1984)."""

    def half_chord(a: Typed, b: Typed) -> Typed:
        half = arithmetic("multiply", arithmetic("subtract", b, a), constant(math.pi / 360))
        sine = primitive("sin", half)
        return primitive("multiply", sine, sine)

    cosines = primitive("multiply", primitive("cos", _radians(lat1)), primitive("cos", _radians(lat2)))
    a = primitive("add", half_chord(lat1, lat2), primitive("multiply", cosines, half_chord(lon1, lon2)))
    # rounding may leave 1 by a bit at antipodes, where asin would have no answer
    inside = choose([(primitive("less", constant(1.0), a), constant(1.0))], a)
    return arithmetic("multiply", primitive("asin", primitive("sqrt", inside)), constant(2 * EARTH_RADIUS_KM))


def _hash_share(salt: Typed, *keys: Typed) -> Typed:
    if not salt.is_literal:
        raise ExpressionError("the salt is a literal", salt.span, code="type")
    for each in keys:
        if not each.fact.exact:
            raise ExpressionError("an inexact double has no stable hash", each.span, code="inexact")
    return primitive("hash_share", salt, *keys)


FUNCTIONS = (
    Function("abs", ("number",), "absolute value, of the same type", ("abs(-2)", 2), _abs),
    Function("floor", ("number",), "largest int not above", ("floor(-1.5)", -2), _whole("floor"), "null outside int64"),
    Function("ceil", ("number",), "smallest int not below", ("ceil(-1.5)", -1), _whole("ceiling"), "null outside int64"),
    Function("round", ("number", "int?"), "half away from zero; of the same type; n decimal digits, 0 to 15", ("round(2.5)", 3.0),
             _round),
    Function("sign", ("number",), "-1, 0 or 1, an int", ("sign(-2.5)", -1), _sign),
    Function("ln", ("double",), "natural logarithm", ("ln(1)", 0.0), _guarded("positive", "ln"), "null for x <= 0"),
    Function("log10", ("double",), "logarithm to base 10", ("log10(1)", 0.0), _guarded("positive", "log10"), "null for x <= 0"),
    Function("log2", ("double",), "logarithm to base 2", ("log2(1)", 0.0), _guarded("positive", "log2"), "null for x <= 0"),
    Function("exp", ("double",), "e to the x", ("exp(0)", 1.0), _plain("exp"), "null on overflow"),
    Function("sqrt", ("double",), "square root", ("sqrt(4)", 2.0), _guarded("non_negative", "sqrt"), "null for x < 0"),
    Function("power", ("double", "double"), "x to the y", ("power(2, 3)", 8.0), _plain("power"),
             "null where there is no finite real answer"),
    Function("sin", ("double",), "of radians", ("sin(0)", 0.0), _plain("sin")),
    Function("cos", ("double",), "of radians", ("cos(0)", 1.0), _plain("cos")),
    Function("tan", ("double",), "of radians", ("tan(0)", 0.0), _plain("tan")),
    Function("asin", ("double",), "in radians", ("asin(0)", 0.0), _guarded("unit_interval", "asin"), "null outside -1..1"),
    Function("acos", ("double",), "in radians", ("acos(1)", 0.0), _guarded("unit_interval", "acos"), "null outside -1..1"),
    Function("atan2", ("double", "double"), "angle of the point (y, x), in radians", ("atan2(0, 1)", 0.0), _plain("atan2")),
    Function("radians", ("double",), "degrees in radians", ("radians(180)", math.pi), _radians),
    Function("haversine_km", ("double", "double", "double", "double"),
             "great-circle distance of (lat1, lon1) and (lat2, lon2) in degrees, on a sphere of 6371.0088 km",
             ("haversine_km(0, 0, 0, 180)", math.pi * EARTH_RADIUS_KM), _haversine_km),
    Function("hash_share", ("string", "any..."),
             "(salt, keys): a number in [0, 1) by XXH64, the same for equal keys, on every engine",
             ("hash_share('split', 1) < 1", True), _hash_share, "never null; null keys are skipped"),
)  # fmt: skip
