"""Many numbers of each kind beside a text of many values: the small form of benchmarks/wide."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.wide import data

from tests.conftest import OpenEngines, chosen_engines
from tests.documents.running import certificate, run_document


@pytest.mark.slow
@pytest.mark.once
def test_a_wide_table_gives_one_answer(tmp_path: Path, open_engines: OpenEngines, request: pytest.FixtureRequest) -> None:
    document = data.write(tmp_path, rows=5_000, numbers=60, values=100)
    runs = [(name, run_document(document, open_engines.get(name), tmp_path, tmp_path / name)) for name in chosen_engines(request.config)]
    for _, (_, outcome) in runs:
        (model,) = outcome.models
        assert model.metrics["training_rows"] + model.metrics["test_rows"] == 5_000
        assert model.metrics["auc"] > 0.7
    (first, (attempt, _)), *others = runs
    for name, (other, _) in others:
        assert certificate((first, attempt), (name, other)).same_answer
