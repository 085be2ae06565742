"""`case when`: no primitive, but every engine has it."""

from __future__ import annotations

from typing import Any

from crossover.language.tree import NULL_LITERAL, Case, Column, Expression, call, case, literal
from tests.tables import day, moment

A, B, X, S = Column("a"), Column("b"), Column("x"), Column("s")
N = None

COLUMNS = "id int, a boolean, b boolean, x int, s string, d double, on date, at timestamp"
ROWS: list[tuple[Any, ...]] = [
    (1, True, True, 1, "one", 1.5, day("2024-02-29"), moment("2024-03-10 02:30:00")),
    (2, False, True, 2**53 + 1, "", -2.5, day("0001-01-01"), moment("1969-12-31 23:59:59.999999")),
    (3, None, True, -3, "ß", 0.0, None, None),
    (4, False, False, None, None, None, day("9999-12-31"), moment("9999-12-31 23:59:59.999999")),
    (5, None, None, 5, "five", 5.0, day("1970-01-01"), moment("1970-01-01")),
]

CHOICES: dict[str, tuple[Expression, list[Any]]] = {
    "only true takes a branch": (case(A, literal("yes"), literal("no")), ["yes", "no", "no", "no", "no"]),
    "no else gives null": (case(A, literal(1)), [1, N, N, N, N]),
    "a null branch": (Case(((A, NULL_LITERAL), (B, X)), literal(0)), [N, 2**53 + 1, -3, 0, 0]),
    "the first true branch wins": (Case(((A, literal("a")), (B, literal("b"))), literal("c")), ["a", "b", "b", "c", "c"]),
    "ints stay whole beside nulls": (case(B, X), [1, 2**53 + 1, -3, N, N]),
    "strings": (case(A, S, literal("other")), ["one", "other", "other", "other", "other"]),
    "booleans": (case(A, B, call("is_null", X)), [True, False, False, True, False]),
    "doubles": (case(B, Column("d"), literal(-1.0)), [1.5, -2.5, 0.0, -1.0, -1.0]),
    "dates": (case(B, Column("on"), literal(day("2000-01-01"))), [ROWS[0][6], ROWS[1][6], N, day("2000-01-01"),
        day("2000-01-01")]),
    "timestamps": (case(B, Column("at"), literal(moment("2000-01-01"))),
        [ROWS[0][7], ROWS[1][7], N, moment("2000-01-01"), moment("2000-01-01")]),
    "one in the other": (case(B, case(A, literal(1), literal(2)), case(call("is_null", B), literal(3), literal(4))),
        [1, 2, 2, 4, 3]),
    "as an operand": (call("add", case(A, literal(10), literal(20)), literal(1)), [11, 21, 21, 21, 21]),
    "as a condition": (case(case(A, literal(False), literal(True)), literal("t"), literal("f")), ["f", "t", "t", "t", "t"]),
    "literals alone": (case(literal(True), literal(1), literal(2)), [1] * 5),
    "a null condition": (case(call("equal", X, Column("x")), literal("known"), literal("unknown")),
        ["known", "known", "known", "unknown", "known"]),
}
"""By what they show: the expression over ROWS, and its value on each."""
