"""What the engine says before it opens."""

from __future__ import annotations

import pytest

from crossover.core.errors import EngineError
from crossover.engines import polars
from crossover.engines.base import EngineOptions


def test_an_old_polars_is_refused_with_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polars, "find_spec", lambda name: object())
    monkeypatch.setattr(polars, "version", lambda name: "1.30.0")
    with pytest.raises(EngineError, match=r"polars 1\.30\.0 is too old, it must be 2 or newer: pip install"):
        polars.open_engine(EngineOptions())


def test_a_missing_polars_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polars, "find_spec", lambda name: None)
    assert polars.missing() == "polars is not installed: pip install 'crossover-ml[polars]'"


def test_a_new_polars_is_not_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polars, "find_spec", lambda name: object())
    monkeypatch.setattr(polars, "version", lambda name: "2.1.0")
    assert polars.missing() is None
