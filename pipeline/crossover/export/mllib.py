"""A model as an MLlib PipelineModel of standard stages, written by its own writer.

SQLTransformers prepare numbers, a StringIndexerModel finds the place of each category (`keep` gives nulls and unknown values
the place behind the last, as the model does), a OneHotEncoderModel and a VectorAssembler make the design matrix. Models with
given numbers have no constructor in Python, so they are made in the JVM: this needs a classic session, not Connect.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from pyspark.ml import PipelineModel
from pyspark.ml.classification import LogisticRegressionModel
from pyspark.ml.clustering import KMeansModel
from pyspark.ml.feature import OneHotEncoder, SQLTransformer, StringIndexerModel, VectorAssembler
from pyspark.ml.regression import LinearRegressionModel
from pyspark.sql import SparkSession
from pyspark.sql.types import BooleanType, DataType, DoubleType, LongType, StringType, StructField, StructType

from crossover.engines.base import EngineOptions
from crossover.engines.registry import open_engine
from crossover.export.target import ExportTarget, Rows, Scores, input_columns, refuse_kind
from crossover.learning.models.fitted import FittedModel, KMeans, LinearRegression, LogisticRegression, MultinomialRegression
from crossover.learning.models.state import Fitted, Number, OneHot, Preparation

FEATURES, ROW = "__features", "__row"
MARK = "="
"""Before the text of each category: MLlib makes names of them, and a name may not be empty."""
_TYPES: dict[str, DataType] = {"double": DoubleType(), "int": LongType(), "boolean": BooleanType(), "string": StringType()}


class Target(ExportTarget):
    """`--to mllib`."""

    name = "MLlib"

    def write(self, model: FittedModel, out: Path) -> None:
        stages = [*preparing(self._session, model.preparation), self._model(model)]
        PipelineModel(stages=stages).write().save(_uri(out))

    def _model(self, model: FittedModel) -> Any:
        make = MODELS.get(type(model.solution))
        if make is None:
            raise refuse_kind(model, self.name)
        made: Any = make(_Java(self._session), model)
        return made.setFeaturesCol(FEATURES)

    def score(self, model: FittedModel, out: Path, rows: Rows) -> Scores:
        columns = input_columns(model.preparation)
        fields = [StructField(name, _TYPES[columns[name]]) for name in rows]
        count = len(next(iter(rows.values())))
        values = [(number, *each) for number, each in enumerate(zip(*rows.values(), strict=True))]
        data = self._session.createDataFrame(values, StructType([StructField(ROW, LongType()), *fields]))
        scored = PipelineModel.load(_uri(out)).transform(data)
        wanted = [name for name in ("probability", "prediction") if name in scored.columns]
        found = sorted(scored.select(ROW, *wanted).collect(), key=lambda row: int(row[ROW]))
        assert len(found) == count
        prediction = np.array([row["prediction"] for row in found])
        return _named(model, prediction, [row["probability"].toArray() for row in found] if "probability" in wanted else [])

    def how(self, model: FittedModel, out: Path) -> list[str]:
        told = ", ".join(f"{name} {'bigint' if kind == 'int' else kind}" for name, kind in input_columns(model.preparation).items())
        return [f'PipelineModel.load("{out}").transform(data)', f"columns of data: {told}; others stay as they are"]

    @cached_property
    def _engine(self) -> Any:
        return open_engine("spark", EngineOptions(parallelism=2, partitions=2))

    @property
    def _session(self) -> SparkSession:
        session: SparkSession = self._engine.session
        return session

    def close(self) -> None:
        if "_engine" in self.__dict__:
            self._engine.close()


def _uri(out: Path) -> str:
    return out.resolve().as_uri()


def _named(model: FittedModel, prediction: Any, probability: Sequence[Any]) -> Scores:
    """Return MLlib's columns under our names."""
    solution = model.solution
    if isinstance(solution, KMeans):
        return {"cluster": prediction.astype(np.int64)}
    if isinstance(solution, LogisticRegression):
        label = prediction.astype(np.int64)
        return {"probability": np.array([each[1] for each in probability]), "prediction": label == 1 if model.label_type == "boolean" else label}
    if isinstance(solution, MultinomialRegression):
        table = np.array(probability)
        classes = {name: table[:, place] for place, name in enumerate(solution.scored)}
        return {"probability": table.max(axis=1), "prediction": np.array(solution.classes)[prediction.astype(np.int64)], **classes}
    return {"prediction": prediction}


# preparation


def preparing(session: SparkSession, preparation: Preparation) -> list[Any]:
    """Return the stages that make FEATURES; none of them looks at a row."""
    categories = [each for each in preparation.fitted if not isinstance(each, Number)]
    first = {_raw(each): _double(each) for each in preparation.fitted if isinstance(each, Number)}
    first |= {_text(each.column): f"concat('{MARK}', CAST(`{each.column}` AS STRING))" for each in categories}
    second: dict[str, str] = {}
    for each in preparation.fitted:
        if isinstance(each, Number):
            second |= dict(zip(each.dense, (_prepared(each), f"CASE WHEN {_raw(each)} IS NULL THEN 1.0D ELSE 0.0D END"), strict=False))
        elif not isinstance(each, OneHot):
            second[each.dense[0]] = _looked_up(each)
    stages: list[Any] = [_select(first), *map(_indexer, categories)]
    if second:
        stages.append(_select(second))
    if preparation.one_hot:
        stages.append(_encoder(session, preparation.one_hot))
    vectors = [_vector(each) for each in preparation.one_hot]
    return [*stages, VectorAssembler(inputCols=[*preparation.dense, *vectors], outputCol=FEATURES, handleInvalid="error")]


def _raw(fitted: Number) -> str:
    return f"__raw_{fitted.column}"


def _text(column: str) -> str:
    return f"__text_{column}"


def _index(fitted: Fitted) -> str:
    return f"__index_{fitted.code if isinstance(fitted, OneHot) else fitted.dense[0]}"


def _vector(fitted: OneHot) -> str:
    return f"__vector_{fitted.column}"


def _select(columns: dict[str, str]) -> SQLTransformer:
    told = ", ".join(f"{expression} AS `{name}`" for name, expression in columns.items())
    return SQLTransformer(statement=f"SELECT *, {told} FROM __THIS__")


def _number(value: float) -> str:
    return f"{value!r}D"


def _double(fitted: Number) -> str:
    """NaN and infinities are null."""
    value = f"CAST(`{fitted.column}` AS DOUBLE)"
    if fitted.type != "double":
        return value
    return f"CASE WHEN {value} > double('-Infinity') AND {value} < double('Infinity') THEN {value} END"


def _prepared(fitted: Number) -> str:
    value = known = f"`{_raw(fitted)}`"
    if fitted.clip:
        # greatest and least of Spark ignore nulls
        value = f"greatest(least({value}, {_number(fitted.clip[1])}), {_number(fitted.clip[0])})"
    stands_in = "CAST(NULL AS DOUBLE)" if fitted.impute is None else _number(fitted.impute)
    value = f"CASE WHEN {known} IS NULL THEN {stands_in} ELSE {value} END"
    if fitted.log:
        value = f"log1p({value})"
    if not fitted.scale:
        return value
    return f"({value} - {_number(fitted.centre)}) / {_number(fitted.spread)}" if fitted.spread else f"({value}) * 0.0D"


def _looked_up(fitted: Any) -> str:
    numbers = ", ".join(map(_number, fitted.numbers))
    return f"element_at(array({numbers}), CAST(`{_index(fitted)}` AS INT) + 1)"


def _indexer(fitted: Any) -> StringIndexerModel:
    # one for each: the constructor for several pads shorter lists of labels with nulls
    return StringIndexerModel.from_labels(_labels(fitted), _text(fitted.column), _index(fitted), handleInvalid="keep")


def _labels(fitted: Any) -> list[str]:
    texts = [("false", "true")[int(value)] for value in fitted.values] if fitted.type == "boolean" else map(str, fitted.values)
    return [f"{MARK}{text}" for text in texts]


def _encoder(session: SparkSession, blocks: Sequence[OneHot]) -> Any:
    """Return the encoder. Its widths come from what the indexers say of their columns: no row is read."""
    texts = StructType([StructField(name, StringType()) for name in dict.fromkeys(_text(each.column) for each in blocks)])
    indexed = session.createDataFrame([], texts)
    for each in blocks:
        indexed = _indexer(each).transform(indexed)
    encoder = OneHotEncoder(
        inputCols=[_index(each) for each in blocks], outputCols=[_vector(each) for each in blocks], dropLast=False, handleInvalid="error"
    )
    return encoder.fit(indexed)


# models


class _Java:
    """Makes objects of the JVM."""

    def __init__(self, session: SparkSession) -> None:
        context: Any = session.sparkContext
        self.gateway = context._gateway
        self.ml = context._jvm.org.apache.spark.ml
        self.mllib = context._jvm.org.apache.spark.mllib
        self.double = context._jvm.double

    def doubles(self, values: Iterable[float]) -> Any:
        listed = list(values)
        array = self.gateway.new_array(self.double, len(listed))
        for place, value in enumerate(listed):
            array[place] = float(value)
        return array

    def vector(self, values: Iterable[float]) -> Any:
        return self.ml.linalg.Vectors.dense(self.doubles(values))


def _logistic(java: _Java, model: FittedModel) -> Any:
    solution = model.solution
    assert isinstance(solution, LogisticRegression)
    made = java.ml.classification.LogisticRegressionModel(f"logreg_{model.name}", java.vector(solution.coefficients), solution.intercept)
    # MLlib predicts above the threshold, the model from it on
    return LogisticRegressionModel(made).setThreshold(max(0.0, math.nextafter(solution.threshold, 0.0)))


def _multinomial(java: _Java, model: FittedModel) -> Any:
    solution = model.solution
    assert isinstance(solution, MultinomialRegression)
    classes, width = solution.coefficients.shape
    matrix = java.ml.linalg.DenseMatrix(classes, width, java.doubles(solution.coefficients.ravel(order="F")))
    intercepts = java.vector(solution.intercepts)
    made = java.ml.classification.LogisticRegressionModel(f"logreg_{model.name}", matrix, intercepts, classes, True)
    return LogisticRegressionModel(made)


def _linear(java: _Java, model: FittedModel) -> Any:
    solution = model.solution
    assert isinstance(solution, LinearRegression)
    made = java.ml.regression.LinearRegressionModel(f"linreg_{model.name}", java.vector(solution.coefficients), solution.intercept)
    return LinearRegressionModel(made)


def _k_means(java: _Java, model: FittedModel) -> Any:
    solution = model.solution
    assert isinstance(solution, KMeans)
    centres = java.gateway.new_array(java.mllib.linalg.Vector, len(solution.centres))
    for place, centre in enumerate(solution.centres):
        centres[place] = java.mllib.linalg.Vectors.dense(java.doubles(centre))
    return KMeansModel(java.ml.clustering.KMeansModel(f"kmeans_{model.name}", java.mllib.clustering.KMeansModel(centres)))


MODELS: dict[type, Callable[[_Java, FittedModel], Any]] = {
    LogisticRegression: _logistic, MultinomialRegression: _multinomial, LinearRegression: _linear, KMeans: _k_means,
}  # fmt: skip
