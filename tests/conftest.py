"""What all tests share: a hostile time zone, and every engine that is installed.

Run with `--engines pandas,polars` to choose. Under CI=true a missing engine is an error, not a smaller run.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from crossover.engines.base import Engine, EngineOptions
from crossover.engines.registry import ENGINES, missing, open_engine
from crossover.engines.spark.class_archive import java_options
from crossover.engines.spark.java import spark_version
from crossover.relations.nodes import Scan
from tests.engines.conformance.plain import PlainEngine

PLAIN = "plain"
"""Loops in plain Python, which check the conformance tests themselves."""

OLDER_SPARK = (spark_version() or "").startswith("3.")
"""Whether this is the line of Spark 3.5. What takes minutes on each line is shared between the two, another half on each."""

LINE = "older" if OLDER_SPARK else "newest"

LONGEST = ("cluster", "document", "slow")
"""Markers of files that take minutes, the longest first."""

os.environ["TZ"] = "America/New_York"
time.tzset()

os.environ.setdefault("SPARK_SUBMIT_OPTS", f"-XX:TieredStopAtLevel=1 -XX:+UseSerialGC {java_options()}".strip())
"""Options of each JVM that a test starts: many short ones, for which the second compiler and many collector threads
are a loss. Six trainings took 124 CPU-seconds without them and 83 with them."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engines", default="", help="engines to test, comma-separated; all that are installed if not given")


def asked_engines(config: pytest.Config) -> list[str]:
    return [name.strip() for name in config.getoption("--engines").split(",") if name.strip()]


def chosen_engines(config: pytest.Config) -> list[str]:
    """Return the engines to test. Raises UsageError for one that was asked for, or is compulsory in CI, and is missing."""
    asked = [name for name in asked_engines(config) if name != PLAIN]
    if asked_engines(config) == [PLAIN]:
        return []
    if unknown := set(asked) - set(ENGINES):
        raise pytest.UsageError(f"no such engine: {', '.join(sorted(unknown))}; there are {', '.join([*ENGINES, PLAIN])}")
    lacking = {name: reason for name in asked or ENGINES if (reason := missing(name))}
    if lacking and (asked or os.environ.get("CI") == "true"):
        raise pytest.UsageError("; ".join(f"engine {name}: {reason}" for name, reason in lacking.items()))
    return [name for name in asked or ENGINES if name not in lacking]


def is_left_out(engine: str, config: pytest.Config) -> bool:
    """Return whether an engine is not tested here: it is not installed, or others were asked for."""
    left_out = engine not in chosen_engines(config)
    assert not left_out or missing(engine) or config.getoption("--engines")
    return left_out


def marks_of(engine: str) -> list[pytest.MarkDecorator]:
    """Return the marks of a test on an engine: Polars and plain Python are the same beside either Spark."""
    return [pytest.mark.once] if engine in (PLAIN, "polars") else []


def shared(seeds: Sequence[int]) -> list[Any]:
    """Return the parameters of a test that draws rows by chance: on Spark each line takes every other one."""
    return [pytest.param(seed, marks=pytest.mark.line(("older", "newest")[place % 2])) for place, seed in enumerate(seeds)]


def _of_the_other_line(item: pytest.Item) -> bool:
    """Whether a test on Spark is one that `line` gives to the other line."""
    lines = {mark.args[0] for mark in item.iter_markers("line")}
    parameters = getattr(item, "callspec", None)
    engine = parameters.params.get("engine_name", "spark") if parameters else "spark"
    return engine == "spark" and bool(lines) and LINE not in lines


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the other line of Spark does; begin with the longest files where several processes share the work."""
    sides: dict[bool, list[pytest.Item]] = {True: [], False: []}
    for item in items:
        sides[_of_the_other_line(item)].append(item)
    if sides[True]:
        config.hook.pytest_deselected(items=sides[True])
        items[:] = sides[False]
    if not hasattr(config, "workerinput"):
        return
    first: dict[Path, int] = {}
    for item in items:
        place = min((place for place, marker in enumerate(LONGEST) if item.get_closest_marker(marker)), default=len(LONGEST))
        first[item.path] = min(first.get(item.path, place), place)
    items.sort(key=lambda item: first[item.path])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine_name" in metafunc.fixturenames:
        names = chosen_engines(metafunc.config)
        asked = asked_engines(metafunc.config)
        if "conformance" in metafunc.definition.path.parts and (PLAIN in asked or not asked):
            names = [PLAIN, *names]
        metafunc.parametrize("engine_name", [pytest.param(name, marks=marks_of(name)) for name in names])


class OpenEngines:
    """Engines by name, each opened once. What a distributed engine scans is spread over `partitions`; 0 leaves it as it is."""

    def __init__(self) -> None:
        self.partitions = 3
        self._open: dict[str, Engine[Any]] = {}

    def get(self, name: str) -> Engine[Any]:
        if name not in self._open:
            engine = PlainEngine() if name == PLAIN else open_engine(name, EngineOptions(parallelism=2, partitions=3))
            if engine.capabilities.distributed:
                self._spread_scans(engine)
            self._open[name] = engine
        return self._open[name]

    def _spread_scans(self, engine: Engine[Any]) -> None:
        scan = engine.scan

        def spread(node: Scan) -> Any:
            return scan(node).repartition(self.partitions) if self.partitions else scan(node)

        engine.scan = spread  # type: ignore[method-assign]

    def close(self) -> None:
        for engine in self._open.values():
            engine.close()


@pytest.fixture(scope="session")
def open_engines() -> Iterator[OpenEngines]:
    """All engines of this session. Not the fixture to parametrise: in random order each change would open one anew.

    Its Spark owns the JVM of the process. A fixture that opens one and outlives a test has this open its own first.
    """
    engines = OpenEngines()
    yield engines
    engines.close()


@pytest.fixture
def engine(engine_name: str, open_engines: OpenEngines) -> Engine[Any]:
    """One engine after the other."""
    return open_engines.get(engine_name)


@pytest.fixture(params=[1, 3, 8])
def partitions(request: pytest.FixtureRequest, open_engines: OpenEngines) -> Iterator[int]:
    """Partitions over which a distributed engine finds its inline tables."""
    open_engines.partitions = request.param
    yield request.param
    open_engines.partitions = 3
