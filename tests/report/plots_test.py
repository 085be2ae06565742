"""Plots are SVG whose text is text, whose colours follow the page, and whose bytes are the same each time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import pytest

from crossover.report.charts import Axis, Bars, Chart, Lines, Reference, Series
from crossover.report.colours import DARK, LIGHT, MARKERS
from crossover.report.plots import draw, in_rows
from tests.report.comparison import HOSTILE

pytestmark = pytest.mark.once

LINES = Lines(
    Axis("input rows", "rows", log=True),
    Axis("wall time", "s", log=True),
    (
        Series("polars", ((1e5, 1.3), (1e6, 3.5), (1e7, 25.0)), 0, spans=((1.2, 1.4), (3.5, 3.5), (24.0, 31.0)), joined=False),
        Series("", ((1e5, 1.3), (1e7, 25.0)), 0, "dotted", marked=False),
        Series("spark", ((1e5, 10.0), (1e6, 11.0), (1e7, 27.0)), 1, "dashed"),
    ),
    (Reference("spark wins from 17 million", 1.7e7, upright=True, ends=(1.5e7, 2.1e7)), Reference("limit", 60.0, upright=False)),
    ((3e7, 0),),
)
BARS = Bars(Axis("wall time", "s", whole=True), ("polars", "spark"), (("start", (0.0, 4.1)), ("train", (3.0, 2.0))))


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize(
    ("chart", "words"),
    [
        (LINES, ["polars", "spark", "input rows", "wall time", "limit", "spark wins from 17 million", "10 s"]),
        (BARS, ["polars", "spark", "start", "train", "3 s", "6.1 s", "wall time"]),
    ],
)
def test_words_stay_text(chart: Chart, words: Sequence[str]) -> None:
    assert set(words) <= set(texts(draw("name", "Title", "About", chart)))


@pytest.mark.parametrize("chart", [LINES, BARS])
def test_the_same_chart_gives_the_same_bytes_whatever_the_user_has_set(chart: Chart) -> None:
    first = draw("name", "Title", "About", chart)
    with mpl.rc_context({"font.size": 30, "axes.grid": False, "svg.fonttype": "path", "lines.linewidth": 9, "text.usetex": True}):
        assert draw("name", "Title", "About", chart) == first
        assert mpl.rcParams["font.size"] == 30


@pytest.mark.parametrize("chart", [LINES, BARS])
def test_every_colour_is_a_variable_that_light_and_dark_have(chart: Chart) -> None:
    svg = draw("name", "Title", "About", chart)
    used = set(re.findall(r"var\(--([a-z0-9-]+), #[0-9a-f]{6}\)", svg))
    assert {"ink", "grid", "muted"} <= used <= set(LIGHT) == set(DARK) == set(MARKERS.values())
    assert not re.search(r"#[0-9a-f]{6}", re.sub(r"var\([^)]*\)|#name-[a-z0-9]+", "", svg))


def test_a_plot_has_a_title_a_description_and_names_of_its_own() -> None:
    svg = draw("time", "Time & size", "About <it>", LINES)
    root = ElementTree.fromstring(svg)
    assert [element.text for element in root][:2] == ["Time & size", "About <it>"]
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == "time-title"
    assert all(element.attrib.get("id", "time-").startswith("time-") for element in root.iter())
    named = {element.attrib["id"] for element in root.iter() if "id" in element.attrib}
    assert set(re.findall(r'(?:url\(|href=")#([^)"]+)', svg)) <= named


@pytest.mark.parametrize("name", [HOSTILE, "東京 $\\frac{1}{0}$ {} \\ _^", ""])
def test_names_are_words_and_nothing_else(name: str) -> None:
    series = tuple(replace(each, name=each.name and name) for each in LINES.series)
    svg = draw("name", name, name, replace(LINES, series=series, x=replace(LINES.x, title=name), references=(Reference(name, 1e6, upright=True),)))
    elements = {element.tag.partition("}")[2] for element in ElementTree.fromstring(svg).iter()}
    assert elements <= {"svg", "g", "path", "text", "use", "defs", "clipPath", "rect", "title", "desc"}
    assert "<script" not in svg


def test_one_point_and_constant_values_can_be_drawn() -> None:
    one = replace(LINES, series=(Series("polars", ((1e6, 3.0),), 0, spans=((3.0, 3.0),)),), references=(), crosses=())
    assert "polars" in texts(draw("one", "", "", one))
    still = Lines(Axis("", "s", whole=True), Axis("", "bytes", whole=True), (Series("a", ((0.0, 0.0), (1.0, 0.0)), 0),))
    assert "a" in texts(draw("still", "", "", still))


def test_nothing_is_written_but_what_is_returned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    draw("name", "Title", "About", LINES)
    assert list(tmp_path.iterdir()) == []


def test_a_legend_reads_in_rows() -> None:
    # matplotlib fills the first column, then the second: a d, b e, c
    assert in_rows(list("abcde"), 3) == list("adbec")
