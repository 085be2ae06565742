"""The grammar of cells: golden answers, and columns against single cells."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossover.core.errors import ConfigError
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, Type
from crossover.sources.cells import parse, parse_boolean, parse_date, parse_double, parse_int, parse_timestamp
from crossover.sources.formats import format_to_pattern
from crossover.sources.text import ARROW, cast

INTS: dict[str, int | None] = {
    "0": 0, "-0": 0, "+1": 1, "-1": -1, "007": 7, " 1": 1, "1\t ": 1, "17850.0": 17850, "17850.": 17850, "-3.000": -3,
    "9223372036854775807": 2**63 - 1, "-9223372036854775808": -(2**63), "+9223372036854775807.0": 2**63 - 1,
    "123456789012345678.0": 123456789012345678, "9007199254740993.0": 2**53 + 1, "0" * 30 + "5": 5,
    "9223372036854775808": None, "-9223372036854775809": None, "1" * 5000: None, "17850.5": None, "": None, " ": None,
    "0x10": None, "0X1f": None, "1_0": None, "1,000": None, "1e3": None, "--1": None, "+-1": None, "- 1": None, ".0": None,
    "-": None, "1d": None, "nan": None, "\u0661": None, "\uff11": None, "\u00a01": None, "1\n": None, "1\r": None, "1\x0b": None,
    "1 2": None, "true": None,
}  # fmt: skip
DOUBLES: dict[str, float | None] = {
    "0": 0.0, "-1.5": -1.5, "+1.5": 1.5, ".5": 0.5, "5.": 5.0, "-.5": -0.5, "1e5": 1e5, "1E+5": 1e5, "1.5e-3": 0.0015, " 2.5\t": 2.5,
    "1e-400": 0.0, "5e-324": 5e-324, "0.1": 0.1, "17976931348623157e292": 1.7976931348623157e308, "1e00000000000000000000001": 10.0,
    "123456789012345678901234567890": 123456789012345678901234567890.0, "2.2250738585072011e-308": 2.225073858507201e-308,
    "1e400": None, "-1e309": None, "1e999999999999999999999": None, "inf": None, "-Infinity": None, "nan": None, "NaN": None,
    "nan(1)": None, "1d": None, "1f": None, "0x10": None, "0x1p3": None, "1_0": None, "1,5": None, ".": None, "": None, "e5": None,
    "1e": None, "1e+": None, "--1": None, "1 2": None, "\u0663": None, "\u00a01": None, "1.5\n": None, "1..5": None, "NA": None,
}  # fmt: skip
BOOLEANS: dict[str, bool | None] = {
    "true": True, "TRUE": True, "tRuE": True, "1": True, " true ": True, "false": False, "False": False, "0": False, "\t0": False,
    "": None, "t": None, "yes": None, "2": None, "1.0": None, "01": None, "+1": None, "truE\n": None, "fal\u017fe": None,
}  # fmt: skip
DATES: dict[str, date | None] = {
    "2013-01-31": date(2013, 1, 31), " 2013-12-31 ": date(2013, 12, 31), "2012-02-29": date(2012, 2, 29), "2000-02-29": date(2000, 2, 29),
    "0001-01-01": date(1, 1, 1), "9999-12-31": date(9999, 12, 31), "0999-04-30": date(999, 4, 30),
    "2013-02-29": None, "1900-02-29": None, "2013-02-30": None, "2013-04-31": None, "2013-00-10": None, "2013-13-01": None,
    "2013-01-00": None, "2013-01-32": None, "0000-01-01": None, "10000-01-01": None, "-2013-01-01": None, "2013-1-1": None,
    "20130101": None, "2013-01-01T00:00": None, "2013-01-01 00:00:00": None, "2013-01-01Z": None, "01/31/2013": None, "": None,
}  # fmt: skip
TIMESTAMPS: dict[str, datetime | None] = {
    "2013-01-01": datetime(2013, 1, 1), "2013-01-01 10": datetime(2013, 1, 1, 10), "2013-01-01T10:20": datetime(2013, 1, 1, 10, 20),
    "2013-01-01 10:20:30": datetime(2013, 1, 1, 10, 20, 30), " 2013-01-01 10:20\t": datetime(2013, 1, 1, 10, 20),
    "2013-01-01 10:20:30.5": datetime(2013, 1, 1, 10, 20, 30, 500000), "2013-01-01 10:20:30.123456": datetime(2013, 1, 1, 10, 20, 30, 123456),
    "2013-01-01 10:20:30.1234567": datetime(2013, 1, 1, 10, 20, 30, 123456), "1960-01-01T00:00:00.999999999": datetime(1960, 1, 1, 0, 0, 0, 999999),
    "2012-02-29 23:59:59": datetime(2012, 2, 29, 23, 59, 59), "2013-01-01T10:20Z": datetime(2013, 1, 1, 10, 20),
    "2013-01-01T10:20:30.5Z": datetime(2013, 1, 1, 10, 20, 30, 500000), "2013-01-01T10:20+02:00": datetime(2013, 1, 1, 8, 20),
    "2013-01-01T10+0530": datetime(2013, 1, 1, 4, 30), "2013-01-01T01-05": datetime(2013, 1, 1, 6), "2012-02-29T01:00+02": datetime(2012, 2, 28, 23),
    "2013-01-01T10:20-18:00": datetime(2013, 1, 2, 4, 20), "2013-01-01T10:20+1800": datetime(2012, 12, 31, 16, 20),
    "9999-12-31T23:59:59.999999": datetime(9999, 12, 31, 23, 59, 59, 999999), "0001-01-01T00:00": datetime(1, 1, 1),
    "0001-01-01T02:00+02:00": datetime(1, 1, 1), "9999-12-31T20:00-03:59": datetime(9999, 12, 31, 23, 59),
    "0001-01-01T00:00+02:00": None, "9999-12-31T23:00-02:00": None, "0000-12-31T23:00-02:00": None, "0000-01-01": None,
    "2013-01-01T10:20+18:01": None, "2013-01-01T10:20+19:00": None, "2013-01-01T10:20-00:60": None, "2013-01-01T10:20+2": None,
    "2013-01-01Z": None, "2013-01-01T10:20z": None, "2013-01-01t10:20": None, "2013-01-01  10:20": None, "2013-01-01 10:20 Z": None,
    "2013-01-01 24:00": None, "2013-01-01 10:60": None, "2013-01-01 10:20:60": None, "2013-01-01 10:20:30.": None, "2013-01-01 10:20:30,5": None,
    "2013-01-01 10:20:30.1234567890": None, "2013-02-30 10:20": None, "2013-1-1 1:2": None, "20130101T102030": None, "2013-01-01 1020": None,
    "2013-01": None, "": None, "2013-01-01T": None, "1/1/2013 10:20": None, "2013-01-01 10:20:30 UTC": None, "2013-01-01T10:20\n": None,
}  # fmt: skip
GOLDEN: dict[Type, dict[str, Any]] = {INT: INTS, DOUBLE: DOUBLES, BOOLEAN: BOOLEANS, DATE: DATES, TIMESTAMP: TIMESTAMPS}
CASES = [pytest.param(kind, text, value, id=f"{kind}-{text[:40]!r}") for kind, golden in GOLDEN.items() for text, value in golden.items()]


def same(left: object, right: object) -> bool:
    return left == right and type(left) is type(right)


@pytest.mark.parametrize(("type", "text", "value"), CASES)
def test_a_single_cell_has_its_golden_value(type: Type, text: str, value: object) -> None:
    assert same(parse(text, type), value)


@pytest.mark.parametrize(("type", "text", "value"), CASES)
def test_a_column_of_one_cell_has_its_golden_value(type: Type, text: str, value: object) -> None:
    # Alone in its column the cell meets pyarrow's own cast, which must not accept more than the grammar.
    assert same(cast(pa.array([text]), type)[0].as_py(), value)


@pytest.mark.parametrize("type", GOLDEN, ids=str)
@pytest.mark.parametrize("physical", [pa.string(), pa.large_string()], ids=str)
def test_a_mixed_column_has_its_golden_values(type: Type, physical: pa.DataType) -> None:
    texts = [None, *GOLDEN[type], None]
    chunked = pa.chunked_array([pa.array(texts[:7], physical), pa.array([], physical), pa.array(texts, physical)[7:]])
    result = cast(chunked, type)
    assert result.type == ARROW[type]
    assert result.to_pylist() == [None, *GOLDEN[type].values(), None]


@pytest.mark.parametrize("type", [*GOLDEN, STRING], ids=str)
def test_nothing_and_nulls_stay_what_they_are(type: Type) -> None:
    assert cast(pa.array([], pa.string()), type).to_pylist() == []
    assert cast(pa.chunked_array([], pa.string()), type).type == ARROW[type]
    assert cast(pa.array([None, None], pa.string()), type).to_pylist() == [None, None]


def test_the_sign_of_zero_is_kept() -> None:
    assert str(cast(pa.array(["-0.0", "bad"]), DOUBLE)[0].as_py()) == "-0.0"


FORMATS: dict[str, dict[str, datetime | None]] = {
    "%m/%d/%Y %H:%M": {
        "1/2/2013 3:04": datetime(2013, 1, 2, 3, 4), "01/02/2013 03:4": datetime(2013, 1, 2, 3, 4), " 12/31/2013 23:59 ": datetime(2013, 12, 31, 23, 59),
        "2/29/2013 0:00": None, "13/01/2013 1:00": None, "1/2/13 3:04": None, "1/2/2013  3:04": None, "1/2/2013 24:00": None, "1/2/0000 3:04": None,
    },
    "%Y%m%d": {"20130102": datetime(2013, 1, 2), "2013112": None, "201301021": None, "2013 1 2": None},
    "%d.%m.%y": {"1.2.69": datetime(1969, 2, 1), "1.2.68": datetime(2068, 2, 1), "31.4.13": None, "1x2x13": None},
    "%d-%b-%Y %I:%M:%S %p": {
        "1-JAN-2013 12:00:05 am": datetime(2013, 1, 1, 0, 0, 5), "31-Dec-2013 12:30:00 PM": datetime(2013, 12, 31, 12, 30),
        "5-may-2013 1:02:03 pm": datetime(2013, 5, 5, 13, 2, 3), "5-mai-2013 1:02:03 pm": None, "5-may-2013 13:02:03 pm": None,
        "5-may-2013 0:02:03 am": None,
    },
    "%Y-%m-%dT%H:%M:%S.%f%z": {
        "2013-01-02T03:04:05.6+02:00": datetime(2013, 1, 2, 1, 4, 5, 600000), "2013-1-2T3:4:5.123456789Z": datetime(2013, 1, 2, 3, 4, 5, 123456),
        "2013-01-02T03:04:05.6": None, "2013-01-02T03:04:05.6+18:30": None, "0001-01-01T00:00:00.0+01:00": None, "9999-12-31T23:59:59.9-01": None,
    },
    "(%Y) 100%% %m|%d": {"(2013) 100% 1|2": datetime(2013, 1, 2), "2013 100% 1|2": None},
}  # fmt: skip
FORMAT_CASES = [pytest.param(form, text, value, id=f"{form}-{text}") for form, golden in FORMATS.items() for text, value in golden.items()]


@pytest.mark.parametrize(("format", "text", "value"), FORMAT_CASES)
def test_a_format_has_its_golden_value(format: str, text: str, value: datetime | None) -> None:
    assert parse_timestamp(text, format) == value
    assert cast(pa.array([text]), TIMESTAMP, format).to_pylist() == [value]
    assert cast(pa.array([None, text, "?", ""]), TIMESTAMP, format).to_pylist() == [None, value, None, None]


def test_a_date_takes_the_day_of_a_format_with_a_time() -> None:
    assert cast(pa.array(["1/2/1960 23:04"]), DATE, "%m/%d/%Y %H:%M").to_pylist() == [date(1960, 1, 2)]
    assert parse_date("1/2/1960 23:04", "%m/%d/%Y %H:%M") == date(1960, 1, 2)


@pytest.mark.parametrize(
    ("format", "message"),
    [
        ("%Y-%m-%d %T", "%T is not one of the letters"),
        ("%Y-%m-%", "% is not one of the letters"),
        ("%H:%M", "has no year"),
        ("%Y-%m", "has no day"),
        ("%Y-%m-%d %M", "has a minute but no hour"),
        ("%Y-%m-%d %I", "has a half day hour but no half"),
        ("%Y-%m-%d %Y", "the year occurs twice"),
        ("%Y-%y-%m-%d", "the year occurs twice"),
    ],
)
def test_a_format_that_says_no_moment_is_refused(format: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        format_to_pattern(format)


ODD = st.text(alphabet="0123456789+-.eExXdf_ \tTZ:/naitrusflNIA\u0663\u00e9\0", max_size=24)
NUMBERS = st.one_of(
    st.integers(-(2**65), 2**65).map(str),
    st.floats(width=64).map(repr),
    st.tuples(st.integers(-(10**20), 10**20), st.sampled_from([".", ".0", ".00", ".5", "e3", " ", "x"])).map(lambda pair: f"{pair[0]}{pair[1]}"),
)
MOMENTS = st.tuples(
    st.sampled_from(["0000", "0001", "1900", "2012", "2013", "9999"]),
    st.sampled_from(["01", "02", "04", "12", "00", "13"]),
    st.sampled_from(["01", "28", "29", "30", "31", "00", "32"]),
    st.sampled_from(["", " 10", "T23:59", " 00:00:00", "T24:00", " 10:20:30.123", " 10:20:30.1234567", "T10:60"]),
    st.sampled_from(["", "", "Z", "+02:00", "-0530", "+18", "+1801", "-23:00", "+0"]),
).map(lambda parts: f"{parts[0]}-{parts[1]}-{parts[2]}{parts[3]}{parts[4]}")
TEXTS = st.lists(st.none() | ODD | NUMBERS | MOMENTS, max_size=12)


@pytest.mark.parametrize("type", GOLDEN, ids=str)
@given(texts=TEXTS)
@settings(max_examples=300, deadline=None)
def test_a_column_is_cast_as_its_cells_are(type: Type, texts: list[str | None]) -> None:
    expected = [None if text is None else parse(text, type) for text in texts]
    assert cast(pa.array(texts, pa.string()), type).to_pylist() == expected


FORMAT_MOMENTS = st.tuples(
    st.integers(0, 32), st.integers(0, 13), st.sampled_from(["0000", "0001", "2012", "2013", "9999", "13"]), st.integers(0, 24), st.integers(0, 60)
).map(lambda parts: "{1}/{0}/{2} {3}:{4}".format(*parts))


@given(texts=st.lists(st.none() | FORMAT_MOMENTS | ODD, max_size=12))
@settings(max_examples=300, deadline=None)
def test_a_column_with_a_format_is_cast_as_its_cells_are(texts: list[str | None]) -> None:
    form = "%m/%d/%Y %H:%M"
    expected = [None if text is None else parse_timestamp(text, form) for text in texts]
    assert cast(pa.array(texts, pa.string()), TIMESTAMP, form).to_pylist() == expected


def test_cells_agree_with_python_and_numpy_where_those_have_an_answer() -> None:
    generator = np.random.default_rng(7)
    integers = generator.integers(-(2**63), 2**63 - 1, 200, dtype=np.int64)
    doubles = generator.normal(size=200) * 10.0 ** generator.integers(-300, 300, 200)
    assert [parse_int(str(each)) for each in integers] == integers.tolist()
    assert [parse_double(repr(float(each))) for each in doubles] == doubles.tolist()
    assert [parse_boolean(str(each)) for each in integers > 0] == (integers > 0).tolist()
