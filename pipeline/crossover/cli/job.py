"""What the files in jobs/ call: `crossover run` with Spark as the engine, as spark-submit expects."""

from __future__ import annotations

from collections.abc import Sequence

from crossover.cli.main import main


def job(stage: str | None, given: Sequence[str]) -> int:
    """Run a document, or one stage of it, with the arguments of a job. Return the exit code."""
    named = any(each == "--engine" or each.startswith("--engine=") for each in given)
    engine = [] if named else ["--engine", "spark"]
    return main(["run", *given, *engine, *([] if stage is None else ["--stage", stage])])
