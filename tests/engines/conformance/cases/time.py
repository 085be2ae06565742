"""Dates and timestamps."""

from __future__ import annotations

from tests.engines.conformance.cases import Cases, cases
from tests.tables import day, moment

MIN, MAX = -(2**63), 2**63 - 1
N = None
FIRST, LAST = "0001-01-01", "9999-12-31"
BEFORE_EPOCH = "1969-12-31 23:59:59.999999"
DST_GAP = "2024-03-10 02:30:00"
"""Does not exist in New York."""
VERY_LAST = "9999-12-31 23:59:59.999999"


def parts(dates: dict[str, int], timestamps: dict[str, int]) -> list[Cases]:
    """Return the cases of a primitive that takes a date or a timestamp and gives an int."""
    return [
        cases("date", *((day(text), value) for text, value in dates.items()), (N, N)),
        cases("timestamp", *((moment(text), value) for text, value in timestamps.items()), (N, N)),
    ]


def truncations(unit: str, dates: dict[str, str], timestamps: dict[str, str]) -> list[Cases]:
    """Return the cases of truncate_time for one unit."""
    return [
        cases("date", *((day(text), day(value)) for text, value in dates.items()), (N, N), before=(unit,)),
        cases("timestamp", *((moment(text), moment(value)) for text, value in timestamps.items()), (N, N), before=(unit,)),
    ]


TIME: dict[str, list[Cases]] = {
    "year": parts({"2024-02-29": 2024, FIRST: 1, LAST: 9999, "1969-12-31": 1969},
                  {DST_GAP: 2024, BEFORE_EPOCH: 1969, FIRST: 1, VERY_LAST: 9999, "2024-12-31 23:59:59.999999": 2024}),
    "month": parts({"2024-02-29": 2, FIRST: 1, LAST: 12}, {"2024-01-31 23:59:59.999999": 1, BEFORE_EPOCH: 12,
        "2024-02-29 00:00:00": 2, VERY_LAST: 12}),
    "day": parts({"2024-02-29": 29, FIRST: 1, LAST: 31}, {"2024-02-29 23:59:59.999999": 29, BEFORE_EPOCH: 31, FIRST: 1,
        VERY_LAST: 31}),
    "hour": parts({"2024-02-29": 0, FIRST: 0}, {DST_GAP: 2, "2024-11-03 01:30:00": 1, BEFORE_EPOCH: 23, FIRST: 0, VERY_LAST: 23,
        "2024-01-01 12:00:00": 12}),
    "minute": parts({"2024-02-29": 0, LAST: 0}, {DST_GAP: 30, BEFORE_EPOCH: 59, FIRST: 0, "0001-01-01 00:07:00": 7,
        VERY_LAST: 59}),
    "second": parts({"2024-02-29": 0}, {"2024-12-31 01:02:03.999999": 3, BEFORE_EPOCH: 59, "1969-12-31 23:59:58.000001": 58,
        FIRST: 0, VERY_LAST: 59}),
    "weekday": parts({"1970-01-01": 4, "2024-03-10": 7, "2024-03-11": 1, "1969-12-31": 3, FIRST: 1, LAST: 5, "2024-02-29": 4},
                     {DST_GAP: 7, "2024-03-09 23:59:59.999999": 6, BEFORE_EPOCH: 3, FIRST: 1, VERY_LAST: 5}),
    "iso_week": parts({"2024-12-30": 1, "2024-12-29": 52, "2021-01-03": 53, "2020-12-31": 53, "2016-01-03": 53, "2023-01-01": 52,
        "2024-01-01": 1, FIRST: 1, LAST: 52},
                      {"2024-12-30 23:30:00": 1, "2021-01-03 23:59:59.999999": 53, BEFORE_EPOCH: 1, FIRST: 1, VERY_LAST: 52}),
    "day_of_year": parts({"2024-12-31": 366, "2023-12-31": 365, "1900-12-31": 365, "2000-12-31": 366, "2024-03-01": 61, FIRST: 1,
        LAST: 365},
                         {"2024-12-31 23:59:59.999999": 366, BEFORE_EPOCH: 365, FIRST: 1, VERY_LAST: 365}),
    "timestamp_to_date": [
        cases("timestamp", (moment("2024-02-29 23:59:59.999999"), day("2024-02-29")), (moment(BEFORE_EPOCH), day("1969-12-31")),
              (moment("1970-01-01"), day("1970-01-01")),
              (moment(FIRST), day(FIRST)), (moment(VERY_LAST), day(LAST)),
              (moment("1900-01-01 00:00:00.000001"), day("1900-01-01")), (N, N)),
    ],
    "date_to_timestamp": [
        cases("date", (day("2024-03-10"), moment("2024-03-10")), (day("1969-12-31"), moment("1969-12-31")),
              (day(FIRST), moment(FIRST)), (day(LAST), moment(LAST)), (N, N)),
    ],
    "make_date": [
        cases("int int int", (2024, 2, 29, day("2024-02-29")), (2023, 2, 29, N), (1900, 2, 29, N),
              (2000, 2, 29, day("2000-02-29")), (2024, 4, 31, N), (2024, 13, 1, N), (2024, 0, 1, N),
              (2024, 1, 0, N), (2024, 1, 32, N), (2024, -1, 1, N), (1, 1, 1, day(FIRST)), (9999, 12, 31, day(LAST)),
              (0, 12, 31, N), (10000, 1, 1, N), (-5, 1, 1, N), (99, 1, 1, day("0099-01-01")),
              (2**32 + 2024, 1, 1, N), (2024, 2**32 + 1, 1, N), (2024, 1, 2**32 + 1, N), (MAX, MAX, MAX, N), (MIN, 1, 1, N),
              (2024, 256 + 1, 1, N), (2024, 1, 256 + 1, N), (N, 1, 1, N), (2024, N, 1, N), (2024, 1, N, N)),
    ],
    "add_microseconds": [
        cases("timestamp int", (moment("2024-12-31 23:59:59.999999"), 1, moment("2025-01-01")),
              (moment("1970-01-01"), -1, moment(BEFORE_EPOCH)), (moment(DST_GAP), 0, moment(DST_GAP)),
              (moment("2024-03-10 01:30:00"), 3_600_000_000, moment(DST_GAP)), (moment(FIRST), -1, N), (moment(VERY_LAST), 1, N),
              (moment(VERY_LAST), 0, moment(VERY_LAST)),
              (moment(FIRST), 315_537_897_599_999_999, moment(VERY_LAST)), (moment("2024-01-01"), MAX, N),
              (moment("2024-01-01"), MIN, N), (moment("1960-01-01"), MIN, N), (moment(VERY_LAST), MAX, N),
              (moment(FIRST), MAX, N), (moment(VERY_LAST), MIN, N), (moment(FIRST), MIN, N),
              (N, 1, N), (moment("2024-01-01"), N, N)),
    ],
    "add_days": [
        cases("date int", (day("2024-02-28"), 1, day("2024-02-29")), (day("2023-02-28"), 1, day("2023-03-01")),
              (day("1970-01-01"), -1, day("1969-12-31")), (day(FIRST), 3652058, day(LAST)), (day(LAST), 1, N),
              (day(FIRST), -1, N), (day("2024-01-01"), 2**32, N), (day("2024-01-01"), -(2**32), N), (day("2024-01-01"), 2**31, N),
              (day("2024-01-01"), MAX, N), (day("2024-01-01"), MIN, N), (day(LAST), 2**31 - 1, N), (day(FIRST), MAX, N),
              (day(LAST), MIN, N), (day(FIRST), 2**32, N),
              (day("2024-01-01"), 0, day("2024-01-01")), (N, 1, N), (day("2024-01-01"), N, N)),
        cases("date", (day("2024-02-29"), day("2024-03-01")), (day(LAST), N), (N, N), after=(1,)),
    ],
    "add_months": [
        cases("date int", (day("2024-01-31"), 1, day("2024-02-29")), (day("2023-01-31"), 1, day("2023-02-28")),
              (day("2024-03-31"), -1, day("2024-02-29")), (day("2024-02-29"), 12, day("2025-02-28")),
              (day("2024-02-29"), 48, day("2028-02-29")), (day("2024-02-29"), 1, day("2024-03-29")),
              (day("2024-12-15"), 1, day("2025-01-15")), (day("2024-01-15"), -1, day("2023-12-15")),
              (day("2024-05-31"), 1, day("2024-06-30")), (day("2024-06-30"), 1, day("2024-07-30")), (day(LAST), 1, N),
              (day("9999-11-30"), 1, day("9999-12-30")), (day(FIRST), -1, N),
              (day(FIRST), 119987, day("9999-12-01")), (day(FIRST), MAX, N), (day(LAST), MIN, N), (day(FIRST), 2**31, N),
              (day("2024-01-01"), 2**32, N), (day("2024-01-01"), -(2**32), N), (day("2024-01-01"), MAX, N),
              (day("2024-01-01"), MIN, N), (day("1969-11-30"), 3, day("1970-02-28")), (N, 1, N), (day("2024-01-01"), N, N)),
        cases("timestamp int", (moment("2024-01-31 23:59:59.999999"), 1, moment("2024-02-29 23:59:59.999999")),
              (moment("2024-02-10 02:30:00"), 1, moment(DST_GAP)),
              (moment("2024-03-31 01:02:03.000004"), -1, moment("2024-02-29 01:02:03.000004")),
              (moment("1969-12-31 12:00:00"), -1, moment("1969-11-30 12:00:00")), (moment(VERY_LAST), 1, N),
              (moment(FIRST), -1, N), (moment(FIRST), MAX, N), (moment("2024-01-01"), 2**32, N), (moment("2024-01-01"), MIN, N),
              (N, 1, N), (moment("2024-01-01"), N, N)),
    ],
    "microseconds_between": [
        cases("timestamp timestamp", (moment("2024-01-01"), moment("2024-01-01 00:00:00.000001"), 1),
              (moment("2024-01-01 00:00:00.000001"), moment("2024-01-01"), -1),
              (moment("2024-03-10 01:30:00"), moment("2024-03-10 03:30:00"), 7_200_000_000),
              (moment(FIRST), moment(VERY_LAST), 315_537_897_599_999_999), (moment(BEFORE_EPOCH), moment("1970-01-01"), 1),
              (moment("2024-01-01"), moment("2024-01-01"), 0), (N, moment("2024-01-01"), N), (moment("2024-01-01"), N, N)),
    ],
    "truncate_time": [
        *truncations("minute", {"2024-02-29": "2024-02-29", FIRST: FIRST},
            {"2024-03-10 02:30:59.999999": DST_GAP, BEFORE_EPOCH: "1969-12-31 23:59:00", VERY_LAST: "9999-12-31 23:59:00",
            FIRST: FIRST}),
        *truncations("hour", {"2024-02-29": "2024-02-29"}, {DST_GAP: "2024-03-10 02:00:00", BEFORE_EPOCH: "1969-12-31 23:00:00",
            "0001-01-01 05:59:59.999999": "0001-01-01 05:00:00"}),
        *truncations("day", {"2024-02-29": "2024-02-29"}, {DST_GAP: "2024-03-10", BEFORE_EPOCH: "1969-12-31", VERY_LAST: LAST,
            FIRST: FIRST}),
        *truncations("week", {"2024-03-10": "2024-03-04", "2024-03-11": "2024-03-11", "2024-01-03": "2024-01-01",
            "1970-01-01": "1969-12-29", "0001-01-07": FIRST, LAST: "9999-12-27"},
                     {"2024-03-10 23:59:59.999999": "2024-03-04", BEFORE_EPOCH: "1969-12-29", "0001-01-03 12:00:00": FIRST,
                         VERY_LAST: "9999-12-27"}),
        *truncations("month", {"2024-02-29": "2024-02-01", FIRST: FIRST, LAST: "9999-12-01"},
            {DST_GAP: "2024-03-01", BEFORE_EPOCH: "1969-12-01", VERY_LAST: "9999-12-01"}),
        *truncations("quarter", {"2024-02-29": "2024-01-01", "2024-06-30": "2024-04-01", "2024-07-01": "2024-07-01",
            LAST: "9999-10-01"}, {DST_GAP: "2024-01-01", BEFORE_EPOCH: "1969-10-01", VERY_LAST: "9999-10-01"}),
        *truncations("year", {"2024-02-29": "2024-01-01", FIRST: FIRST, LAST: "9999-01-01"},
            {DST_GAP: "2024-01-01", BEFORE_EPOCH: "1969-01-01", "0001-12-31 23:59:59.999999": FIRST}),
    ],
}
