"""Every function's example, and the odd cases of the language, on every engine: one frame, one column a case."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest

from crossover.engines.base import Engine
from crossover.language.functions import FUNCTIONS
from crossover.language.lower import lower
from crossover.language.parse import parse
from crossover.relations.levels import with_columns
from crossover.relations.nodes import InlineTable, Project, Scan
from crossover.relations.schema import schema_of

ROW: dict[str, tuple[pa.DataType, Any]] = {
    "one": (pa.int64(), 1),
    "zero": (pa.int64(), 0),
    "large": (pa.int64(), 2**63 - 1),
    "odd": (pa.int64(), 2**53 + 1),
    "none": (pa.int64(), None),
    "x": (pa.float64(), -2.5),
    "huge": (pa.float64(), 1e308),
    "nothing": (pa.float64(), None),
    "s": (pa.string(), "naïve ß 😀"),
    "empty": (pa.string(), ""),
    "no_text": (pa.string(), None),
    "yes": (pa.bool_(), True),
    "unknown": (pa.bool_(), None),
    "d": (pa.date32(), date(2024, 2, 29)),
    "t": (pa.timestamp("us"), datetime(2024, 12, 30, 23, 59, 59, 999_999)),
    "never": (pa.timestamp("us"), None),
}
CASES: dict[str, Any] = {
    # nulls and three-valued logic
    "unknown and false": False,
    "unknown or yes": True,
    "not unknown": None,
    "unknown and yes": None,
    "none = 1 or one = 1": True,
    "none in (1, 2)": None,
    "one in (2, null)": None,
    "one in (1, null)": True,
    "one not in (2, 3)": True,
    "none between 1 and 2": None,
    "case when unknown then 1 else 2 end": 2,
    "case when none > 0 then 'a' when yes then 'b' end": "b",
    "coalesce(none, nothing, 3)": 3.0,
    "greatest(none, one, zero)": 1,
    "least(nothing, x)": -2.5,
    "nullif(one, 1)": None,
    "none is null and nothing is null and no_text is null": True,
    # arithmetic
    "large + one": None,
    "large - one": 2**63 - 2,
    "large * 2": None,
    "- large - 1 - 1": None,
    "odd + 0": 2**53 + 1,
    "one / zero": None,
    "one % zero": None,
    "-7 % 3": -1,
    "7 % -3": 1,
    "-7.5 % 2": -1.5,
    "huge * 10": None,
    "huge * 10 / 10": None,
    "1 / (huge * 10)": None,
    "huge * 10 > 0": None,
    "huge * 10 - huge * 10": None,
    "-x": 2.5,
    "abs(x)": 2.5,
    "abs(-large)": 2**63 - 1,
    "round(x)": -3.0,
    "round(0.5)": 1.0,
    "round(1.5)": 2.0,
    "round(2.5)": 3.0,
    "round(0.49999999999999994)": 0.0,
    "round(2.675, 2)": 2.68,
    "round(huge, 2)": 1e308,
    "floor(x)": -3,
    "ceil(x)": -2,
    "floor(huge)": None,
    "sign(x)": -1,
    "sign(zero)": 0,
    "sqrt(x)": None,
    "ln(zero)": None,
    "exp(1000)": None,
    "power(x, 0.5)": None,
    "power(10, 400)": None,
    "asin(2)": None,
    "cast(x as int)": -2,
    "cast(2.5 as int)": 2,
    "cast(huge as int)": None,
    "cast(yes as int)": 1,
    "cast(large as string)": "9223372036854775807",
    "cast('17850.0' as int)": 17850,
    "cast('17850.5' as int)": None,
    "cast('0x10' as int)": None,
    "cast('1d' as double)": None,
    "cast('inf' as double)": None,
    "cast(' 1.5 ' as double)": 1.5,
    "cast('TRUE' as boolean)": True,
    "cast('2024-02-30' as date)": None,
    "cast('2013-01-01T10:00:00+02:00' as timestamp)": datetime(2013, 1, 1, 8),
    # strings
    "length(s)": 9,
    "substring(s, 9, 1)": "😀",
    "substring(s, 0, 2)": "n",
    "substring(s, 20, 2)": "",
    "upper(s)": "NAïVE ß 😀",
    "lower('İA')": "İa",
    "trim('\t a ')": "\t a",
    "concat(s, no_text)": None,
    "concat('a', empty, 'b')": "ab",
    "replace('aaa', 'aa', 'b')": "ba",
    "replace('abc', '', 'x')": "abc",
    "s like '%ß%'": True,
    "s like 'na_ve%'": True,
    "'a.b' like 'a_b'": True,
    "'axb' like 'a.b'": False,
    "'A' like 'a'": False,
    "empty like '%'": True,
    "starts_with(s, '')": True,
    "'Z' < 'a' and 'a' < 'é'": True,
    "empty = ''": True,
    # time
    "iso_week(t)": 1,
    "year(t)": 2024,
    "second(t)": 59,
    "weekday(t)": 1,
    "weekday(d)": 4,
    "day_of_year(d)": 60,
    "quarter(d)": 1,
    "make_date(2023, 2, 29)": None,
    "make_date(none, 1, 1)": None,
    "add_days(d, 366)": date(2025, 3, 1),
    "add_days(t, -1)": datetime(2024, 12, 29, 23, 59, 59, 999_999),
    "add_months(d, 12)": date(2025, 2, 28),
    "add_months(t, 2)": datetime(2025, 2, 28, 23, 59, 59, 999_999),
    "add_days(date '9999-12-31', 1)": None,
    "add_minutes(t, 0.0000001)": datetime(2024, 12, 31, 0, 0, 0, 5),
    "add_minutes(t, none)": None,
    "minutes_between(t, add_minutes(t, 1))": 1.0,
    "days_between(d, t)": 305 + 86_399.999_999 / 86_400,
    "truncate_to('week', t)": datetime(2024, 12, 30),
    "truncate_to('quarter', d)": date(2024, 1, 1),
    "truncate_to('hour', t)": datetime(2024, 12, 30, 23),
    "d < t": True,
    "d = timestamp '2024-02-29 00:00:00'": True,
    "hash_share('split', none)": "hash_share('split', no_text)",
}


def _inline() -> Scan:
    table = pa.table({name: pa.array([value], type_) for name, (type_, value) in ROW.items()})
    return Scan(InlineTable(table), tuple(ROW))


@pytest.fixture
def results(engine: Engine[Any], engine_name: str) -> dict[str, Any]:
    if engine_name not in _RESULTS:
        _RESULTS[engine_name] = _computed(engine)
    return _RESULTS[engine_name]


_RESULTS: dict[str, dict[str, Any]] = {}


def _computed(engine: Engine[Any]) -> dict[str, Any]:
    texts = [*CASES, *(function.example[0] for function in FUNCTIONS.values())]
    texts += [value for text, value in CASES.items() if text.startswith("hash_share")]
    scan = _inline()
    schema = schema_of(scan)
    derived = {f"case_{index}": lower(parse(text), schema).expression for index, text in enumerate(texts)}
    relation = with_columns(scan, list(schema), derived)
    assert isinstance(relation, Project)
    (row,) = engine.collect(relation).to_pylist()
    return {text: row[f"case_{index}"] for index, text in enumerate(texts)}


def _same(got: Any, expected: Any) -> bool:
    if isinstance(expected, float) and isinstance(got, float):
        return math.isclose(got, expected, rel_tol=1e-15, abs_tol=1e-15)
    return type(got) is type(expected) and bool(got == expected)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_an_example_of_the_reference_is_true(function: Any, results: dict[str, Any]) -> None:
    text, expected = function.example
    assert _same(results[text], expected), f"{text}: {results[text]!r}, expected {expected!r}"


@pytest.mark.parametrize("text", CASES)
def test_an_odd_case_means_what_the_language_says(text: str, results: dict[str, Any]) -> None:
    expected = results[CASES[text]] if text.startswith("hash_share") else CASES[text]
    assert _same(results[text], expected), f"{text}: {results[text]!r}, expected {expected!r}"
