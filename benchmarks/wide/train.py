"""Prepares, trains, judges and scores the wide table on one engine; prints clocks and metrics as JSON.

    python -m benchmarks.wide.train ENGINE FOLDER

A process of its own, so that its peak memory is that of one engine. Spark's driver gets 5 GiB: with 4 its cache and MLlib's blocks
do not both fit, and it spends its time collecting garbage.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from crossover.document.load import load_document
from crossover.engines.base import EngineOptions
from crossover.engines.registry import open_engine
from crossover.plan.build import build_plan
from crossover.runs.display import choose_display
from crossover.runs.execute import execute
from crossover.runs.folder import Attempt
from crossover.runs.measure.process_tree import ProcessTree
from crossover.runs.progress import Progress

SPARK = {"spark.driver.memory": "5g"}


def main(name: str, folder: Path) -> None:
    plan = build_plan(load_document(folder / "wide.yaml", {"data": str(folder)}))
    options = EngineOptions(partitions=8, settings=SPARK) if name == "spark" else EngineOptions()
    with tempfile.TemporaryDirectory(dir=folder) as place, open_engine(name, options) as engine:
        attempt = Attempt(Path(place))
        with ProcessTree() as tree, Progress(choose_display(quiet=True), tree, attempt.log) as progress:
            outcome = execute(plan, engine, attempt, progress)
            clocks = {f"{each.name} {each.table or ''}".strip(): round(each.wall_s, 1) for each in progress.clocks}
    (model,) = outcome.models
    print(json.dumps({"clocks": clocks, "metrics": dict(model.metrics)}))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
