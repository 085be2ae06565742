"""Whole documents on each engine beside the same work written by hand: time, CPU, memory, at equal answers.

    python -m benchmarks.suite.run [--workloads segments,fraud,flights,taxi] [--scales 0.1,1] [--engines pandas,polars,spark] [--pairs 15]

Data is generated where it is missing; flights and taxi are copies of real data, which has to lie in data/flights (`make data/flights`)
and data/taxi, and their scale is the number of copies. Every pair is two cold processes, each first in every other pair; the first pair warms
the disk's cache and does not count. The answer of every program is held against ours by the certificate's own comparison. Results
go to benchmarks/results/suite.json after each pair, and the same command goes on where it was broken off; after a change of the code it
begins anew. Exit code 1 if an answer differs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from benchmarks.suite import given as given_by_us
from benchmarks.suite.answers import certificate
from benchmarks.suite.pairs import in_turn, run_by_hand, run_ours
from benchmarks.suite.table import shown
from benchmarks.suite.workloads import WORKLOADS, Workload
from crossover.compare.machine import machine_facts
from crossover.runs.versions import library_versions

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "suite.json"
SUMMED_UP = {ROOT / "benchmarks" / "suite" / name for name in ("summary.py", "table.py")}


@dataclass(frozen=True)
class Case:
    """A document at one size, on one engine, beside one program."""

    workload: Workload
    scale: str
    file_format: str
    engine: str
    program: str

    @property
    def name(self) -> str:
        return f"{self.workload.name}, {self.scale}, {self.file_format}, {self.engine} beside {self.program}"

    @property
    def data_name(self) -> str:
        if not self.workload.generate:
            return f"{self.workload.name}-x{self.scale}"
        return f"{self.workload.generate}-{self.scale}{'' if self.file_format == 'as written' else '-' + self.file_format}"


def main() -> int:
    """Run what is missing; return 1 if an answer differs."""
    asked = _arguments()
    results = _read(asked.results)
    with tempfile.TemporaryDirectory() as place:
        for case in _cases(asked):
            entry = results.setdefault(case.name, _fresh())
            if {name: entry.get(name) for name in _PROVENANCE} != {name: _fresh()[name] for name in _PROVENANCE}:
                entry = results[case.name] = _fresh()
            for number in range(len(entry["pairs"]), asked.pairs):
                _add_pair(case, entry, number, asked.data, Path(place))
                _write(asked.results, results)
            print(shown({case.name: entry}), flush=True)  # noqa: T201
    return 0 if all(each["certificate"]["same_answer"] for each in results.values() if each["certificate"]) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workloads", default=",".join(WORKLOADS))
    parser.add_argument("--scales", help="those of each workload if not given")
    parser.add_argument("--engines", default="pandas,polars,spark")
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    return parser.parse_args()


def _cases(asked: argparse.Namespace) -> Iterator[Case]:
    for name in asked.workloads.split(","):
        workload = WORKLOADS[name]
        for scale in asked.scales.split(",") if asked.scales else workload.scales:
            for file_format in workload.formats:
                for engine in asked.engines.split(","):
                    for program in workload.by_hand.get(engine, ()):
                        yield Case(workload, scale, file_format, engine, program)


def _fresh() -> dict[str, Any]:
    made_by = {"versions": library_versions(), "machine": machine_facts(None), "revision": _revision()}
    return {**made_by, "certificate": None, "pairs": []}


@cache
def _revision() -> str:
    """Return a digest of our code, the documents, and what is written by hand: pairs of two states of either are not pooled.

    How pairs are summed up and shown is left out, as it changes none.
    """
    code = hashlib.sha256()
    for folder, kind in (("pipeline/crossover", "*.py"), ("benchmarks/suite", "*.py"), ("conf", "*.yaml")):
        for path in sorted(set((ROOT / folder).rglob(kind)) - SUMMED_UP):
            code.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return code.hexdigest()[:16]


_PROVENANCE = ("versions", "machine", "revision")
"""What must be the same for all pairs of a case."""


def _add_pair(case: Case, entry: dict[str, Any], number: int, data_folder: Path, place: Path) -> None:
    data = _data(case, data_folder)
    document = case.workload.document(case.file_format, place)
    runs, hand = place / "runs", place / "hand"
    arguments = [data, hand, *_given(case, document, data, place)]
    program = f"benchmarks.suite.{case.workload.name}.{case.program}"
    ours = partial(run_ours, document, case.workload.data_at(data), case.engine, runs)
    by_hand = partial(run_by_hand, program, arguments)
    if case.name not in _WARM:
        in_turn(0, ours, by_hand)
        _WARM.add(case.name)
    shutil.rmtree(hand, ignore_errors=True)
    (figures, attempt), theirs = in_turn(number, ours, by_hand)
    found = certificate(attempt, hand, case.workload.model)
    if entry["certificate"] is None or not found["same_answer"]:
        entry["certificate"] = found
    entry["pairs"].append({"ours": figures, "by hand": theirs, "load": os.getloadavg()[0]})
    entry["date"] = datetime.now(UTC).date().isoformat()
    shutil.rmtree(runs, ignore_errors=True)


_WARM: set[str] = set()
"""Cases that this process has run before."""


def _data(case: Case, folder: Path) -> Path:
    data = folder / case.data_name
    if case.workload.generate:
        form = [] if case.file_format == "as written" else ["--format", case.file_format]
        asked = [case.workload.generate, "--scale", case.scale, *form]
    else:
        asked = [str(case.workload.own_document), "--replicate", case.scale]
    command = [sys.executable, "-m", "crossover", "generate", *asked, "--out", str(data), "--quiet"]
    made = subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    if made.returncode:
        raise SystemExit(made.returncode)
    return data.absolute()


def _given(case: Case, document: Path, data: Path, place: Path) -> list[Path]:
    """Return what chance decides, from the features of a run of ours that is not measured."""
    if not case.workload.is_given:
        return []
    given = place / f"{case.data_name}.npz"
    if not given.exists():
        runs = place / "given"
        command = [sys.executable, "-m", "crossover", "run", str(document), "--set", f"data={data}", "--engine", "polars,pandas"]
        subprocess.run([*command, "--runs", str(runs), "--again", "--quiet", "--json"], check=True, stdout=subprocess.DEVNULL)
        given_by_us.write(next(runs.glob(f"*/attempts/*/tables/{case.workload.table}")), given)
        shutil.rmtree(runs)
    return [given]


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _write(path: Path, results: dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_suffix(".writing")
    temporary.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)


if __name__ == "__main__":
    sys.exit(main())
