"""Each format scores as the model does, by its library's own loader, here and in a process that never heard of Crossover."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest

from crossover.core.errors import ConfigError, InternalError
from crossover.export.proof import prove
from crossover.export.rows import rows_at_the_edges
from crossover.export.target import ExportTarget, input_columns, open_target
from crossover.learning.models.fitted import FittedModel, KMeans, LogisticRegression
from crossover.learning.models.scorer import Scorer
from crossover.learning.models.state import Number, OneHot, Preparation
from tests.conftest import OpenEngines, chosen_engines
from tests.export import models

MODELS = {
    "logistic": models.logistic(),
    "logistic of an int at 0.3": models.logistic(models.FEW, 0.3, "int"),
    "k-means": models.k_means(),
    "k-means far from 0": models.k_means(models.FEW, 1e4),
    "three classes": models.multinomial(("a", "b", "ü")),
    "two classes": models.multinomial((3, 7)),
    "linear": models.linear(),
    "k-means of numbers": FittedModel("m", KMeans(np.array([[0.0], [1.5]])), Preparation((Number("raw", "double", None, False, None, 0.0, 1.0),), 9, None)),
    "logistic of a category": FittedModel(
        "m", LogisticRegression(0.1, np.array([0.5, -1.0, 0.2])), Preparation((OneHot("carrier", "string", ("AA", "DL")),), 9, 4), "y", "boolean"
    ),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    words = ["sklearn", "onnx", *(["mllib"] if "spark" in chosen_engines(metafunc.config) else [])]
    if "name" in metafunc.fixturenames:
        # each stage of MLlib is written and read by jobs of its own, so of the long preparations it gets one
        pairs = [(word, name) for word in words for name in MODELS if (word, name) != ("mllib", "k-means")]
        metafunc.parametrize(("word", "name"), pairs, scope="session")
    elif "word" in metafunc.fixturenames:
        metafunc.parametrize("word", words, scope="session")


@pytest.fixture(scope="session")
def target(word: str, open_engines: OpenEngines) -> Iterator[ExportTarget]:
    if word == "mllib":
        # whoever opens Spark first ends its JVM, and these engines outlive the target
        open_engines.get("spark")
    opened = open_target(word)
    yield opened
    opened.close()


def rows_of(model: FittedModel) -> dict[str, list[Any]]:
    """Rows drawn by chance, then those at the edges."""
    drawn = models.rows(far=1e4 if model is MODELS["k-means far from 0"] else 0.0)
    drawn = {name: drawn[name] for name in input_columns(model.preparation)}
    edges = rows_at_the_edges(model.preparation, drawn)
    return {name: [*drawn[name], *edges[name]] for name in drawn}


def test_an_export_scores_as_the_model(target: ExportTarget, tmp_path: Path, name: str) -> None:
    model, out = MODELS[name], tmp_path / "model.export"
    rows = rows_of(model)
    target.write(model, out)
    proof = prove(target, model, out, rows)
    assert proof.rows == len(next(iter(rows.values()))) > 60
    assert proof.largest <= 1e-12


def test_edges_hold_null_unknown_values_and_the_bounds_of_clip() -> None:
    model = MODELS["logistic"]
    edges = rows_at_the_edges(model.preparation, {name: [] for name in input_columns(model.preparation)})
    assert {None, 50.0, 2500.0, 49.0, 2501.0} <= set(edges["distance"])
    assert None not in edges["tiny"]
    assert min(edges["tiny"]) > -1
    assert {None, "AA", "a value that no row has"} <= set(edges["carrier"])
    assert {None, 5, 6, 23, 24} <= set(edges["hour"])


@pytest.mark.parametrize("here", ["sklearn", "onnx"])
def test_an_export_of_other_numbers_is_found_out(here: str, tmp_path: Path) -> None:
    model, target = MODELS["logistic"], open_target(here)
    assert isinstance(model.solution, LogisticRegression)
    rows = rows_of(model)
    moved = replace(model.solution, intercept=model.solution.intercept + 1e-11)
    target.write(replace(model, solution=moved), tmp_path / "moved")
    with pytest.raises(InternalError, match=r"`probability` differs by .*, and 1e-12 is allowed"):
        prove(target, model, tmp_path / "moved", rows)
    middle = float(np.median(Scorer(model).score(rows)["probability"]))
    target.write(replace(model, solution=replace(model.solution, threshold=middle + 1e-3)), tmp_path / "decided")
    at_the_middle = replace(model, solution=replace(model.solution, threshold=middle - 1e-3))
    with pytest.raises(InternalError, match="`prediction` of row"):
        prove(target, at_the_middle, tmp_path / "decided", rows)


def test_scikit_learn_reads_data_frames_by_the_names_of_their_columns(tmp_path: Path) -> None:
    model = MODELS["logistic"]
    rows = rows_of(model)
    open_target("sklearn").write(model, tmp_path / "model.joblib")
    pipeline = joblib.load(tmp_path / "model.joblib")
    frame = pd.DataFrame({name: rows[name] for name in reversed(rows)}).assign(another=1)
    assert np.allclose(pipeline.predict_proba(frame)[:, 1], Scorer(model).score(rows)["probability"], rtol=0, atol=1e-12)
    with pytest.raises(ValueError, match="columns are missing"):
        pipeline.predict(frame.drop(columns="seats"))


def test_an_unknown_format_is_named_with_those_that_there_are() -> None:
    with pytest.raises(ConfigError, match="`--to onxx`: no such format; did you mean `onnx`") as caught:
        open_target("onxx")
    assert caught.value.notes == ("formats: sklearn, mllib, onnx",)


LOADERS = {
    "sklearn": """
import joblib
pipeline = joblib.load(sys.argv[1])
table = np.empty((len(rows["raw"]), len(rows)), dtype=object)
for place, values in enumerate(rows.values()):
    table[:, place] = values
found = pipeline.predict_proba(table)[:, 1].tolist()
""",
    "onnx": """
import onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1])
nulls = session.get_modelmeta().custom_metadata_map
feeds = {}
for each in session.get_inputs():
    values = rows[each.name]
    if each.type == "tensor(double)":
        feeds[each.name] = np.array([np.nan if value is None else value for value in values], dtype=float)
    else:
        null = nulls["null of " + each.name]
        kind, null = (object, null) if each.type == "tensor(string)" else (np.int64, int(null))
        feeds[each.name] = np.array([null if value is None else value for value in values], dtype=kind)
found = session.run(["probability"], feeds)[0].tolist()
""",
    "mllib": """
from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config("spark.driver.host", "localhost").getOrCreate()
types = {"int": "bigint", "double": "double", "boolean": "boolean", "string": "string"}
schema = "number bigint, " + ", ".join(f"{name} {types[kind]}" for name, kind in columns.items())
data = spark.read.schema(schema).json(sys.argv[2] + ".lines")
scored = PipelineModel.load("file:" + sys.argv[1]).transform(data).select("number", "probability").collect()
found = [float(row.probability[1]) for row in sorted(scored, key=lambda row: row.number)]
spark.stop()
""",
}
ALONE = """
import json, sys
import numpy as np
content = json.load(open(sys.argv[2]))
rows, columns = content["rows"], content["columns"]
{loader}
apart = max(abs(a - b) for a, b in zip(found, content["expected"], strict=True))
assert len(found) > 60 and apart <= 1e-12, apart
strange = [name for name in sys.modules if name.split(".")[0] == "crossover"]
assert not strange, strange
"""


def test_an_export_loads_and_scores_where_crossover_is_not_imported(target: ExportTarget, word: str, tmp_path: Path) -> None:
    model = MODELS["logistic of an int at 0.3" if word == "mllib" else "logistic"]
    out, told = tmp_path / "model.export", tmp_path / "rows.json"
    rows = rows_of(model)
    expected = Scorer(model).score(rows)["probability"].tolist()
    target.write(model, out)
    told.write_text(json.dumps({"rows": rows, "columns": input_columns(model.preparation), "expected": expected}))
    lines = [json.dumps({"number": number, **dict(zip(rows, values, strict=True))}) for number, values in enumerate(zip(*rows.values(), strict=True))]
    (tmp_path / "rows.json.lines").write_text("\n".join(lines))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYSPARK", "SPARK"))}
    if word == "mllib":
        from crossover.engines.spark.java import java_home, spark_version

        home = java_home(spark_version() or "")
        environment |= {"JAVA_HOME": str(home)} if home else {}
    code = ALONE.replace("{loader}", LOADERS[word])
    found = subprocess.run(
        [sys.executable, "-I", "-c", code, str(out), str(told)], capture_output=True, text=True, check=False, env=environment, cwd=tmp_path
    )
    assert found.returncode == 0, found.stderr[-3000:]
