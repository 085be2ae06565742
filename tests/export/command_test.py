"""`crossover model show` and `export` on a run."""

from __future__ import annotations

import re
from pathlib import Path

import joblib
import numpy as np
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import adjusted_rand_score

from tests.command import run_command

GOLDEN = Path(__file__).parents[1] / "golden" / "cards"
BUYER, ALIKE = "runs/shop/current/buyer", "runs/shop/current/alike"


def timeless(card: str) -> str:
    """A card without what differs between two runs of one document."""
    card = re.sub(r"\d{8}-\d{6}-\d{6}-\w{4}", "RUN", card)
    card = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", card)
    card = re.sub(r"(gradient norm) [\d.e-]+\.", r"\1 TINY.", card)
    return re.sub(r"Versions: .*?\.(?=\n\n)", "Versions.", card, flags=re.DOTALL)


@pytest.mark.parametrize(("model", "option", "golden"), [(BUYER, None, "buyer.txt"), (ALIKE, None, "alike.txt"), (BUYER, "--markdown", "buyer.md")])
def test_a_card_reads_as_it_is_written_here(
    in_shop: Path, capfd: pytest.CaptureFixture[str], model: str, option: str | None, golden: str
) -> None:
    done = run_command(capfd, ["model", "show", model, *([option] if option else [])])
    assert done.code == 0
    assert timeless(done.out) == (GOLDEN / golden).read_text(encoding="utf-8")


def test_the_json_card_holds_the_numbers_in_full(in_shop: Path, capfd: pytest.CaptureFixture[str]) -> None:
    done = run_command(capfd, ["model", "show", ALIKE, "--json"])
    card = done.json
    assert done.code == 0
    assert (card["kind"], card["pipeline"], card["run"]["status"]) == ("k_means", "shop", "accepted")
    assert [each["column"] for each in card["inputs"]] == ["pages", "minutes"]
    metrics = {each["name"]: each["value"] for each in card["metrics"]}
    (scores,) = (in_shop / "runs" / "shop" / "attempts").glob("*/scores/alike")
    cluster = dict(zip(*(pq.read_table(scores).column(name).to_pylist() for name in ("visit", "cluster")), strict=True))
    known = [line.split(",") for line in (in_shop / "visits.csv").read_text().splitlines()[1:] if line.split(",")[4]]
    expected = adjusted_rand_score([row[4] for row in known], [cluster[int(row[0])] for row in known])
    assert metrics["adjusted_rand"] == pytest.approx(expected, rel=1e-12)
    assert 0.8 < expected < 1
    pages = [int(line.split(",")[1]) for line in (in_shop / "visits.csv").read_text().splitlines()[1:]]
    assert card["learned"]["profiles"]["overall"]["means"]["pages"] == pytest.approx(np.mean(pages), rel=1e-12)


def test_a_card_of_a_copied_folder_says_what_it_can(in_shop: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder,) = (in_shop / "runs" / "shop" / "attempts").glob("*/buyer")
    copied = tmp_path / "copied" / "buyer"
    copied.mkdir(parents=True)
    for file in folder.iterdir():
        (copied / file.name).write_bytes(file.read_bytes())
    done = run_command(capfd, ["model", "show", str(copied)])
    assert done.code == 0
    assert "Logistic regression" in done.out
    assert "Where it comes from" not in done.out


@pytest.mark.parametrize("to", ["sklearn", "onnx"])
@pytest.mark.parametrize("model", [BUYER, ALIKE])
def test_an_export_is_proved_on_rows_of_the_run_and_says_how_to_use_it(
    in_shop: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], to: str, model: str
) -> None:
    out = tmp_path / f"model.{to}"
    done = run_command(capfd, ["model", "export", model, str(out), "--to", to, "--json"])
    assert done.code == 0
    assert out.is_file()
    assert done.json["rows_of_run"] == 240
    assert done.json["rows_at_edges"] > 10
    assert done.json["largest_difference"] <= 1e-12
    assert list(tmp_path.iterdir()) == [out]


def test_what_an_export_scores_is_what_the_run_scored(in_shop: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    done = run_command(capfd, ["model", "export", BUYER, str(tmp_path / "buyer.joblib"), "--to", "sklearn"])
    assert done.code == 0
    assert "240 rows of the run" in done.out
    (scores,) = (in_shop / "runs" / "shop" / "attempts").glob("*/scores/buyer")
    table = pq.read_table(scores)
    scored = dict(zip(table.column("visit").to_pylist(), table.column("probability").to_pylist(), strict=True))
    rows = [line.split(",") for line in (in_shop / "visits.csv").read_text().splitlines()[1:]]
    values = [
        [int(pages), float(minutes) if minutes else None, int(pages) / float(minutes) if minutes else None, device or None]
        for _, pages, minutes, device, *_ in rows
    ]
    found = joblib.load(tmp_path / "buyer.joblib").predict_proba(np.array(values, dtype=object))[:, 1]
    assert found == pytest.approx([scored[int(row[0])] for row in rows], rel=0, abs=1e-12)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("show", "runs/shop/current/nobody"), 2, "commit 000001 holds no `nobody`"),
        (("show", BUYER, "--json", "--markdown"), 2, "two forms of one card"),
        (("export", BUYER, "shop.yaml", "--to", "onnx"), 2, "`shop.yaml` exists already"),
        (("export", BUYER, "nowhere/x.onnx", "--to", "onnx"), 2, "there is no folder `nowhere`"),
        (("export", BUYER, "x", "--to", "pmml"), 2, "no such format"),
        (("export", BUYER, "x", "--to", "onnx", "--engine", "pandas,polars"), 2, "takes one engine"),
        (("export", BUYER, "x"), 2, "missing option"),
        (("shwo", BUYER), 2, "no such command"),
    ],
)
def test_mistakes_of_the_command_are_one_message(
    in_shop: Path, capfd: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, message: str
) -> None:
    done = run_command(capfd, ["model", *arguments])
    assert done.code == code
    assert message in done.out + done.err
    assert not (in_shop / "x").exists()


def test_a_folder_that_may_not_be_written_is_said(
    in_shop: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crossover.export.export.os.access", lambda path, mode: path != tmp_path)
    done = run_command(capfd, ["model", "export", BUYER, str(tmp_path / "x.joblib"), "--to", "sklearn"])
    assert done.code == 2
    assert f"the folder `{tmp_path}` may not be written" in done.err


def test_an_export_that_scores_differently_leaves_nothing(
    in_shop: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crossover.export.proof.ALLOWED", -1.0)
    done = run_command(capfd, ["model", "export", BUYER, str(tmp_path / "x.joblib"), "--to", "sklearn"])
    assert done.code == 1
    assert "does not score as the model does" in done.err
    assert not list(tmp_path.iterdir())
