"""Every notebook runs from its first cell to its last, in a folder with nothing but the documents and the data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from crossover.cli.example import example

REPOSITORY = Path(__file__).parents[2]
NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning:zmq", "ignore::DeprecationWarning:jupyter_client")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_to_its_end(path: Path, tmp_path: Path) -> None:
    (tmp_path / "conf").symlink_to(REPOSITORY / "conf")
    example("flights", tmp_path / "data" / "flights")
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert shown(notebook) == shown(nbformat.read(path, as_version=4))


def shown(notebook: Any) -> list[str]:
    """Return what the cells show, without the figures that are measured."""
    texts = [output["data"]["text/plain"] for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output]
    measured = ("CPU seconds", "peak MiB")
    return ["\n".join(line for line in text.splitlines() if not line.startswith(measured)) for text in texts]
