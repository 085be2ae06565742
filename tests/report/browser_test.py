"""The report in a real browser: light, dark, on a phone and on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.report.browser import look_at

pytestmark = [pytest.mark.once, pytest.mark.slow]

LEAST_CONTRAST = 4.5
"""WCAG 2.1, level AA, for letters of any size."""
LEAST_SIZE = 9.5
"""Pixels of the smallest letters, as they are drawn."""
FAULTY = """<!doctype html><meta charset="utf-8"><title>Faults</title>
<body style="background: #fff"><p style="color: #999">pale</p><p style="font-size: 6px">tiny</p><div style="width: 700px">wide</div>
<figure><svg viewBox="0 0 100 20" width="100"><text x="80" y="10">beyond the plot</text></svg></figure>
<img src="https://unreachable.invalid/picture.png" onerror="console.log('no picture')" alt="">"""


def assert_good(found: dict[str, Any], page: Path) -> None:
    assert found["loaded"]
    assert found["console"] == []
    assert found["requests"] == [page.resolve().as_uri()]
    assert (found["scripts"], found["handlers"]) == (0, [])
    assert found["width"] == found["window"]
    assert (found["beyond"], found["outside"]) == ([], [])
    assert found["contrast"][0] >= LEAST_CONTRAST, found["contrast"]
    assert found["smallest"][0] >= LEAST_SIZE, found["smallest"]
    assert found["plots"] == 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_screen(plain_report: Path, scheme: str) -> None:
    found = look_at(plain_report, width=1280, scheme=scheme)
    assert_good(found, plain_report)
    assert found["dark"] == (scheme == "dark")
    red, green, blue = found["paper"]
    assert (red + green + blue > 3 * 128) == (scheme == "light")


def test_on_a_phone_and_on_paper(plain_report: Path, tmp_path: Path) -> None:
    paper = tmp_path / "report.pdf"
    found = look_at(plain_report, width=390, pdf=paper)
    assert_good(found, plain_report)
    assert found["pdf"]
    words = "".join(found["printed"].split())
    # what is folded on the screen stands open on paper
    for each in ("amount_mean", "allowed1.7e-07", "business_hour", "accounts", "25.2s", "callstotheJVM"):
        assert each in words
    assert found["pages"] < 20


def test_an_attack_is_shown_as_text(attacked_report: Path) -> None:
    found = look_at(attacked_report, width=390)
    assert_good(found, attacked_report)
    assert found["title"].startswith("</title></svg><script>document.title='hit'</script>")


def test_the_measures_see_faults(tmp_path: Path) -> None:
    page = tmp_path / "faulty.html"
    page.write_text(FAULTY, encoding="utf-8")
    found = look_at(page, width=390)
    assert found["contrast"][0] < LEAST_CONTRAST
    assert found["smallest"][0] < LEAST_SIZE
    assert found["width"] > found["window"]
    assert found["beyond"]
    assert found["outside"] == ["beyond the plot"]
    assert found["handlers"] == ["onerror"]
    assert "https://unreachable.invalid/picture.png" in found["requests"]
    assert any("no picture" in message for message in found["console"])
