"""What a function is, and how its arguments are checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from crossover.language.errors import ExpressionError
from crossover.language.tree import Span, Value
from crossover.language.typed import Typed, convert, settle
from crossover.language.types import BOOLEAN, DATE, DOUBLE, INT, NULL, STRING, TIMESTAMP, Type

_KINDS: dict[str, tuple[Type, ...]] = {
    "boolean": (BOOLEAN,),
    "int": (INT,),
    "double": (DOUBLE, INT),
    "number": (INT, DOUBLE),
    "string": (STRING,),
    "date": (DATE,),
    "timestamp": (TIMESTAMP, DATE),
    "time": (DATE, TIMESTAMP),
    "any": (BOOLEAN, INT, DOUBLE, STRING, DATE, TIMESTAMP),
}
_BECOMES = {"double": DOUBLE, "timestamp": TIMESTAMP}


@dataclass(frozen=True)
class Function:
    """One function of the language.

    `parameters` are kinds: boolean int double number string date timestamp time any; a kind ending in `?` may be
    left out, in `...` may be repeated. An int goes where a double is wanted, a date where a timestamp is.
    """

    name: str
    parameters: tuple[str, ...]
    meaning: str
    example: tuple[str, Value]
    lower: Callable[..., Typed]
    nulls: str = ""
    written: str = ""
    """How it is written, where that is not name(arguments)."""

    @property
    def signature(self) -> str:
        return self.written or f"{self.name}({', '.join(self.parameters)})"

    def apply(self, arguments: Sequence[Typed], span: Span | None) -> Typed:
        """Return the lowered call. Raises ExpressionError at the argument that does not fit."""
        kinds = self._kinds(arguments, span)
        checked = [self._check(each, kind) for each, kind in zip(arguments, kinds, strict=True)]
        return replace(self.lower(*checked), span=span)

    def _kinds(self, arguments: Sequence[Typed], span: Span | None) -> list[str]:
        kinds = [each.rstrip("?") for each in self.parameters]
        required = sum(not each.endswith("?") for each in self.parameters)
        if kinds and kinds[-1].endswith("..."):
            last = kinds.pop().rstrip(".")
            kinds += [last] * max(len(arguments) - len(kinds), 1)
            required = len(kinds)
        if not required <= len(arguments) <= len(kinds):
            raise ExpressionError(
                f"{self.name} takes {self.signature}, got {len(arguments)} argument{'s' * (len(arguments) != 1)}",
                span,
                code="arguments",
            )
        return kinds[: len(arguments)]

    def _check(self, argument: Typed, kind: str) -> Typed:
        if argument.type == NULL:
            return argument if kind in ("any", "number", "time") else convert(argument, _KINDS[kind][0])
        if argument.type not in _KINDS[kind]:
            raise ExpressionError(f"{self.name} takes {self.signature}; this is {argument.type}", argument.span, code="type")
        keep_loose = self.name in ("+", "-", "*", "/", "minus", "abs")
        settled = argument if keep_loose else settle(argument)
        return convert(settled, _BECOMES.get(kind, settled.type))
