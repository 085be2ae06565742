"""Truth, comparison, choice."""

from __future__ import annotations

from tests.engines.conformance.cases import Cases, cases
from tests.tables import day, moment

BIG = 2**53
MIN, MAX = -(2**63), 2**63 - 1
T, F, N = True, False, None

LOGIC: dict[str, list[Cases]] = {
    "and": [
        cases("boolean boolean", (T, T, T), (T, F, F), (T, N, N), (F, T, F), (F, F, F), (F, N, F), (N, T, N), (N, F, F),
              (N, N, N)),
    ],
    "or": [
        cases("boolean boolean", (T, T, T), (T, F, T), (T, N, T), (F, T, T), (F, F, F), (F, N, N), (N, T, T), (N, F, N),
              (N, N, N)),
    ],
    "not": [cases("boolean", (T, F), (F, T), (N, N))],
    "is_null": [
        cases("boolean", (T, F), (F, F), (N, T)),
        cases("int", (0, F), (MIN, F), (N, T)),
        cases("double", (0.0, F), (N, T)),
        cases("string", ("", F), ("null", F), (N, T)),
        cases("date", (day("0001-01-01"), F), (N, T)),
        cases("timestamp", (moment("1970-01-01"), F), (N, T)),
        cases("double", (0.0, T), (-0.0, T), (5e-324, F), (N, T), of="nonzero"),
    ],
    "equal": [
        cases("boolean boolean", (T, T, T), (T, F, F), (F, F, T), (N, F, N), (T, N, N), (N, N, N)),
        cases("int int", (3, 3, T), (BIG, BIG + 1, F), (MAX, MAX - 1, F), (MIN, MIN, T), (N, 3, N), (3, N, N), (N, N, N)),
        cases("double double", (0.5, 0.5, T), (-0.0, 0.0, T), (0.1, 0.30000000000000004 - 0.2, F), (5e-324, 0.0, F), (N, 0.0, N),
              (N, N, N)),
        cases("string string", ("a", "a", T), ("a", "A", F), ("", "", T), ("a", "a ", F), ("ß", "ss", F),
              ("\u00e9", "e\u0301", F), ("😀", "😀", T), ("", N, N), (N, N, N)),
        cases("date date", (day("2024-02-29"), day("2024-02-29"), T), (day("0001-01-01"), day("9999-12-31"), F),
              (N, day("2024-02-29"), N)),
        cases("timestamp timestamp", (moment("2024-03-10 02:30:00"), moment("2024-03-10 02:30:00"), T),
              (moment("2024-03-10 02:30:00"), moment("2024-03-10 02:30:00.000001"), F), (N, N, N)),
    ],
    "less": [
        cases("boolean boolean", (F, T, T), (T, F, F), (T, T, F), (N, T, N)),
        cases("int int", (1, 2, T), (2, 2, F), (BIG, BIG + 1, T), (MIN, MAX, T), (MAX, MIN, F), (N, 1, N), (1, N, N)),
        cases("double double", (-0.0, 0.0, F), (0.0, 5e-324, T), (-1e308, 1e308, T), (1.0, 1.0, F), (N, 1.0, N), (1.0, N, N)),
        cases("string string", ("a", "b", T), ("Z", "a", T), ("a", "Z", F), ("", "a", T), ("a", "ab", T), ("10", "9", T),
              ("f", "\u00e9", T),
              ("\uffff", "😀", T), ("😀", "\uffff", F), ("a", "a", F), ("a", N, N), (N, "", N)),
        cases("date date", (day("0001-01-01"), day("9999-12-31"), T), (day("2024-02-29"), day("2024-02-29"), F),
              (N, day("2024-02-29"), N)),
        cases("timestamp timestamp", (moment("1969-12-31 23:59:59.999999"), moment("1970-01-01"), T),
              (moment("9999-12-31 23:59:59.999999"), moment("0001-01-01"), F), (N, moment("1970-01-01"), N)),
    ],
    "less_equal": [
        cases("boolean boolean", (F, T, T), (T, F, F), (T, T, T), (T, N, N)),
        cases("int int", (1, 2, T), (2, 2, T), (BIG + 1, BIG, F), (MAX, MAX, T), (MAX, MIN, F), (N, 1, N)),
        cases("double double", (0.0, -0.0, T), (5e-324, 0.0, F), (-1e308, 1e308, T), (1.0, N, N)),
        cases("string string", ("a", "a", T), ("b", "a", F), ("Z", "a", T), ("", "", T), ("\uffff", "😀", T), ("😀", "\uffff", F),
              ("a", N, N)),
        cases("date date", (day("2024-02-29"), day("2024-02-29"), T), (day("2024-03-01"), day("2024-02-29"), F), (N, N, N)),
        cases("timestamp timestamp", (moment("1970-01-01"), moment("1970-01-01"), T),
              (moment("1970-01-01 00:00:00.000001"), moment("1970-01-01"), F), (moment("1970-01-01"), N, N)),
    ],
    "in": [
        cases("int", (1, T), (3, F), (BIG + 1, T), (BIG, F), (N, N), after=(1, 2, BIG + 1)),
        cases("double", (0.1, T), (-0.0, T), (0.3, F), (N, N), after=(0.1, 0.0)),
        cases("string", ("a", T), ("A", F), ("", T), ("it's", T), ("a ", F), (N, N), after=("a", "", "it's")),
        cases("boolean", (T, T), (F, F), (N, N), after=(True,)),
        cases("date", (day("2024-02-29"), T), (day("2024-02-28"), F), (N, N), after=(day("2024-02-29"), day("1900-01-01"))),
        cases("timestamp", (moment("2024-02-29"), T), (moment("2024-02-29 00:00:00.000001"), F), (N, N),
              after=(moment("2024-02-29"),)),
    ],
    "coalesce": [
        cases("boolean boolean", (F, T, F), (N, T, T), (N, N, N)),
        cases("int int", (BIG + 1, 0, BIG + 1), (N, BIG + 1, BIG + 1), (0, 7, 0), (N, N, N)),
        cases("double double double", (N, N, 2.5, 2.5), (N, 0.0, 1.0, 0.0), (1.5, N, N, 1.5), (N, N, N, N)),
        cases("string string", ("", "b", ""), (N, "b", "b"), (N, N, N)),
        cases("date date", (N, day("0001-01-01"), day("0001-01-01")), (day("9999-12-31"), N, day("9999-12-31")), (N, N, N)),
        cases("timestamp timestamp", (N, moment("2024-03-10 02:30:00"), moment("2024-03-10 02:30:00")), (N, N, N)),
        cases("int", (N, BIG + 1), (MAX, MAX), after=(BIG + 1,)),
        cases("string", (N, "missing"), ("", ""), after=("missing",)),
    ],
    "greatest": [
        cases("boolean boolean", (F, T, T), (F, N, F), (N, N, N)),
        cases("int int int", (1, 3, 2, 3), (BIG, BIG + 1, N, BIG + 1), (N, MIN, N, MIN), (N, N, N, N)),
        cases("double double", (1.5, -2.5, 1.5), (N, -2.5, -2.5), (-1e308, N, -1e308), (N, N, N)),
        cases("string string", ("a", "Z", "a"), ("\uffff", "😀", "😀"), ("", N, ""), (N, N, N)),
        cases("date date", (day("2024-02-29"), day("2023-02-28"), day("2024-02-29")), (N, day("0001-01-01"), day("0001-01-01"))),
        cases("timestamp timestamp", (moment("2024-01-01"), moment("2024-01-01 00:00:00.000001"),
              moment("2024-01-01 00:00:00.000001")),
              (N, N, N)),
    ],
    "least": [
        cases("boolean boolean", (F, T, F), (T, N, T), (N, N, N)),
        cases("int int int", (1, 3, 2, 1), (BIG, BIG + 1, N, BIG), (N, MAX, N, MAX), (N, N, N, N)),
        cases("double double", (1.5, -2.5, -2.5), (N, 2.5, 2.5), (1e308, N, 1e308), (N, N, N)),
        cases("string string", ("a", "Z", "Z"), ("\uffff", "😀", "\uffff"), ("", "a", ""), (N, "a", "a"), (N, N, N)),
        cases("date date", (day("2024-02-29"), day("2023-02-28"), day("2023-02-28")), (N, day("9999-12-31"), day("9999-12-31"))),
        cases("timestamp timestamp", (moment("2024-01-01"), moment("2024-01-01 00:00:00.000001"), moment("2024-01-01")),
              (N, N, N)),
    ],
}
