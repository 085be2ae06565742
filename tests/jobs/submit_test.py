"""spark-submit runs jobs/run.py on the master that it chose."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from crossover.engines.spark.java import java_home, spark_version
from tests.conftest import chosen_engines
from tests.runs.late_trips import DOCUMENT as TRAINED
from tests.runs.late_trips import NIGHTLY, write_data

ROOT = Path(__file__).parents[2]
DOCUMENT = """\
pipeline: submitted
parameters: {data: {type: string}}
sources:
  sales:
    path: $data/sales.csv
    key: [id]
    columns: {id: int, shop: string, amount: double}
clean:
  sales:
    - require:
        amount is positive: amount > 0
features:
  shops:
    - from: sales
    - aggregate:
        total: sum(amount)
      by: [shop]
store: [shops]
"""


def submit(request: pytest.FixtureRequest, job: str, *arguments: str, cwd: Path) -> dict[str, Any]:
    """Run a job by spark-submit and return its answer."""
    assert "spark" in chosen_engines(request.config)
    version, found = spark_version(), find_spec("pyspark")
    assert version is not None
    assert found is not None
    assert found.origin is not None
    home = java_home(version)
    assert home is not None
    command = [
        str(Path(found.origin).parent / "bin" / "spark-submit"), "--master", "local[2]", "--conf", "spark.ui.enabled=false",
        str(ROOT / "jobs" / job), *arguments, "--json", "--quiet",
    ]  # fmt: skip
    environment = {**os.environ, "JAVA_HOME": str(home), "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


@pytest.mark.slow
def test_a_document_runs_under_spark_submit(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    (tmp_path / "submitted.yaml").write_text(DOCUMENT, encoding="utf-8")
    (tmp_path / "sales.csv").write_text("id,shop,amount\n1,a,2\n2,a,3\n3,b,-1\n4,b,x\n5,b,4\n", encoding="utf-8")
    answer = submit(request, "run.py", "submitted.yaml", "--set", f"data={tmp_path}", cwd=tmp_path)
    assert (answer["engine"], answer["status"]) == ("spark", "accepted")
    assert answer["outcome"]["tables"] == {"shops": 2}
    assert [each["set_aside"] for each in answer["outcome"]["set_aside"]] == [1, 1]


@pytest.mark.slow
@pytest.mark.once
def test_a_scoring_document_runs_under_spark_submit(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    write_data(tmp_path)
    (tmp_path / "late.yaml").write_text(TRAINED, encoding="utf-8")
    (tmp_path / "nightly.yaml").write_text(NIGHTLY, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "crossover", "run", "late.yaml", "--quiet"], cwd=tmp_path, check=True, capture_output=True)
    answer = submit(request, "score.py", "nightly.yaml", "--set", "date=2026-01-05", cwd=tmp_path)
    assert (answer["engine"], answer["status"]) == ("spark", "accepted")
    lines = (tmp_path / "lake" / "2026-01-05.csv").read_text().splitlines()[1:]
    buses = [fields for fields in (line.split(",") for line in lines) if fields[4] == "bus" and fields[3] not in ("", "many")]
    assert answer["outcome"]["tables"] == {"scores of late": len([fields for fields in buses if fields[1] == "2026-01-05"])}
