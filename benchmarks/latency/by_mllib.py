"""The model of conf/flights.yaml as an MLlib PipelineModel: the same row-local features and encodings.

Spark has no encoder by the label's mean on every line, so the route is one-hot here.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import Imputer, OneHotEncoder, SQLTransformer, StandardScaler, StringIndexer, VectorAssembler
from pyspark.sql import SparkSession
from pyspark.sql.types import BooleanType, DoubleType, LongType, StringType, StructField, StructType

NUMBERS = ["distance", "direct_km", "eastward", "age", "seats", "temp", "wind_speed", "precip", "visib"]
DELAYS = ["previous_delay", "airport_delay"]
CATEGORIES = ["carrier", "origin", "hour", "weekday", "month", "route"]
TYPES = {"double": DoubleType(), "int": LongType(), "string": StringType(), "boolean": BooleanType()}
DERIVED = """
select *, string(hour) hour_text, string(month) month_text, string(weekday(make_date(year, month, day)) + 1) weekday_text,
    double(year - built) age, double(seats) seats_number, concat(origin, '-', dest) route, dest_lon - origin_lon eastward,
    2 * 6371.0088 * asin(sqrt(power(sin(radians(dest_lat - origin_lat) / 2), 2)
        + cos(radians(origin_lat)) * cos(radians(dest_lat)) * power(sin(radians(dest_lon - origin_lon) / 2), 2))) direct_km,
    coalesce(previous_delay, 0.0) previous_delay_known, double(previous_delay is null) previous_delay_missing,
    coalesce(airport_delay, 0.0) airport_delay_known, double(airport_delay is null) airport_delay_missing
from __THIS__
"""


def session() -> SparkSession:
    """Return a session of one thread, which is best for one row."""
    settings = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "1", "spark.default.parallelism": "1"}
    builder = SparkSession.builder.master("local[1]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    found: SparkSession = builder.getOrCreate()
    found.sparkContext.setLogLevel("ERROR")
    return found


def schema_of(columns: dict[str, str]) -> StructType:
    return StructType([StructField(name, TYPES[type_name]) for name, type_name in columns.items()])


def fit(spark: SparkSession, rows: pa.Table, columns: dict[str, str]) -> PipelineModel:
    """Return the fitted pipeline on raw columns."""
    known = rows.select([*columns, "label"]).to_pylist()
    labelled = [(*(row[name] for name in columns), float(row["label"])) for row in known]
    frame = spark.createDataFrame(labelled, StructType([*schema_of(columns).fields, StructField("label", DoubleType())]))
    numbers = ["seats_number" if name == "seats" else name for name in NUMBERS]
    texts = [f"{name}_text" if name in ("hour", "weekday", "month") else name for name in CATEGORIES]
    delays = [f"{name}_{part}" for name in DELAYS for part in ("known", "missing")]
    indexed, coded = [f"{name}_index" for name in texts], [f"{name}_code" for name in texts]
    stages: list[Any] = [
        SQLTransformer(statement=DERIVED),
        Imputer(strategy="median", inputCols=numbers, outputCols=[f"{name}_full" for name in numbers]),
        VectorAssembler(inputCols=[*(f"{name}_full" for name in numbers), *delays], outputCol="dense"),
        StandardScaler(inputCol="dense", outputCol="scaled", withMean=True),
        StringIndexer(inputCols=texts, outputCols=indexed, handleInvalid="keep"),
        OneHotEncoder(inputCols=indexed, outputCols=coded),
        VectorAssembler(inputCols=["scaled", *coded], outputCol="features"),
        LogisticRegression(regParam=0.0001, standardization=False, maxIter=50),
    ]
    return Pipeline(stages=stages).fit(frame)


def score(spark: SparkSession, model: PipelineModel, schema: StructType, row: dict[str, Any]) -> float:
    """Return the probability of one raw row."""
    frame = spark.createDataFrame([tuple(row[name] for name in schema.fieldNames())], schema)
    (answer,) = model.transform(frame).select("probability").collect()
    return float(answer.probability[1])
