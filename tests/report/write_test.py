"""A report says what comparison.json says, in HTML and in Markdown, and nothing that stands there is markup."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from crossover.core.errors import DataError
from crossover.report import plots
from crossover.report.amounts import visible
from crossover.report.fitted_lines import not_seen
from crossover.report.html import POLICY
from crossover.report.write import write_report
from tests.report.comparison import HOSTILE, SIZES, comparison, measured
from tests.report.read_back import Read, texts, written

pytestmark = pytest.mark.once

TAGS = {
    "html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section", "p", "span", "h1", "h2", "h3", "ul", "li", "a",
    "dl", "div", "dt", "dd", "table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary", "figure", "figcaption", "pre", "code",
    "svg", "g", "path", "text", "use", "defs", "clippath", "rect", "desc",
}  # fmt: skip


@pytest.fixture(scope="module")
def plain(plain_report: Path) -> tuple[Read, str, str]:
    return texts(plain_report)


@pytest.fixture(scope="module")
def attacked(attacked_report: Path) -> tuple[Read, str, str]:
    return texts(attacked_report)


def test_the_figures_stand_in_the_table(plain: tuple[Read, str, str]) -> None:
    # polars at the largest size: 1.1 s + 14.2 million rows at 1.7 us; 2 cores, busy for four fifths; 61 bytes a row
    row = ["1", "polars", "25.2 s", "24.7 s to 26.5 s", "3.6%", "1.00x", "40.4 s", "2.67 GiB", "14,200,000", "563,000", ""]
    assert row in plain[0].rows
    # pandas needs 0.21 GB and 370 bytes a row: 5.5 GB
    assert ["1", "pandas", "does not fit", *[""] * 8] in plain[0].rows
    # spark on one core: 2.1 us a row and 9.5 s, of the fastest 39.3 / 25.2
    assert next(row for row in plain[0].rows if row[:2] == ["1", "spark, 1 core"])[2:6] == ["39.3 s", "38.5 s to 41.3 s", "3.6%", "1.56x"]
    assert ["fraud", "11.2 µs", "19.8 µs", "5.10 million", "100,000"] in plain[0].rows


def test_every_part_of_the_report_is_there(plain: tuple[Read, str, str]) -> None:
    read, page, _ = plain
    links = {value for name, value in read.attributes if name == "href" and not value.startswith("#time-")}
    assert {"#same-answer", "#figures", "#plots", "#crossover", "#model-0", "#data", "#machine", "#repeat"} <= links
    assert re.findall(r'<figure id="([^"]+)"', page) == [
        "time", "memory", "clocks", "speed-up", "cores", "memory-over-time",
        "model-0-calibration", "model-0-roc", "model-0-precision", "model-0-gains",
    ]  # fmt: skip
    assert page.count("<svg") == 10
    for words in (
        "Same answer: yes, at all 4 sizes: 40 comparisons", "Take with care: spark, 1 core at 0.01 (noise).", "Example CPU @ 2.80GHz",
        "crossover compare conf/fraud.yaml --scale 0.01,0.1,0.3,1", "polars from about 17.4 million rows on",
        "does not fit in 4 GB: stopped at 4.0 GiB after 31 s", "rows within 1e-05 of the threshold 0.5: 3, turned round: 0",
        "gradient norm: pandas 2.1e-13, spark 3.4e-12 (at most 1e-09)", "checksum of the 8 exact columns: equal, 14200000:10000000005:20000000006", "7545313d6e685ba58cb7846c5caa3ac7f5bf0cacbdacd7cb9cea962d71a9a40c",
    ):  # fmt: skip
        assert words in read.text


def test_the_crossover_is_where_the_lines_of_the_fixture_meet(plain: tuple[Read, str, str]) -> None:
    # medians are those of the repeat that took 1.0 times the formula; lines go through all three, on the mean 1.01 times it
    rows = (9.8 - 1.1) / (1.7e-6 - 1.2e-6)
    assert f"{rows / 1e6:.1f} million" == "17.4 million"
    assert "spark wins from 17.4 million" in plain[0].text


def test_what_the_lines_alone_say_is_not_said_of_the_runs(tmp_path: Path) -> None:
    found = comparison()
    found["crossover"] |= {"rows": 1e6, "until_rows": 4e7, "interval": None}
    assert found["crossover"]["choices"][-1]["answer"] != "distributed"
    read, _, _ = written(tmp_path, found)
    assert "spark's line is lower from1.00 millioninput rows to 40.0 million" in read.text
    assert "lines cross at 1.00 million" in read.text
    assert "lines cross at 40.0 million" in read.text
    assert "by the lines through all sizes; at the largest measured one it was not." in read.text
    assert "spark wins from 1.00" not in read.text


def test_lines_that_cross_back_before_the_largest_size_say_what_was_seen() -> None:
    last = {"rows": 1.42e7, "answer": "one machine"}
    assert not_seen({"rows": 1e6, "until_rows": None, "choices": [last]})
    assert not not_seen({"rows": 1e6, "until_rows": 5e6, "choices": [last]})
    assert not not_seen({"rows": 2e7, "choices": [last]})
    assert not not_seen({"rows": 1e6, "choices": [{**last, "answer": "distributed"}]})


def test_tables_that_fold_have_their_titles_in_markdown_too(plain: tuple[Read, str, str]) -> None:
    assert "What Spark did, in the first run that counts" in plain[2]


def test_all_rows_of_a_table_are_as_long_as_its_header(plain: tuple[Read, str, str]) -> None:
    for table in re.findall(r"<table.*?</table>", plain[1], re.DOTALL):
        lengths = {len(re.findall(r"<t[hd][ >]", row)) for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)}
        assert len(lengths) == 1


def test_markdown_tells_the_same_in_whole_tables(plain: tuple[Read, str, str]) -> None:
    markdown = plain[2]
    assert markdown.startswith("# fraud on pandas, polars and spark\n")
    assert "| 1 | polars | 25.2 s | 24.7 s to 26.5 s |" in markdown
    assert_whole_tables(markdown)


def assert_whole_tables(markdown: str) -> None:
    """Check that all rows of a table have as many cells as its header."""
    tables = re.findall(r"(?:^\|.*\|$\n?)+", markdown, re.MULTILINE)
    assert len(tables) > 15
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


def test_what_data_says_is_text_and_never_markup(attacked: tuple[Read, str, str]) -> None:
    read, page, _ = attacked
    assert visible(HOSTILE) in read.text
    assert read.tags <= TAGS
    names = {name for name, _ in read.attributes}
    assert not {name for name in names if name.startswith("on") or name in ("src", "action", "srcdoc", "data", "style ")}
    assert all(value.startswith("#") for name, value in read.attributes if name in ("href", "xlink:href"))
    assert not re.search(r"<script|<img|javascript:|@import|https?://(?!www\.w3\.org/2000/svg)", page.replace("&lt;", ""))
    assert not [character for character in page if ord(character) < 32 and character != "\n"]


def test_what_data_says_is_no_markup_in_markdown_either(attacked: tuple[Read, str, str]) -> None:
    markdown = attacked[2]
    code = [line for line in markdown.splitlines() if line.startswith("    ")]
    rest = "\n".join(line for line in markdown.splitlines() if not line.startswith("    "))
    assert not re.search(r"(?<!\\)[<`]", rest)
    assert len(code) > 20
    assert_whole_tables(markdown)


def test_nothing_runs_and_nothing_is_fetched(plain: tuple[Read, str, str]) -> None:
    assert ("content", POLICY) in plain[0].attributes
    assert POLICY.startswith("default-src 'none'")


def test_the_same_comparison_gives_the_same_bytes(tmp_path: Path, plain_report: Path) -> None:
    page, markdown = write_report(comparison(), tmp_path / "again")
    assert page.read_bytes() == plain_report.read_bytes()
    assert markdown.read_bytes() == plain_report.with_name("report.md").read_bytes()


def test_an_answer_that_differs_is_said_first(tmp_path: Path) -> None:
    found = measured()
    size = found["sizes"][1]
    size["same_answer"] = False
    size["certificate"]["parts"][0] |= {"same": False, "differences": 3}
    size["certificate"]["first_difference"] = {
        "part": "table payments-for-fraud", "what": "value", "column": "amount", "key": {"id": 7}, "values": {"pandas": 1.0, "spark": 2.0},
        "absolute": 1.0, "allowed": 1e-9,
    }  # fmt: skip
    read, page, _ = written(tmp_path, found)
    assert "Same answer: no." in read.text
    assert "table payments-for-fraud: value: column amount, id=7, pandas 1.0, spark 2.0" in read.text
    assert '<p class="notice bad">' in page
    assert ["0.1 (1.42 million rows)", "NO", "10", "1", "62,480,000", "under 0.01%"] in read.rows


def _one_engine(found: dict[str, Any]) -> None:
    found["runs"] = [run for run in found["runs"] if run["engine"] == "polars"]
    found["summaries"] = [each for each in found["summaries"] if each["engine"] == "polars"]
    found["request"]["engines"] = ["polars"]
    for size in found["sizes"]:
        size |= {"certificate": None, "same_answer": None}


def _nothing_finished(found: dict[str, Any]) -> None:
    found["runs"] = [{**run, "outcome": "failed", "message": "no Java\nat all", "usage": None} for run in found["runs"]]
    found |= {"summaries": [], "latency": [], "models": {}}
    for size in found["sizes"]:
        size |= {"rows": None, "certificate": None, "same_answer": None}


def _only_warm_ups(found: dict[str, Any]) -> None:
    found["runs"] = [{**run, "discarded": True} for run in found["runs"][:2]]
    found |= {"summaries": [], "models": {}}


def _bare(found: dict[str, Any]) -> None:
    found |= {"runs": [], "summaries": [], "sizes": [], "models": {}, "latency": [], "machine": {}, "versions": {}, "request": {}}


def _one_size(found: dict[str, Any]) -> None:
    found["sizes"] = found["sizes"][:1]
    for name in ("runs", "summaries"):
        found[name] = [each for each in found[name] if each["size"] == "0.01"]


def _clusters(found: dict[str, Any]) -> None:
    means = {"returns": 0.1, "orders": 25.0}
    clusters = [{"cluster": place, "rows": 10 * place, "share": 0.5, "means": means} for place in range(2)]
    profiles = {"clusters": clusters, "overall": {"rows": 30, "share": 1.0, "means": means}}
    found["models"] = {"segments": {"kind": "k_means", "metrics": {"silhouette": 0.6}, "evaluation": {"profiles": profiles}}}


def _classes(found: dict[str, Any]) -> None:
    classes = [{"class": name, "rows": 5, "precision": None} for name in ("early", "late")]
    confusion = {"classes": ["early", "late"], "rows of a class, by prediction": [[4, 1], [0, 5]]}
    found["models"] = {"arrival": {"kind": "logistic_regression", "metrics": {}, "evaluation": {"classes": classes, "confusion": confusion}}}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_one_engine, ["fraud on polars", "Same answer: not proved", "25.2 s"]),
        (_nothing_finished, ["There is no verdict yet", "No run has ended well yet", "no Java at all", "failed"]),
        (_only_warm_ups, ["There is no verdict yet", "warm-up 1", "0 runs that count and 2 warm-ups that do not"]),
        (_bare, ["There is no verdict yet", "Same answer: not proved"]),
        (_one_size, ["at the only size", "9.97 s"]),
        (_clusters, ["A k-means, trained", "cluster 1", "25"]),
        (_classes, ["early", "Which class was taken for which"]),
    ],
)
def test_what_is_missing_leaves_the_rest(change: Any, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if change not in (_one_engine, _one_size):
        monkeypatch.setattr(plots, "can_draw", lambda: False)
    found = measured()
    change(found)
    read, _, _ = written(tmp_path, found)
    for words in said:
        assert words in read.text


def test_without_matplotlib_the_data_of_the_plots_stands_in_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "can_draw", lambda: False)
    read, page, _ = written(tmp_path, comparison())
    assert "<svg" not in page
    assert "Plots are left out: matplotlib is not installed" in read.text
    assert ["polars", "1", "14,200,000", "25.2 s", "24.7 s", "26.5 s", "25.5 s"] in read.rows


@pytest.mark.parametrize("found", [{}, {"format": 1}, {"format": 2}, {"format": 2, "runs": 3}, {**measured(), "sizes": [{"name": "1"}]}])
def test_what_is_no_comparison_is_refused(found: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="comparison"):
        write_report(found, tmp_path / "report")
    assert not (tmp_path / "report").exists()


def test_the_fixture_is_what_it_says() -> None:
    assert [size["rows"] for size in comparison()["sizes"]] == list(SIZES.values())
    assert {run["outcome"] for run in comparison()["runs"]} == {"finished", "does not fit"}
