"""The example of docs/csv.md gives what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossover.language.types import DOUBLE, INT, STRING
from crossover.sources.csv import read
from crossover.sources.specification import REASON, ROW, CsvSource, SourceColumn

PAGE = Path(__file__).parents[2] / "docs" / "csv.md"


def test_the_example_gives_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = PAGE.read_text().split("```text\n")[1].split("```")[0].splitlines()
    Path("t.csv").write_text("".join(line[:26].rstrip() + "\n" for line in lines))
    told = [line[26:].strip() for line in lines[1:] if line.strip()]
    columns = tuple(SourceColumn(name, (name,), kind) for name, kind in (("id", INT), ("name", STRING), ("distance", DOUBLE)))
    rows = read(CsvSource("t", "t.csv", columns, ("", "NA")), ("id", "name", "distance", ROW, REASON)).to_pylist()
    seen = [
        f"set aside, row {row[ROW]}: {row[REASON]}"
        if row[REASON]
        else ", ".join("null" if row[name] is None else str(row[name]) for name in ("id", "name", "distance"))
        for row in rows
    ]
    assert seen == told
