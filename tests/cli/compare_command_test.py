"""`crossover compare`: engines and sizes measured in processes of their own, with a certificate and a report."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from crossover.engines.registry import missing
from tests.cli.conftest import REPOSITORY, Shop, visits
from tests.runs.measure.holder import holder

MIB = 2**20


def broken_off(path: Path) -> None:
    raise KeyboardInterrupt


@pytest.mark.once
def test_engines_are_measured_certified_and_reported_and_one_that_dies_is_a_result(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = shop("compare", "shop.yaml", "--engine", "pandas,killed,polars", "--repeat", "1")
    assert done.code == 0, done.err
    comparison = json.loads((shop.folder / "comparisons" / "shop" / "comparison.json").read_text())
    assert [(run["engine"], run["outcome"]) for run in comparison["runs"]] == [
        ("pandas", "finished"), ("killed", "failed"), ("polars", "finished"),
    ]  # fmt: skip
    assert "was ended by SIGKILL" in comparison["runs"][1]["message"]
    (size,) = comparison["sizes"]
    # 300 lines of one CSV file
    assert (size["name"], size["rows"], size["bytes"]) == ("as it is", 300, len(visits()))
    assert size["same_answer"] is True
    assert size["certificate"]["engines"] == ["pandas", "polars"]
    assert comparison["commands"] == ["crossover compare shop.yaml --engine pandas,killed,polars --repeat 1"]
    # a process that imports pandas and scikit-learn reads more than its 6 KB of data
    assert all(each["wall_s"]["median"] > 0 and each["peak_memory"]["median"] > 50 * 2**20 for each in comparison["summaries"])
    assert comparison["models"]["buyer"]["kind"] == "logistic_regression"
    assert comparison["models"]["buyer"]["metrics"]["auc"] > comparison["models"]["buyer"]["baseline"]["auc"] == 0.5
    # 300 visits, one dirty, one too long
    (latency,) = comparison["latency"]
    assert latency["batch_rows"] == 298
    assert 0 < latency["one_row_p50_s"] <= latency["one_row_p99_s"] < 0.1
    lines = done.out.splitlines()
    assert [line for line in lines if line.startswith("as it is: same answer: yes   10 comparisons, ")]
    assert [line for line in lines if line.startswith("as it is  killed x2: failed: was ended by SIGKILL")]
    folder = Path("comparisons/shop")
    assert lines[-3:] == [str(folder / name) for name in ("comparison.json", "report.html", "report.md")]
    assert "same answer" in (shop.folder / folder / "report.html").read_text().lower()
    assert [line.split(": ")[1] for line in done.err.splitlines()] == [
        "[1/3] as it is  pandas x2  run 1", "[2/3] as it is  killed x2  run 1", "[3/3] as it is  polars x2  run 1",
    ]  # fmt: skip

    again = shop("compare", "shop.yaml", "--engine", "pandas,killed,polars", "--repeat", "1", "--json")
    assert again.code == 0, again.err
    assert "nothing is missing" in again.err
    assert again.json["runs"] == comparison["runs"]
    # what is measured of another document cannot stand beside it
    shop.document.write_text(shop.document.read_text().replace("l2: 0.01", "l2: 0.02"))
    other = shop("compare", "shop.yaml", "--engine", "pandas,killed,polars", "--repeat", "1")
    assert other.code == 2
    assert "`comparisons/shop` holds a comparison whose document was " in other.err
    # broken off while it throws away, --again leaves nothing that looks whole
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", broken_off)
        assert shop("compare", "shop.yaml", "--engine", "pandas", "--repeat", "1", "--again").code == 130
    assert not (shop.folder / folder / "comparison.json").exists()


@pytest.mark.once
def test_answers_that_differ_end_with_code_6_and_the_cell_is_named(shop: Shop) -> None:
    done = shop("compare", "shop.yaml", "--engine", "pandas,wrong", "--repeat", "1", "--json", "-q", "--out", "here")
    assert done.code == 6, done.err
    answer = done.json
    assert answer["folder"] == "here"
    (size,) = answer["sizes"]
    first = size["certificate"]["first_difference"]
    # 299 * 7 mod 23 = 0 pages; the wrong engine says one more
    assert (first["part"], first["column"], first["key"]) == ("table visits", "pages", {"visit": 299})
    assert answer["error"]["message"] == (
        "size as it is: the engines gave different answers. table visits: value: column pages, visit=299, pandas 0, wrong 1"
    )


@pytest.mark.once
def test_a_comparison_without_any_answer_ends_with_the_code_of_the_first_failure(shop: Shop) -> None:
    (shop.folder / "data" / "visits.csv").write_text("visit,pages\n1,2\n")
    done = shop("compare", "shop.yaml", "--engine", "polars", "--repeat", "1", "-q")
    assert done.code == 3
    assert "no run has ended well; the first one, on polars: failed: " in done.err


@pytest.mark.once
def test_values_of_a_parameter_are_sizes(shop: Shop) -> None:
    half = visits().splitlines(keepends=True)[:151]
    (shop.folder / "half").mkdir()
    (shop.folder / "half" / "visits.csv").write_text("".join(half))
    options = ("--engine", "polars", "--repeat", "1", "--parallelism", "1", "-q", "--json")
    done = shop("compare", "shop.yaml", *options, "--sizes", "data=half,data", "--sizes", "longest=50,60")
    assert done.code == 0, done.err
    answer = done.json
    assert [(size["name"], size["rows"], size["same_answer"]) for size in answer["sizes"]] == [("half, 50", 150, None), ("data, 60", 300, None)]
    assert [size["parameters"]["longest"] for size in answer["sizes"]] == [50, 60]
    assert [run["parallelism"] for run in answer["runs"]] == [1, 1]


@pytest.mark.once
def test_a_document_without_made_data_has_sizes_in_copies_of_its_own(shop: Shop) -> None:
    done = shop("compare", "shop.yaml", "--engine", "polars", "--repeat", "1", "-q", "--json", "--scale", "1,3")
    assert done.code == 0, done.err
    assert [(size["name"], size["scale"], size["rows"]) for size in done.json["sizes"]] == [("1", 1.0, 300), ("3", 3.0, 900)]


@pytest.mark.once
@pytest.mark.slow
def test_warm_ups_parallelisms_and_stages_apart_under_a_limit(shop: Shop) -> None:
    options = ("--repeat", "1", "--warm-up", "1", "--parallelism", "1,2", "--apart", "--memory", "2GB")
    done = shop("compare", "shop.yaml", "--engine", "pandas,polars", *options)
    assert done.code == 0, done.err
    folder = shop.folder / "comparisons" / "shop"
    answer = json.loads((folder / "comparison.json").read_text())
    tried = [(engine, cores) for engine in ("pandas", "polars") for cores in (1, 2)]
    # all warm-ups come first, and each configuration counts once
    assert [(run["engine"], run["parallelism"], run["discarded"], run["outcome"]) for run in answer["runs"]] == [
        (*each, warm_up, "finished") for warm_up in (True, False) for each in tried
    ]
    assert answer["request"] == {"engines": ["pandas", "polars"], "parallelism": [1, 2], "repeats": 1, "warm_ups": 1}
    assert answer["sizes"][0]["same_answer"] is True
    assert [(each["engine"], each["parallelism"], each["repeats"]) for each in answer["summaries"]] == [(*each, 1) for each in tried]
    for run, summary in zip(answer["runs"][4:], answer["summaries"], strict=True):
        kept = sum(clock["wall_s"] for clock in run["clocks"] if clock["name"] == "keep")
        assert summary["wall_s"]["median"] == pytest.approx(run["usage"]["wall_s"] - kept, rel=1e-12)
        assert summary["peak_memory"]["median"] == run["usage"]["peak_memory"]
    stages = ("ingest", "clean", "features", "train", "evaluate", "score")
    assert [(each["engine"], each["parallelism"], each["stage"], each["outcome"]) for each in answer["apart"]] == [
        (*each, stage, "finished") for each in tried for stage in stages
    ]
    assert all(0 < each["session_start_s"] < each["usage"]["wall_s"] for each in answer["apart"])
    assert answer["machine"]["memory_limit_bytes"] == 2 << 30
    assert {each["usage"]["limit_by"] for each in (*answer["runs"], *answer["apart"])} == {holder()}
    assert "each stage apart, as a job of its own: a breakdown, not the production plan" in done.out
    report = (folder / "report.md").read_text()
    for words in ("limit of each run | 2.00 GiB, held by a", "not the production plan", "4 runs that count and 4 warm-ups that do not"):
        assert words in report


@pytest.mark.once
def test_a_limit_that_is_far_too_small_is_a_result_of_each_engine_and_size(shop: Shop) -> None:
    # Python with pyarrow and pandas, or Polars, takes three times that before it reads anything
    options = ("--repeat", "1", "--parallelism", "1", "--memory", "64MB", "--sizes", "longest=50,60", "--apart")
    done = shop("compare", "shop.yaml", "--engine", "pandas,polars", *options, "--json", "-q")
    # nothing ended well, and memory that is out is an engine's error
    assert done.code == 4
    answer = done.json
    tried = [(size, engine) for size in ("50", "60") for engine in ("pandas", "polars")]
    assert [(run["size"], run["engine"], run["outcome"], run["message"]) for run in answer["runs"]] == [
        (*each, "does not fit", "does not fit in 64 MB") for each in tried
    ]
    # the first stage that does not fit is the last one of its engine
    assert [(each["size"], each["engine"], each["stage"], each["outcome"]) for each in answer["apart"]] == [
        (*each, "ingest", "does not fit") for each in tried
    ]
    assert {run["usage"]["limit_by"] for run in answer["runs"]} == {holder()}
    assert answer["machine"]["memory_limit_bytes"] == 64 * MIB
    assert (answer["summaries"], answer["verdict"], answer["latency"]) == ([], [], [])
    assert [size["same_answer"] for size in answer["sizes"]] == [None, None]
    assert answer["error"]["message"] == "no run has ended well; the first one, on pandas: does not fit in 64 MB"
    assert all(Path(path).is_file() for path in answer["report"])


@pytest.mark.skipif(missing("spark") is not None, reason="Spark is not there")
def test_spark_gives_the_same_answer_on_made_data_and_tells_what_it_did(shop: Shop) -> None:
    document = REPOSITORY / "conf" / "fraud.yaml"
    options = ("--scale", "0.001", "--engine", "polars,spark", "--repeat", "1", "--parallelism", "2", "-q", "--json")
    done = shop("compare", str(document), *options)
    assert done.code == 0, done.err
    answer = done.json
    assert (shop.folder / "data" / "payments-0.001" / "manifest.json").exists()
    (size,) = answer["sizes"]
    assert (size["name"], size["scale"], size["same_answer"]) == ("0.001", 0.001, True)
    manifest = json.loads((shop.folder / "data" / "payments-0.001" / "manifest.json").read_text())
    assert size["rows"] == sum(table["rows"] for table in manifest["tables"].values())
    polars, spark = answer["runs"]
    assert polars["spark"] is None
    assert spark["spark"]["jobs"] > 0
    assert spark["spark"]["tasks"] >= spark["spark"]["stages"] > 0
    # nothing of what Spark did lies outside a clock, and the log is cut where clocks begin
    assert all(clock["spark"] is None for clock in polars["clocks"])
    done_in = {(clock["name"], clock["table"]): clock["spark"] for clock in spark["clocks"]}
    for name in ("jobs", "tasks", "scans", "shuffle_write_bytes"):
        assert sum(each[name] for each in done_in.values()) == spark["spark"][name]
    assert done_in["start", None]["jobs"] == 0
    assert done_in["train", "fraud"]["jobs"] > 1
    assert done_in["train", "fraud"]["scans"] == 0
    assert done_in["ingest", "transactions"]["scans"] > 0
    assert all(1 < run["iterations"]["fraud"] < 100 for run in (polars, spark))
    assert spark["session_start_s"] > polars["session_start_s"]
    # the JVM is in the tree that is looked at
    assert spark["usage"]["cpu_s"] > 2
    assert spark["usage"]["read_bytes"] > size["bytes"]
    (summary,) = (each for each in answer["summaries"] if each["engine"] == "spark")
    assert summary["shuffle_share"] is not None


@pytest.mark.once
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--scale", "0.5"), "`--scale 0.5`: shop.yaml has no `generate`, so its sizes are whole numbers of copies of its data"),
        (("--scale", "0.1,none"), "`--scale 0.1,none`: `none` is no number above 0"),
        (("--scale", "0.1,0.10"), "`--scale 0.1,0.10`: 0.10 is given twice"),
        (("--scale", "1", "--sizes", "data=a,b"), "two ways to say how large the data is"),
        (("--sizes", "data"), "`--sizes data`: expected NAME=VALUE,VALUE"),
        (("--sizes", "data=a,b", "--sizes", "longest=1"), "all lists have as many values"),
        (("--sizes", "data=data,data"), "a size is given twice"),
        (("--sizes", "data=a,b", "--set", "data=c"), "a parameter that nothing else sets"),
        (("--parallelism", "1,0"), "`--parallelism 1,0`: expected whole numbers above 0"),
        (("--memory", "much"), "`--memory much` is no size: 4GB, 500MB"),
        (("--engine", "panda"), "unknown engine `panda`"),
    ],
)
def test_what_cannot_be_compared_is_said_before_anything_runs(shop: Shop, options: tuple[str, ...], told: str) -> None:
    done = shop("compare", "shop.yaml", *options)
    assert done.code == 2
    assert told in done.err
    assert not (shop.folder / "comparisons").exists()


@pytest.mark.once
def test_data_of_a_size_that_is_missing_is_said_before_anything_runs(shop: Shop) -> None:
    done = shop("compare", "shop.yaml", "--engine", "polars", "--sizes", "data=data,nowhere", "-q")
    assert done.code == 3
    assert "nowhere/visits.csv" in done.err
    assert not (shop.folder / "comparisons" / "shop" / "comparison.json").exists()


@pytest.mark.once
def test_a_scoring_document_is_not_compared(shop: Shop) -> None:
    (shop.folder / "nightly.yaml").write_text("scoring: nightly\nmodel: runs/shop/current/buyer\n")
    assert shop("run", "shop.yaml", "--engine", "pandas", "-q").code == 0
    done = shop("compare", "nightly.yaml", "--engine", "polars")
    assert done.code == 2
    assert "`compare` takes the document of a pipeline" in done.err
