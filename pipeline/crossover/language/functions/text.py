"""Functions of strings. Characters are code points, counted from 1; letters are ASCII letters."""

from __future__ import annotations

import re
from collections.abc import Callable

from crossover.language.errors import ExpressionError
from crossover.language.functions.function import Function
from crossover.language.typed import Typed, constant, primitive


def _plain(name: str) -> Callable[..., Typed]:
    def lower(*operands: Typed) -> Typed:
        return primitive(name, *operands)

    return lower


def _like(text: Typed, pattern: Typed) -> Typed:
    """The pattern as the cheapest primitive that means the same; a regular expression only where it must be."""
    if not pattern.is_literal or not isinstance(pattern.value, str):
        raise ExpressionError("the pattern of `like` is a literal string", pattern.span, code="type")
    parts = pattern.value.split("%")
    if "_" not in pattern.value:
        match parts:
            case [whole]:
                return primitive("equal", text, constant(whole))
            case [start, ""]:
                return primitive("starts_with", text, constant(start))
            case ["", end]:
                return primitive("ends_with", text, constant(end))
            case ["", inner, ""]:
                return primitive("contains", text, constant(inner))
    regular = "".join(".*" if each == "%" else "." if each == "_" else re.escape(each) for each in pattern.value)
    return primitive("matches", text, constant(regular))


FUNCTIONS = (
    Function("like", ("string", "string"), "`%` is any text, `_` one character; case-sensitive, no escape",
             ("'flight' like 'f%t'", True), _like, written="s like 'pattern'"),
    Function("lower", ("string",), "A-Z become a-z", ("lower('ABC')", "abc"), _plain("lower")),
    Function("upper", ("string",), "a-z become A-Z", ("upper('abc')", "ABC"), _plain("upper")),
    Function("trim", ("string",), "without blanks at both ends", ("trim('  a b ')", "a b"), _plain("trim")),
    Function("length", ("string",), "number of characters", ("length('abc')", 3), _plain("length")),
    Function("substring", ("string", "int", "int"), "(s, from, n): n characters from position `from`",
             ("substring('flight', 2, 3)", "lig"), _plain("substring")),
    Function("concat", ("string", "string..."), "one behind the other", ("concat('a', '-', 'b')", "a-b"), _plain("concat")),
    Function("replace", ("string", "string", "string"), "(s, a, b): each a becomes b", ("replace('aXbX', 'X', '-')", "a-b-"),
             _plain("replace")),
    Function("starts_with", ("string", "string"), "whether s begins with t", ("starts_with('C536', 'C')", True),
             _plain("starts_with")),
    Function("ends_with", ("string", "string"), "whether s ends with t", ("ends_with('a.csv', '.csv')", True),
             _plain("ends_with")),
    Function("contains", ("string", "string"), "whether t is in s", ("contains('abc', 'b')", True), _plain("contains")),
)  # fmt: skip
