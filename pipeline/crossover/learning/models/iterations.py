"""How many iterations a training library made: engines tell it while a model is trained, whoever measures asks.

It is no part of an answer: libraries differ in it, and are polished to the same optimum afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_TOLD: ContextVar[list[int] | None] = ContextVar("iterations", default=None)


class Counted:
    """What was told inside one `counted`."""

    def __init__(self, told: list[int]) -> None:
        self._told = told

    @property
    def total(self) -> int | None:
        """The sum of all trainings (k-means has several starts); None if nothing was told."""
        return sum(self._told) if self._told else None


@contextmanager
def counted() -> Iterator[Counted]:
    """Count what is told inside."""
    told: list[int] = []
    token = _TOLD.set(told)
    try:
        yield Counted(told)
    finally:
        _TOLD.reset(token)


def tell(iterations: int) -> None:
    """Tell how many iterations one training took. Outside `counted` nobody listens."""
    told = _TOLD.get()
    if told is not None:
        told.append(iterations)
