"""A mistake in an expression, with its place in the text."""

from __future__ import annotations

from crossover.language.tree import Span


class ExpressionError(Exception):
    """An expression that does not parse, name what exists, or fit its types.

    `code` is the stable code of the problem; the document adds file, line and column.
    """

    def __init__(self, message: str, span: Span | None, *, code: str = "expression", notes: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.span = span or Span(0, 1)
        self.code = code
        self.notes = notes
