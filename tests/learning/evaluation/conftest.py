"""Most facts are tested on the reference and the engines of one machine; `every_engine_test` holds the others to them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import OpenEngines, chosen_engines
from tests.learning.reference import Reference


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "local_name" in metafunc.fixturenames:
        local = [name for name in chosen_engines(metafunc.config) if name != "spark"]
        metafunc.parametrize("local_name", ["reference", *local])


@pytest.fixture
def local_learner(local_name: str, open_engines: OpenEngines) -> Any:
    """The reference, then one engine of one machine after the other."""
    return Reference() if local_name == "reference" else open_engines.get(local_name)
