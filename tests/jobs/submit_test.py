"""spark-submit runs jobs/run.py on the master that it chose."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from crossover.engines.spark.java import java_home, spark_version
from tests.conftest import chosen_engines

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


@pytest.mark.slow
def test_a_document_runs_under_spark_submit(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    assert "spark" in chosen_engines(request.config)
    (tmp_path / "submitted.yaml").write_text(DOCUMENT, encoding="utf-8")
    (tmp_path / "sales.csv").write_text("id,shop,amount\n1,a,2\n2,a,3\n3,b,-1\n4,b,x\n5,b,4\n", encoding="utf-8")
    version, found = spark_version(), find_spec("pyspark")
    assert version is not None
    assert found is not None
    assert found.origin is not None
    home = java_home(version)
    assert home is not None
    command = [
        str(Path(found.origin).parent / "bin" / "spark-submit"), "--master", "local[2]", "--conf", "spark.ui.enabled=false",
        str(ROOT / "jobs" / "run.py"), str(tmp_path / "submitted.yaml"), "--set", f"data={tmp_path}",
        "--runs", str(tmp_path / "runs"), "--json", "--quiet",
    ]  # fmt: skip
    environment = {**os.environ, "JAVA_HOME": str(home), "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    answer = json.loads(done.stdout.strip().splitlines()[-1])
    assert (answer["engine"], answer["status"]) == ("spark", "accepted")
    assert answer["outcome"]["tables"] == {"shops": 2}
    assert [each["set_aside"] for each in answer["outcome"]["set_aside"]] == [1, 1]
