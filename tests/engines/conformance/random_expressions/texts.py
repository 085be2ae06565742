"""Random expressions as a user writes them: templates with slots of a type."""

from __future__ import annotations

import random
import re
from datetime import date, datetime
from typing import Any

from tests.engines.conformance.random_expressions.rows import COLUMNS, TYPE_OF_KIND, VALUES

PARAMETERS: dict[str, Any] = {
    "n": 3,
    "ratio": 0.25,
    "word": "ab",
    "on": date(2024, 2, 29),
    "numbers": (1, 7, None, -7),
    "words": ("a", "it's", ""),
}

KINDS = ("boolean", "int", "double", "string", "date", "timestamp")
TEMPLATES: dict[str, list[str]] = {
    "boolean": [
        "{boolean} and {boolean}", "{boolean} or {boolean}", "not {boolean}", "not ({boolean} or {boolean})",
        *[f"{{{kind}}} {sign} {{{kind}}}" for kind in KINDS for sign in ("=", "!=", "<", "<=", ">", ">=")],
        "{int} < {double}", "{double} >= {small}", "{date} < {timestamp}", "{timestamp} = {date}",
        *[f"{{{kind}}} is null" for kind in KINDS], *[f"{{{kind}}} is not null" for kind in KINDS],
        "{int} between {int} and {int}", "{double} not between {int} and {double}", "{date} between {date} and {timestamp}",
        "{string} between 'A' and {string}", "{int} in (1, -7, 2024)", "{int} not in (0, 1, null)", "{double} in (0, 0.5, -2.5)",
        "{string} in ('a', 'it''s', '')", "{date} in (date '2024-02-29', $on)", "{int} in $numbers", "{string} not in $words",
        "{string} like 'a%'", "{string} like '%b'", "{string} like '%.%'", "{string} not like '_'", "{string} like 'a_X%'",
            "{string} like '50%'",
        "{string} like 'a.c'", "{string} like '%'", "{string} like ''", "{text} like '%0%-%'",
        "starts_with({string}, {string})", "ends_with({string}, 'b')", "contains({string}, {string})", "cast({text} as boolean)",
    ],
    "int": [
        "{int} + {int}", "{int} - {int}", "{int} * {int}", "{int} % {int}", "-{int}", "{small} + {small}", "{small} * {small}",
            "{small} % 3", "{int} % $n",
        "abs({int})", "floor({double})", "ceil({double})", "round({int})", "round({int}, 2)", "sign({double})", "sign({int})",
            "floor({small})",
        "cast({text} as int)", "cast({double} as int)", "cast({boolean} as int)", "cast({int} as int)", "length({string})",
        *[f"{part}({{{kind}}})" for kind in ("date", "timestamp") for part in (
            "year", "month", "day", "hour", "minute", "second", "weekday", "iso_week", "quarter", "day_of_year")],
    ],
    "double": [
        "{double} + {double}", "{double} - {int}", "{double} * {double}", "{double} / {double}", "{int} / {int}",
            "{double} / {small}", "{small} / 4",
        "{double} % {double}", "{double} % {small}", "-{double}", "{double} * {double} / {double} - {double}",
            "({double} - {double}) / ({double} + {double})",
        "abs({double})", "abs({double} - {double})", "round({double})", "round({double}, 2)", "round({double}, 9)",
            "{double} * $ratio",
        "ln({double})", "ln(1 + {double})", "log10({double})", "log2({int})", "exp({double})", "sqrt({double})", "sqrt({int})",
            "power({double}, {small})",
        "power({double}, 0.5)", "sin({double})", "cos({double})", "tan({small})", "asin({double})", "acos({double})",
            "atan2(abs({double}) + 1, {double} + 0.5)",
        "radians({double})", "haversine_km({small}, {double}, {small}, {small})", "cast({text} as double)",
            "cast({int} as double)", "cast({boolean} as double)",
        "minutes_between({timestamp}, {timestamp})", "days_between({date}, {timestamp})",
            "hash_share('salt', {int}, {string}, {date})", "hash_share('s', {timestamp}, {boolean}, {double})",
    ],
    "string": [
        "lower({string})", "upper({string})", "trim({string})", "substring({string}, {small}, {small})",
            "substring({string}, 2, 3)", "substring({string}, {int}, {int})",
        "concat({string}, {string})", "concat({string}, '-', $word)", "replace({string}, {string}, {string})",
            "replace({string}, 'X', '')", "cast({int} as string)",
    ],
    "date": [
        "make_date({int}, {small}, {small})", "make_date(year({date}), {small}, 29)", "add_days({date}, {int})",
            "add_days({date}, {small})", "add_months({date}, {small})",
        "add_months({date}, {int})", "cast({text} as date)", "cast({timestamp} as date)",
            *[f"truncate_to('{unit}', {{date}})" for unit in ("hour", "day", "week", "month", "quarter", "year")],
    ],
    "timestamp": [
        "add_minutes({timestamp}, {int})", "add_minutes({timestamp}, {double})", "add_minutes({date}, {small} / 7)",
            "add_days({timestamp}, {small})", "add_days({timestamp}, {int})",
        "add_months({timestamp}, {small})", "cast({text} as timestamp)", "cast({date} as timestamp)",
        *[f"truncate_to('{unit}', {{timestamp}})" for unit in ("minute", "hour", "day", "week", "month", "quarter", "year")],
    ],
}  # fmt: skip
OF_ANY = [
    "coalesce({T}, {T})", "coalesce(null, {T}, {T})", "coalesce({T}, {T}, {leaf T})", "greatest({T}, {T})",
        "least({T}, {T}, {T})", "greatest({T}, null)", "nullif({leaf T}, {leaf T})",
    "case when {boolean} then {T} end", "case when {boolean} then {T} else {T} end",
        "case when {boolean} then {T} when {boolean} then null else {T} end",
]  # fmt: skip
MIXED = {
    "double": ["coalesce({int}, {double})", "greatest({small}, {double})", "case when {boolean} then {small} else {double} end"],
    "timestamp": ["coalesce({date}, {timestamp})", "least({timestamp}, {date})"],
}
for kind in KINDS:
    TEMPLATES[kind] += [template.replace("{T}", f"{{{kind}}}").replace("{leaf T}", f"{{leaf {kind}}}") for template in OF_ANY]
    TEMPLATES[kind] += MIXED.get(kind, [])


class Writer:
    """Writes expressions; the same seed writes the same ones."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.leaves = {kind: [name for name, each in COLUMNS.items() if each == kind] for kind in VALUES}

    def of_template(self, template: str, depth: int) -> str:
        return re.sub(
            r"\{(leaf )?([a-z]+)\}", lambda slot: self.leaf(slot[2]) if slot[1] else self.write(slot[2], depth - 1), template
        )

    def write(self, kind: str, depth: int) -> str:
        """Return an expression of a kind of column, at most `depth` templates deep, in parentheses where it is no atom."""
        if depth <= 0 or kind not in TEMPLATES or self.chance.random() < 0.2:
            return self.leaf(kind)
        return f"({self.of_template(self.chance.choice(TEMPLATES[kind]), depth)})"

    def leaf(self, kind: str) -> str:
        if kind == "int" and self.chance.random() < 0.5:
            kind = "small"
        if self.chance.random() < 0.15:
            return constant(self.chance.choice(VALUES[kind]))
        return self.chance.choice(self.leaves[kind])


def constant(value: Any) -> str:
    """Return a value as a literal; int64's smallest cannot be written."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            written = repr(max(value, -(2**63) + 1) if isinstance(value, int) else value)
            return f"({written})" if written.startswith("-") else written
        case str():
            return "'" + value.replace("'", "''") + "'"
        case datetime():
            return f"timestamp '{value.isoformat(' ')}'"
        case _:
            return f"date '{value.isoformat()}'"


assert set(KINDS) == set(TYPE_OF_KIND.values())
