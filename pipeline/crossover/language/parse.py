"""Text to tree. The grammar is in grammar.lark; this file builds the nodes and words the refusals."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken, VisitError
from lark.tree import Meta

from crossover.language.errors import ExpressionError
from crossover.language.tree import NULL_LITERAL, Call, Case, Column, Expression, Literal, Parameter, Span, children
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, INT_MAX, STRING, TIMESTAMP

MAX_CHARACTERS = 10_000
MAX_DEPTH = 100

_NOT_SQL = {
    "&": "`&` is not SQL; write `and`",
    "|": "`|` is not SQL; write `or`, or concat(a, b) for text",
    "!": "`!` is not SQL; write `not`, or `!=`",
    "?": "`?` is not SQL; write case when ... then ... else ... end",
    "^": "`^` is no operator; write power(x, y)",
    ";": "one expression, without `;`",
    '"': "strings stand in single quotes, names in none",
    "`": "names stand without quotes",
    "~": "`~` is not SQL; write `not`",
    "{": "a parameter in an expression is written `$name`; `${ }` is for paths",
    "'": "this string is not closed; a quote inside a string is written twice",
}
_WORDS = {
    "OR": "or", "AND": "and", "NOT": "not", "IS": "is", "IN": "in", "BETWEEN": "between", "LIKE": "like",
    "NULL": "null", "TRUE": "true", "FALSE": "false", "DISTINCT": "distinct", "CAST": "cast(", "AS": "as", "CASE": "case",
    "WHEN": "when", "THEN": "then", "ELSE": "else", "END": "end", "FILTER": "filter (where ...)", "WHERE": "where",
    "DATE": "date '...'", "TIMESTAMP": "timestamp '...'", "NAME": "a name", "NUMBER": "a number", "INTEGER": "a number",
    "STRING": "a string", "COMPARISON": "= != < <= > >=", "SIGN": "+ -", "STAR": "*", "TIMES": "/ %",
    "LPAR": "(", "RPAR": ")", "COMMA": ",", "DOLLAR": "a parameter", "$END": "the end",
}  # fmt: skip


def parse(text: str) -> Expression:
    """Return the tree of an expression.

    Raises
    ------
    ExpressionError
        with the span of the place and what was expected there.
    """
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(f"an expression has at most {MAX_CHARACTERS} characters", Span(0, len(text)))
    _refuse_comment(text)
    try:
        tree = _parser().parse(text)
        expression: Expression = _Builder().transform(tree)
    except VisitError as error:
        if isinstance(error.orig_exc, ExpressionError):
            raise error.orig_exc from None
        raise
    except UnexpectedInput as error:
        raise _refusal(text, error) from None
    _check_depth(expression)
    return expression


@cache
def _parser() -> Lark:
    grammar = files("crossover.language").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="basic", propagate_positions=True, maybe_placeholders=True)


def _refuse_comment(text: str) -> None:
    outside = "".join(part if index % 2 == 0 else " " * (len(part) + 2) for index, part in enumerate(text.split("'")))
    for mark, remedy in (("--", "write `- (-x)` for a minus of a minus"), ("/*", "comments belong into YAML, behind ` #`")):
        if (place := outside.find(mark)) >= 0:
            raise ExpressionError(f"`{mark}` begins a comment in SQL; {remedy}", Span(place, place + 2))


def _refusal(text: str, error: UnexpectedInput) -> ExpressionError:
    if isinstance(error, UnexpectedEOF) or (isinstance(error, UnexpectedToken) and error.token.type == "$END"):
        return ExpressionError(f"the expression ends too early; expected {_expected(error)}", Span(len(text), len(text) + 1))
    place = error.pos_in_stream or 0
    if isinstance(error, UnexpectedCharacters):
        character = text[place]
        if character == "{" and text[place - 1 : place] == "$":
            place -= 1
        message = _NOT_SQL.get(character, f"`{character}` cannot stand here")
        if character.isdigit() or character == ".":
            message = "this is no number: digits, at most one point, an exponent; no letters or `_` behind it"
        return ExpressionError(message, Span(place, place + 1))
    assert isinstance(error, UnexpectedToken)
    token = error.token
    span = Span(place, place + len(token))
    if token.type == "COMPARISON":
        return ExpressionError("comparisons do not chain; write `a < b and b < c`", span)
    if token.type == "DOLLAR":
        return ExpressionError(_NOT_SQL["{"] if text[place : place + 2] == "${" else "`$` needs the name of a parameter", span)
    return ExpressionError(f"`{token}` cannot stand here; expected {_expected(error)}", span)


def _expected(error: UnexpectedInput) -> str:
    accepted = getattr(error, "accepts", None) or getattr(error, "expected", None) or ()
    names = sorted(accepted)
    words = list(dict.fromkeys(_WORDS.get(name, name) for name in names))
    if "a name" in words:
        return "a column, a number, a string or a function"
    return " or ".join(words[:8])


def _check_depth(expression: Expression) -> None:
    level = [expression]
    for _ in range(MAX_DEPTH):
        level = [part for each in level for part in children(each)]
        if not level:
            return
    raise ExpressionError(f"an expression is at most {MAX_DEPTH} levels deep; derive its parts first", Span(0, 1))


def _span(meta: Meta) -> Span:
    return Span(meta.start_pos, meta.end_pos)


def _token_span(token: Token) -> Span:
    start = token.start_pos or 0
    return Span(start, start + len(token))


@v_args(meta=True)
class _Builder(Transformer[Token, Any]):
    """One method for each alternative of the grammar that has a name."""

    def start(self, meta: Meta, parts: list[Any]) -> Expression:
        return parts[0]  # type: ignore[no-any-return]

    def group(self, meta: Meta, parts: list[Any]) -> Expression:
        return parts[0]  # type: ignore[no-any-return]

    def binary(self, meta: Meta, parts: list[Any]) -> Expression:
        left, operator, right = parts
        name = {"==": "=", "<>": "!="}.get(str(operator).lower(), str(operator).lower())
        return Call(name, (left, right), _span(meta))

    def unary(self, meta: Meta, parts: list[Any]) -> Expression:
        operator, operand = parts
        if operator.type == "NOT":
            return Call("not", (operand,), _span(meta))
        if operator == "+":
            return operand  # type: ignore[no-any-return]
        if isinstance(operand, Literal) and operand.type in (INT, DOUBLE):
            return Literal(-operand.value, operand.type, _span(meta))  # type: ignore[operator]
        return Call("minus", (operand,), _span(meta))

    def is_null(self, meta: Meta, parts: list[Any]) -> Expression:
        return Call("is null", (parts[0],), _span(meta))

    def is_not_null(self, meta: Meta, parts: list[Any]) -> Expression:
        return Call("not", (Call("is null", (parts[0],), _span(meta)),), _span(meta))

    def in_list(self, meta: Meta, parts: list[Any]) -> Expression:
        operand, negated, _, arguments = parts
        return _negate(negated, Call("in", (operand, *arguments), _span(meta)))

    def in_parameter(self, meta: Meta, parts: list[Any]) -> Expression:
        operand, negated, _, parameter = parts
        return _negate(negated, Call("in", (operand, parameter), _span(meta)))

    def between(self, meta: Meta, parts: list[Any]) -> Expression:
        operand, negated, _, low, _, high = parts
        return _negate(negated, Call("between", (operand, low, high), _span(meta)))

    def like(self, meta: Meta, parts: list[Any]) -> Expression:
        operand, negated, _, pattern = parts
        return _negate(negated, Call("like", (operand, pattern), _span(meta)))

    def integer(self, meta: Meta, parts: list[Any]) -> Expression:
        value = int(parts[0])
        if value > INT_MAX:
            raise ExpressionError("an int has 64 bits; write a double (with a point) for a larger number", _span(meta))
        return Literal(value, INT, _span(meta))

    def double(self, meta: Meta, parts: list[Any]) -> Expression:
        value = float(parts[0])
        if value == float("inf"):
            raise ExpressionError("this number is too large for a double", _span(meta))
        return Literal(value, DOUBLE, _span(meta))

    def string(self, meta: Meta, parts: list[Any]) -> Expression:
        return Literal(_unquote(parts[0]), STRING, _span(meta))

    def boolean(self, meta: Meta, parts: list[Any]) -> Expression:
        return Literal(parts[0].type == "TRUE", BOOLEAN, _span(meta))

    def null(self, meta: Meta, parts: list[Any]) -> Expression:
        return Literal(None, NULL_LITERAL.type, _span(meta))

    def date(self, meta: Meta, parts: list[Any]) -> Expression:
        try:
            return Literal(date.fromisoformat(_unquote(parts[1])), DATE, _span(meta))
        except ValueError:
            raise ExpressionError("no such date; expected date 'yyyy-mm-dd'", _token_span(parts[1])) from None

    def timestamp(self, meta: Meta, parts: list[Any]) -> Expression:
        try:
            value = datetime.fromisoformat(_unquote(parts[1]))
        except ValueError:
            value = None
        if value is None or value.tzinfo is not None:
            raise ExpressionError("no such timestamp; expected timestamp 'yyyy-mm-dd hh:mm:ss' (UTC)", _token_span(parts[1]))
        return Literal(value, TIMESTAMP, _span(meta))

    def column(self, meta: Meta, parts: list[Any]) -> Expression:
        return Column(str(parts[0]), _span(meta))

    def parameter(self, meta: Meta, parts: list[Any]) -> Expression:
        return Parameter(str(parts[0]), _span(meta))

    def arguments(self, meta: Meta, parts: list[Any]) -> tuple[Expression, ...]:
        return tuple(parts)

    def condition(self, meta: Meta, parts: list[Any]) -> Expression:
        return parts[2]  # type: ignore[no-any-return]

    def branch(self, meta: Meta, parts: list[Any]) -> tuple[Expression, Expression]:
        return parts[1], parts[3]

    def function(self, meta: Meta, parts: list[Any]) -> Expression:
        name, arguments, condition = parts
        return _filtered(Call(name.lower(), arguments or (), _span(meta)), condition)

    def star(self, meta: Meta, parts: list[Any]) -> Expression:
        name, _, condition = parts
        if name.lower() != "count":
            raise ExpressionError(f"`*` belongs to count(*) alone, not to {name}", _span(meta))
        return _filtered(Call("count_rows", (), _span(meta)), condition)

    def distinct(self, meta: Meta, parts: list[Any]) -> Expression:
        name, _, operand, condition = parts
        if name.lower() != "count":
            raise ExpressionError(f"`distinct` belongs to count(distinct x) alone, not to {name}", _span(meta))
        return _filtered(Call("count_distinct", (operand,), _span(meta)), condition)

    def cast(self, meta: Meta, parts: list[Any]) -> Expression:
        _, operand, _, type_name = parts
        return Call("cast", (operand, Literal(str(type_name), STRING, _token_span(type_name))), _span(meta))

    def case(self, meta: Meta, parts: list[Any]) -> Expression:
        branches = tuple(part for part in parts if isinstance(part, tuple))
        rest = [part for part in parts if not isinstance(part, tuple | Token) and part is not None]
        return Case(branches, rest[0] if rest else NULL_LITERAL, _span(meta))


def _negate(negated: Token | None, expression: Call) -> Expression:
    return expression if negated is None else Call("not", (expression,), expression.span)


def _unquote(token: str) -> str:
    return token[1:-1].replace("''", "'")


def _filtered(aggregate: Call, condition: Expression | None) -> Call:
    """`f(x) filter (where c)` is f over x where c is true and null elsewhere; `count(*)` counts those rows."""
    if condition is None:
        return aggregate
    if aggregate.function in ("first", "last") or len(aggregate.arguments) > 1:
        raise ExpressionError(f"`filter` cannot stand behind {aggregate.function}: filter the table before", aggregate.span)
    operand = aggregate.arguments[0] if aggregate.arguments else Literal(1, INT, aggregate.span)
    function = "count" if aggregate.function == "count_rows" else aggregate.function
    return Call(function, (Case(((condition, operand),), NULL_LITERAL, aggregate.span),), aggregate.span)
