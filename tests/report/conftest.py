"""Reports that several tests look at, written once."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossover.report.write import write_report
from tests.report.comparison import comparison, hostile


@pytest.fixture(scope="session")
def plain_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the comparison made by hand; report.md lies beside it."""
    return write_report(comparison(), tmp_path_factory.mktemp("plain"))[0]


@pytest.fixture(scope="session")
def attacked_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with every name an attack."""
    return write_report(hostile(), tmp_path_factory.mktemp("attacked"))[0]
