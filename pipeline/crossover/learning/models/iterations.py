"""How many iterations a training library made: engines tell it while a model is trained, whoever measures asks.

It is no part of an answer: libraries differ in it, and are polished to the same optimum afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_TOLD: ContextVar[list[int | None] | None] = ContextVar("iterations", default=None)


class Counted:
    """What was told inside one `counted`."""

    def __init__(self, told: list[int | None]) -> None:
        self._told = told

    @property
    def total(self) -> int | None:
        """The sum of all trainings (k-means has several starts); None if nothing was told, or one could not say."""
        known = [each for each in self._told if each is not None]
        return sum(known) if known and len(known) == len(self._told) else None


@contextmanager
def counted() -> Iterator[Counted]:
    """Count what is told inside."""
    told: list[int | None] = []
    token = _TOLD.set(told)
    try:
        yield Counted(told)
    finally:
        _TOLD.reset(token)


def tell(iterations: int | None) -> None:
    """Tell how many iterations one training took, None if the library does not say. Outside `counted` nobody listens."""
    told = _TOLD.get()
    if told is not None:
        told.append(iterations)
