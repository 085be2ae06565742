"""Which runs a comparison needs, and in which order: engines interleaved, so that a slow minute falls on all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crossover.compare.measurement import MeasuredRun

RunKey = tuple[str, str, int, int, bool]
"""Size, engine, parallelism, repeat, discarded."""


@dataclass(frozen=True)
class Size:
    """A size of the data that is asked for: the parameters that lead to it."""

    name: str
    scale: float | None
    settings: Mapping[str, str]
    """Texts of `--set`, those for all sizes among them."""


@dataclass(frozen=True)
class Configuration:
    """An engine with so many threads or cores."""

    engine: str
    parallelism: int


@dataclass(frozen=True)
class Turn:
    """One run that is asked for."""

    size: Size
    configuration: Configuration
    repeat: int
    discarded: bool

    @property
    def key(self) -> RunKey:
        return (self.size.name, self.configuration.engine, self.configuration.parallelism, self.repeat, self.discarded)


def schedule(sizes: Sequence[Size], configurations: Sequence[Configuration], repeats: int, warm_ups: int) -> Iterator[Turn]:
    """Yield all runs: size after size, warm-ups first, and each round begins with another configuration."""
    for size in sizes:
        for discarded, rounds in ((True, warm_ups), (False, repeats)):
            for number in range(rounds):
                for configuration in _rotated(configurations, number):
                    yield Turn(size, configuration, number, discarded)


def key_of(run: MeasuredRun) -> RunKey:
    """Return the key of a run that was made."""
    return (run.size, run.engine, run.parallelism, run.repeat, run.discarded)


def _rotated(configurations: Sequence[Configuration], by: int) -> list[Configuration]:
    first = by % len(configurations)
    return [*configurations[first:], *configurations[:first]]
