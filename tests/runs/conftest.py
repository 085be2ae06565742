"""The trained model that scoring documents start from."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runs.late_trips import DOCUMENT, NIGHTLY, Folder, write_data


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("trained")
    write_data(place)
    (place / "late.yaml").write_text(DOCUMENT)
    (place / "nightly.yaml").write_text(NIGHTLY)
    command = [sys.executable, "-m", "crossover", "run", "late.yaml", "--quiet"]
    subprocess.run(command, cwd=place, check=True, capture_output=True)
    return place


@pytest.fixture
def folder(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Folder:
    copied = tmp_path / "work"
    shutil.copytree(trained, copied)
    monkeypatch.chdir(copied)
    return Folder(copied, capsys)
