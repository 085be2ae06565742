"""docs/zones.md is what conf/zones.yaml gives on the taxi sample."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tests.documents.taxi_data import SAMPLE

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.slow
@pytest.mark.once
def test_the_page_of_zones_is_current() -> None:
    if not SAMPLE.is_dir():
        pytest.skip(f"the taxi sample is not at {SAMPLE}: set CROSSOVER_TAXI to its folder")
    specification = importlib.util.spec_from_file_location("generate_zones", DOCS / "generate_zones.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    assert (DOCS / "zones.md").read_text(encoding="utf-8") == module.page(SAMPLE), "run `python docs/generate_zones.py DATA`"
