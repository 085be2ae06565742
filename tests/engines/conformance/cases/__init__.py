"""Golden answers of primitives: for each a few tables of arguments and the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crossover.language.tree import Call, Expression, literal


@dataclass(frozen=True)
class Cases:
    """Rows of arguments, the expected value behind them; `types` are the arguments' types.

    Literals may stand before and behind the arguments; the primitive may work on another (`of`), or be
    wrapped in one (`inside`), where its own result need not be a finite number.
    """

    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    before: tuple[Any, ...] = ()
    after: tuple[Any, ...] = ()
    of: str | None = None
    inside: str | None = None

    def expression(self, primitive: str, arguments: Sequence[Expression]) -> Expression:
        """Return the expression under test over the given arguments."""
        operands = (Call(self.of, tuple(arguments)),) if self.of else tuple(arguments)
        tested = Call(primitive, (*map(literal, self.before), *operands, *map(literal, self.after)))
        return Call(self.inside, (tested,)) if self.inside else tested


def cases(
    types: str,
    *rows: tuple[Any, ...],
    before: tuple[Any, ...] = (),
    after: tuple[Any, ...] = (),
    of: str | None = None,
    inside: str | None = None,
) -> Cases:
    """Return the cases of one signature, `types` written as "int double"."""
    return Cases(tuple(types.split()), rows, before, after, of, inside)
