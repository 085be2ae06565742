"""One cluster of processes for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crossover.cli.example import example
from tests.cluster.processes import Cluster

EVERY = 50
"""One flight of so many is kept."""


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture(scope="session")
def flights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The flights, thinned out; the tables beside them whole."""
    place = tmp_path_factory.mktemp("flights")
    example("flights", place)
    file = place / "flights.csv"
    header, *rows = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join([header, *rows[::EVERY]]), encoding="utf-8")
    return place
