"""`crossover report` writes the report of a comparison again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crossover.cli.main import main
from crossover.report import plots
from tests.report.comparison import comparison

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def _tables_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "can_draw", lambda: False)


@pytest.fixture
def measured(tmp_path: Path) -> Path:
    path = tmp_path / "fraud" / "comparison.json"
    path.parent.mkdir()
    path.write_text(json.dumps(comparison()), encoding="utf-8")
    return path


def test_a_report_is_written_beside_its_comparison(measured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(measured.parent)]) == 0
    assert capsys.readouterr().out.splitlines() == [str(measured.parent / name) for name in ("report.html", "report.md")]
    assert "25.2" in (measured.parent / "report.md").read_text(encoding="utf-8")


def test_a_report_goes_where_it_is_asked_for(measured: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(measured), "--out", str(tmp_path / "a" / "b"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"written": [str(tmp_path / "a" / "b" / name) for name in ("report.html", "report.md")]}
    assert not (measured.parent / "report.html").exists()


@pytest.mark.parametrize(
    ("text", "said", "code"),
    [
        (None, "crossover: no comparison at", 2),
        ("[1, 2]", "holds no JSON object", 3),
        ("{", "holds no JSON object", 3),
        ('{"format": 1}', "no comparison of format 2, but of 1", 3),
        ('{"format": 2, "runs": 3}', "not a comparison", 3),
    ],
)
def test_what_is_no_comparison_is_refused(text: str | None, said: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "comparison.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert main(["report", str(path)]) == code
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == ([path] if text is not None else [])
