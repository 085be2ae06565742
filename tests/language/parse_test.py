"""What parses, to which tree, and how the rest is refused."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from crossover.language.errors import ExpressionError
from crossover.language.parse import parse
from crossover.language.tree import Call, Case, Column, Literal, Parameter, literal

A, B, C = Column("a"), Column("b"), Column("c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a + b * c", Call("+", (A, Call("*", (B, C))))),
        ("a - b - c", Call("-", (Call("-", (A, B)), C))),
        ("-a", Call("minus", (A,))),
        ("-1", literal(-1)),
        ("- 1.5e-3", literal(-0.0015)),
        ("a == b", Call("=", (A, B))),
        ("a <> b", Call("!=", (A, B))),
        ("NOT a AND b or c", Call("or", (Call("and", (Call("not", (A,)), B)), C))),
        ("not a = b", Call("not", (Call("=", (A, B)),))),
        ("a is not null", Call("not", (Call("is null", (A,)),))),
        ("a in (1, 2)", Call("in", (A, literal(1), literal(2)))),
        ("a not in $list", Call("not", (Call("in", (A, Parameter("list"))),))),
        ("a between 1 and 2 and b", Call("and", (Call("between", (A, literal(1), literal(2))), B))),
        ("a not like 'x%'", Call("not", (Call("like", (A, literal("x%"))),))),
        ("'it''s'", literal("it's")),
        ("'a -- b'", literal("a -- b")),
        (r"'\n'", literal(r"\n")),
        ("date '2011-09-01'", literal(date(2011, 9, 1))),
        ("timestamp '2011-09-01 10:00:00'", literal(datetime(2011, 9, 1, 10))),
        ("date > timestamp", Call(">", (Column("date"), Column("timestamp")))),
        ("case when a then 1 when b then 2 else 3 end", Case(((A, literal(1)), (B, literal(2))), literal(3))),
        ("case when a then 1 end", Case(((A, literal(1)),), parse("null"))),
        ("cast(a as int)", Call("cast", (A, literal("int")))),
        ("count(*)", Call("count_rows")),
        ("count(distinct a)", Call("count_distinct", (A,))),
        ("sum(a) filter (where b)", Call("sum", (Case(((B, A),), parse("null")),))),
        ("count(*) filter (where b)", Call("count", (Case(((B, literal(1)),), parse("null")),))),
        ("Coalesce(a, 0)", Call("coalesce", (A, literal(0)))),
    ],
)
def test_text_becomes_tree(text: str, tree: object) -> None:
    assert parse(text) == tree


def test_literals_of_different_types_are_different() -> None:
    assert len({literal(1), literal(1.0), literal(True), literal("1")}) == 4


def test_spans_are_offsets_and_do_not_make_trees_different() -> None:
    call = parse("  a +  b")
    assert isinstance(call, Call)
    assert call.span is not None
    assert (call.span.start, call.span.end) == (2, 8)
    assert parse("a+b") == call
    assert hash(parse("a+b")) == hash(call)


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("(a > 0) & (b)", "`&` is not SQL; write `and`", 8),
        ("a ? b : c", "`?` is not SQL; write case when ... then ... else ... end", 2),
        ("a; drop table x", "one expression, without `;`", 1),
        ("1_000", "this is no number", 0),
        ("1L", "this is no number", 0),
        ("1e999", "this number is too large for a double", 0),
        ("9223372036854775808", "an int has 64 bits", 0),
        ("a < b < c", "comparisons do not chain", 6),
        ("a b", "`b` cannot stand here", 2),
        ("a +", "the expression ends too early", 3),
        ("", "the expression ends too early", 0),
        ("a -- b", "`--` begins a comment", 2),
        ("a /* b */", "`/*` begins a comment", 2),
        ('"a"', "strings stand in single quotes", 0),
        ("`a`", "names stand without quotes", 0),
        ("x ^ 2", "`^` is no operator", 2),
        ("${late}", "a parameter in an expression is written `$name`", 0),
        ("'abc", "this string is not closed", 0),
        ("(select 1)", "`1` cannot stand here", 8),
        ("case a when 1 then 2 end", "`a` cannot stand here; expected when", 5),
        ("date '2011-02-30'", "no such date", 5),
        ("timestamp '2011-02-03T10:00:00Z'", "no such timestamp", 10),
        ("sum(*)", "`*` belongs to count(*) alone", 0),
        ("last(a) filter (where b)", "`filter` cannot stand behind last", 0),
        ("and + 1", "`and` cannot stand here", 0),
    ],
)
def test_what_is_not_in_the_grammar_is_refused_at_its_place(text: str, message: str, place: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert message in caught.value.message
    assert caught.value.span.start == place


def test_depth_and_length_are_bounded() -> None:
    with pytest.raises(ExpressionError, match="levels deep"):
        parse("not " * 150 + "a")
    with pytest.raises(ExpressionError, match="characters"):
        parse("a" + " + a" * 5000)


def test_every_hostile_text_is_refused_by_our_own_parser() -> None:
    hostile = [
        "reflect('java.lang.System', 'exit', 1); 1",
        "exists(select 1 from text.`/etc/passwd`)",
        "@pd.io.common.os.system('id')",
        "__import__('os').system('id')",
        "a.b",
        "a[0]",
        "lambda x: x",
        "current_date",
        "x over (partition by y)",
        "a::int",
        "a || b",
        "interval '1 day'",
        "{{ a }}",
        "1 = 1 --",
    ]
    for text in hostile:
        try:
            tree = parse(text)
        except ExpressionError:
            continue
        assert tree == Column("current_date"), text  # a name like another: the checker knows no such column


def test_literal_equality_is_by_type() -> None:
    assert Literal(1, literal(1).type) != literal(1.0)
