"""Names, types, guards: what becomes of a user's expression, and what is refused."""

from __future__ import annotations

import pytest

from crossover.language.errors import ExpressionError
from crossover.language.functions import FUNCTIONS
from crossover.language.lower import lower
from crossover.language.parse import parse
from crossover.language.primitives import PRIMITIVES
from crossover.language.show import show
from crossover.language.tree import Call, walk
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, Fact

SCHEMA = {
    "i": Fact(INT),
    "n": Fact(INT, nullable=False, interval=(1, 10)),
    "x": Fact(DOUBLE),
    "mean": Fact(DOUBLE, exact=False),
    "s": Fact(STRING),
    "b": Fact(BOOLEAN),
    "d": Fact(DATE),
    "t": Fact(TIMESTAMP),
}


def lowered(text: str) -> str:
    return show(lower(parse(text), SCHEMA, {"p": 2, "list": (1, 2)}).expression)


@pytest.mark.parametrize(
    ("text", "primitives"),
    [
        ("i + 1", "i +? 1"),
        ("n + 1", "n + 1"),
        ("i + 0.5", "int_to_double(i) + 0.5"),
        ("x * x + x", "finite((x * x) + x)"),
        ("x / i", "finite(x / nonzero(int_to_double(i)))"),
        ("x / 2", "x / 2.0"),
        ("x / 0.5", "finite(x / 0.5)"),
        ("x / n", "finite(x / int_to_double(n))"),
        ("i % 7", "i % 7"),
        ("i % i", "i % nonzero(i)"),
        ("-x", "0.0 - x"),
        ("x * 2 > 1", "1.0 < finite(x * 2.0)"),
        ("ln(x)", "ln(positive(x))"),
        ("sqrt(4)", "sqrt(4.0)"),
        ("exp(x) / exp(x)", "finite(exp(x) / nonzero(finite(exp(x))))"),
        ("i = 1.5", "int_to_double(i) = 1.5"),
        ("d < t", "date_to_timestamp(d) < t"),
        ("i != 1", "not (i = 1)"),
        ("i between 1 and $p", "(1 <= i) and (i <= 2)"),
        ("i in $list", "i in (1, 2)"),
        ("i in (1, null)", "i in (1) or null"),
        ("n is null", "false"),
        ("coalesce(i, n, 3)", "coalesce(i, n)"),
        ("s like 'a%'", "starts_with(s, 'a')"),
        ("s like '%a'", "ends_with(s, 'a')"),
        ("s like '%a%'", "contains(s, 'a')"),
        ("s like 'a'", "s = 'a'"),
        ("s like 'a_%'", "matches(s, 'a..*')"),
        ("s like '%.%_'", r"matches(s, '.*\..*.')"),
        ("floor(i)", "i"),
        ("hour(t) + 1", "hour(t) + 1"),
        ("minutes_between(t, t) > 1", "1.0 < (int_to_double(microseconds_between(t, t)) / 60000000.0)"),
        ("truncate_to('day', d)", "d"),
    ],
)
def test_guards_stand_only_where_they_are_needed(text: str, primitives: str) -> None:
    assert lowered(text) == primitives


@pytest.mark.parametrize(
    ("text", "message", "code"),
    [
        ("nope + 1", "no column `nope`", "unknown-column"),
        ("meen", "did you mean `mean`?", "unknown-column"),
        ("$q", "no parameter `q`", "unknown-parameter"),
        ("$list", "it stands only after `in`", "type"),
        ("lenght(s)", "did you mean `length`?", "unknown-function"),
        ("s + 1", "this is string", "type"),
        ("b + 1", "this is boolean", "type"),
        ("s = 1", "string stands beside", "type"),
        ("t > '2011-09-01'", "write date '2011-09-01'", "type"),
        ("i = null", "write `x is null`", "null-comparison"),
        ("mean = 1.0", "last bits may differ", "inexact"),
        ("mean in (1.0)", "last bits may differ", "inexact"),
        ("sum(i)", "looks at several rows", "aggregate"),
        ("ln()", "got 0 arguments", "arguments"),
        ("ln(x, x)", "got 2 arguments", "arguments"),
        ("round(x, i)", "literal from 0 to 15", "type"),
        ("s like s", "a literal string", "type"),
        ("cast(x as string)", "double cannot be cast to string", "type"),
        ("cast(x as strng)", "did you mean `string`?", "type"),
        ("case when i then 1 end", "a condition is boolean", "type"),
        ("case when b then 1 else 'a' end", "stands beside", "type"),
        ("truncate_to('fortnight', t)", "the unit is one of", "type"),
        ("hash_share(s, i)", "the salt is a literal", "type"),
    ],
)
def test_wrong_names_and_types_are_refused(text: str, message: str, code: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        lower(parse(text), SCHEMA, {"list": (1, 2), "p": 2})
    assert message in caught.value.message
    assert caught.value.code == code


def test_sums_stay_inexact_whatever_is_done_with_them() -> None:
    assert not lower(parse("case when mean > 1 then 1 else 2 end"), SCHEMA).fact.exact
    assert not lower(parse("floor(mean * 2)"), SCHEMA).fact.exact
    assert not lower(parse("ln(x)"), SCHEMA).fact.exact
    assert lower(parse("x / 3 + sqrt(x)"), SCHEMA).fact.exact


def test_every_function_has_an_example_that_lowers_to_primitives_alone() -> None:
    for function in FUNCTIONS.values():
        tree = lower(parse(function.example[0]), SCHEMA).expression
        assert {node.function for node in walk(tree) if isinstance(node, Call)} <= set(PRIMITIVES), function.name


def test_every_primitive_is_made_by_a_function() -> None:
    texts = [function.example[0] for function in FUNCTIONS.values()]
    texts += ["i + i", "i - i", "i * i", "n - n", "n * n", "x / i", "abs(x)", "log2(x)", "sqrt(x)", "asin(x)", "log10(x)", "floor(x)"]
    texts += ["ceil(x)", "round(x)", "round(x, 2)", "s like 'a_'", "i != 1 or b", "add_minutes(t, x)", "add_days(t, i)"]
    texts += [f"cast({c} as {t})" for c, t in (("s", "int"), ("s", "double"), ("s", "boolean"), ("s", "date"), ("s", "timestamp"))]
    texts += ["cast(i as string)", "cast(b as int)", "cast(t as date)", "cast(x as int)", "d = t", "truncate_to('hour', t)", "i is null"]
    made: set[str] = set()
    for text in texts:
        made |= {node.function for node in walk(lower(parse(text), SCHEMA).expression) if isinstance(node, Call)}
    of_checksums, of_preparation = {"hash_low", "hash_high"}, {"log1p"}
    assert set(PRIMITIVES) - made == of_checksums | of_preparation
