"""One document on several engines, each in a process of its own, measured from outside and compared."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crossover.compare.certificate import Certificate, Run, compare
from crossover.compare.child_answer import how_it_ended, last_object
from crossover.core.errors import EngineError
from crossover.runs.error_json import error_from_json
from crossover.runs.fingerprint import other_source
from crossover.runs.folder import Attempt
from crossover.runs.measure.child import Finished, run_measured
from crossover.runs.measure.usage import Usage

COMPARISON = "comparison.json"


@dataclass(frozen=True)
class Measured:
    """A run that ended well, and what its process tree used from start to exit."""

    engine: str
    attempt: Attempt
    usage: Usage
    record: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return JSON values."""
        clocks = [{name: clock[name] for name in ("name", "table", "rows_out", "wall_s", "cpu_s")} for clock in self.record["clocks"]]
        return {
            "engine": self.engine,
            "run": self.attempt.run_id,
            "folder": str(self.attempt.path),
            **asdict(self.usage),
            "rows": self.record["outcome"]["tables"],
            "set_aside": sum(each["set_aside"] for each in self.record["outcome"]["set_aside"]),
            "metrics": {model["name"]: model["metrics"] for model in self.record["outcome"]["models"]},
            "clocks": clocks,
        }


@dataclass(frozen=True)
class Comparison:
    """All runs and the certificate."""

    runs: tuple[Measured, ...]
    certificate: Certificate

    def to_json(self) -> dict[str, Any]:
        """Return JSON values: what `--json` prints and the first run's folder keeps."""
        certificate = self.certificate.to_json()
        return {
            "pipeline": self.runs[0].record["pipeline"],
            "same_answer": certificate.pop("same_answer"),
            "first_difference": certificate.pop("first_difference"),
            "runs": [run.to_json() for run in self.runs],
            "certificate": certificate,
        }


def run_several(engines: Sequence[str], command: Callable[[str], Sequence[str]]) -> Comparison:
    """Run `command(engine)` for each engine, one after another, and compare their answers.

    Each command makes one attempt, leaves it uncommitted and prints `{"folder": ...}` or `{"error": ...}` as its last
    line. Raises what the first failing one reports.
    """
    runs = tuple(_measured(engine, run_measured(command(engine))) for engine in engines)
    _check_inputs(runs)
    return Comparison(runs, compare([Run(run.engine, run.attempt) for run in runs]))


def _check_inputs(runs: Sequence[Measured]) -> None:
    """Raise EngineError if a source was changed between two runs: no difference of theirs would say anything."""
    first = runs[0]
    for run in runs[1:]:
        source = other_source(first.record["inputs"], run.record["inputs"])
        if source is not None:
            raise EngineError(f"source `{source}` was changed between the runs of {first.engine} and {run.engine}", transient=True)


def _measured(engine: str, finished: Finished) -> Measured:
    answer = last_object(finished.output)
    if "error" in answer:
        raise error_from_json(answer["error"])
    if finished.code != 0 or "folder" not in answer:
        raise EngineError(f"the process of {engine} {how_it_ended(finished.code)}", notes=_hints(finished))
    attempt = Attempt(Path(answer["folder"]))
    return Measured(engine, attempt, finished.usage, attempt.read_json(attempt.record.name))


def _hints(finished: Finished) -> list[str]:
    used = f"it had used up to {finished.usage.peak_memory / 2**30:.1f} GiB of memory"
    return [f"{used}; the system kills a process when memory runs out"] if finished.code == -signal.SIGKILL else [used]
