"""Every fact about learning is tested on the reference and on each engine that is installed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import OpenEngines, chosen_engines
from tests.learning.reference import Reference


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "learner_name" in metafunc.fixturenames:
        metafunc.parametrize("learner_name", ["reference", *chosen_engines(metafunc.config)])


@pytest.fixture
def learner(learner_name: str, open_engines: OpenEngines) -> Any:
    """The reference, then one engine after the other."""
    return Reference() if learner_name == "reference" else open_engines.get(learner_name)


@pytest.fixture
def reference() -> Reference:
    """For facts in which an engine has no part."""
    return Reference()
