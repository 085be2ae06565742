"""The import rules of the house, and what importing it loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("core", "language", "relations", "sources", "learning", "operations", "document", "plan", "runs", "compare", "report", "cli")
HEAVY = ("pandas", "polars", "pyspark", "sklearn", "duckdb", "onnx", "onnxruntime")


def test_the_import_rules_hold() -> None:
    found = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout[-4000:] + found.stderr[-2000:]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_loads_no_dataframe_library(room: str) -> None:
    code = (
        "import importlib, pkgutil, sys, crossover\n"
        f"package = importlib.import_module('crossover.{room}')\n"
        "for each in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "    importlib.import_module(each.name)\n"
        f"loaded = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "sys.exit(f'loads {loaded}' if loaded else 0)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


def test_every_file_is_short_enough_to_be_one_idea() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "pipeline").rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long
