"""The references in docs/ are those that the code gives."""

from __future__ import annotations

import importlib.util
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_references_are_current() -> None:
    specification = importlib.util.spec_from_file_location("generate_reference", DOCS / "generate_reference.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    assert (DOCS / "functions.md").read_text(encoding="utf-8") == module.functions(), "run `make docs`"
    assert (DOCS / "operations.md").read_text(encoding="utf-8") == module.operations(), "run `make docs`"
