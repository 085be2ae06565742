"""What is wrong with a scoring document, or with the model that it names, in one line each."""

from __future__ import annotations

import re
import shutil

import pytest

from tests.runs.late_trips import DATE, Folder

MISTAKES: dict[str, tuple[tuple[tuple[str, str], ...], str]] = {
    "frozen parameter": (
        (("  today: $date\n", "  today: $date\n  from_minutes: 60\n"),),
        """\
nightly.yaml:9:3: `from_minutes` is frozen in the model (15, late.yaml:4); it cannot be set                                 [frozen-parameter]
      9 |   from_minutes: 60
        unfrozen: today. To change from_minutes, train again: crossover run late.yaml --set from_minutes=60""",
    ),
    "unfrozen parameter that is not set": (
        (("set:\n  today: $date\n", ""),),
        """\
nightly.yaml:1:1: the scoring document does not set `today`, which each scoring run gives anew                              [missing-parameter]
      1 | scoring: nightly
        `frozen: false` in late.yaml:5. Write: set: {today: ...}""",
    ),
    "names": (
        (("today: $date", "todya: $date"), ("trips: {path", "trip: {path"), ("kind = 'bus'", "kid = 'bus'"), ("[line, hour]", "[line, huor]")),
        """\
nightly.yaml:8:3: the model's document has no parameter `todya`; did you mean `today`?                                      [unknown-parameter]
      8 |   todya: $date
        parameters of late.yaml: data, from_minutes, today""",
    ),
    "a setting": (
        (("rows: kind", "row: kind"), ("about: Each night.", "stages: 1")),
        """\
nightly.yaml:2:1: `stages` is no setting of a scoring document""",
    ),
    "rows by an outcome": (
        (("kind = 'bus'", "delay > 3"),),
        """\
nightly.yaml:11:7: `delay` is not known when the question is asked, so it cannot say which rows are scored                  [outcome-rows]
     11 | rows: delay > 3""",
    ),
    "a value of another type": (
        (("today: $date", "today: tomorrow"),),
        """\
nightly.yaml:8:10: `tomorrow` is not a date as 2011-09-01                                                                   [wrong-value]
      8 |   today: tomorrow""",
    ),
    "a parameter of another type": (
        (("today: $date", "today: $lake"),),
        """\
nightly.yaml:8:10: `today` is date in the model's document; the parameter `lake` is string                                  [wrong-value]
      8 |   today: $lake""",
    ),
    "the name of the pipeline that trained it": (
        (("scoring: nightly", "scoring: late"),),
        """\
nightly.yaml:1:10: `late` is the pipeline that trained the model: its runs and these scores would take each other's place   [name]
      1 | scoring: late
        another name: late_scores""",
    ),
    "a folder without a model": (
        (("current/late", "current/early"),),
        """\
nightly.yaml:3:8: `runs/late/current/early`: commit 000001 holds no `early`                                                 [model]
      3 | model: runs/late/current/early
        it holds: late, quarantine, scores""",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_shown_with_place_line_and_remedy(folder: Folder, case: str) -> None:
    changes, expected = MISTAKES[case]
    folder.changed(*changes)
    done = folder("check", "nightly.yaml", *DATE)
    assert done.code == 2
    assert expected in done.err


def test_all_mistakes_are_shown_at_once(folder: Folder) -> None:
    folder.changed(*MISTAKES["names"][0])
    told = folder("check", "nightly.yaml", *DATE).err
    assert re.findall(r"nightly.yaml:(\d+):(\d+): .*\[(.*)\]", told) == [
        ("7", "1", "missing-parameter"), ("8", "3", "unknown-parameter"), ("10", "3", "unknown-source"),
        ("11", "7", "unknown-column"), ("12", "14", "unknown-column"),
    ]  # fmt: skip


def test_a_correct_document_says_what_it_reads(folder: Folder) -> None:
    done = folder("check", "nightly.yaml", *DATE)
    assert (done.code, done.out) == (0, "nightly.yaml: correct. Scores with late, from trips, lines.\n")


def test_a_source_that_scoring_does_not_read_is_remarked(folder: Folder) -> None:
    folder.changed(("sources:\n", "sources:\n  limits: {path: elsewhere.csv}\n"))
    done = folder("check", "nightly.yaml", *DATE)
    assert done.code == 0
    assert "scoring reads nothing of source `limits`" in done.err


def test_a_damaged_model_is_a_fault_of_the_data(folder: Folder) -> None:
    (attempt,) = (folder.path / "runs" / "late" / "attempts").iterdir()
    content = bytearray((attempt / "late" / "weights.safetensors").read_bytes())
    content[-3] ^= 1
    (attempt / "late" / "weights.safetensors").write_bytes(content)
    done = folder("score", "nightly.yaml", *DATE, "--quiet")
    assert done.code == 3
    assert "is not what commit 000001 wrote" in done.err


@pytest.mark.parametrize(("content", "said"), [("{", "is missing or damaged"), ('{"path": "a"}', "is missing or damaged"), (None, "is missing or damaged")])
def test_a_model_without_its_document_is_one_line(folder: Folder, content: str | None, said: str) -> None:
    (attempt,) = (folder.path / "runs" / "late" / "attempts").iterdir()
    shutil.copytree(attempt / "late", folder.path / "copied")
    document = folder.path / "copied" / "document.json"
    document.unlink()
    if content is not None:
        document.write_text(content)
    done = folder("score", "copied", "--set", "today=2026-01-05", "--quiet")
    assert (done.code, said in done.err) == (3, True)
