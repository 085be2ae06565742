"""The model of conf/flights.yaml as a scikit-learn Pipeline: the same row-local features, encodings and penalty."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler, TargetEncoder

NUMBERS = ["distance", "direct_km", "eastward", "age", "seats", "temp", "wind_speed", "precip", "visib"]
DELAYS = ["previous_delay", "airport_delay"]
CATEGORIES = ["carrier", "origin", "hour", "weekday", "month"]


def derive(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the raw columns with the six that a row gives by itself."""
    latitude, other = np.radians(frame["origin_lat"]), np.radians(frame["dest_lat"])
    half = np.sin((other - latitude) / 2) ** 2
    half += np.cos(latitude) * np.cos(other) * np.sin(np.radians(frame["dest_lon"] - frame["origin_lon"]) / 2) ** 2
    return frame.assign(
        weekday=pd.to_datetime(frame[["year", "month", "day"]]).dt.dayofweek + 1,
        age=frame["year"] - frame["built"],
        route=frame["origin"] + "-" + frame["dest"],
        direct_km=2 * 6371.0088 * np.arcsin(np.sqrt(half)),
        eastward=frame["dest_lon"] - frame["origin_lon"],
    )


def fit(rows: pa.Table, raw: list[str]) -> Pipeline:
    """Return the fitted pipeline on raw columns."""
    frame = frame_of(rows.select(raw).to_pylist())
    prepare = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), NUMBERS),
            ("delays", make_pipeline(SimpleImputer(strategy="constant", fill_value=0.0, add_indicator=True), StandardScaler()), DELAYS),
            ("categories", OneHotEncoder(min_frequency=50, handle_unknown="infrequent_if_exist"), CATEGORIES),
            ("route", TargetEncoder(smooth=100.0), ["route"]),
        ]
    )
    model = LogisticRegression(C=1 / (0.0001 * len(frame)), max_iter=200)
    pipeline = Pipeline([("features", FunctionTransformer(derive)), ("prepare", prepare), ("model", model)])
    return pipeline.fit(frame, rows["label"].to_numpy(zero_copy_only=False).astype(bool))


def frame_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as scikit-learn wants them: None in a column of numbers is NaN."""
    texts = ("carrier", "origin", "dest")
    return pd.DataFrame(
        {name: [row[name] if name in texts else _number(row[name]) for row in rows] for name in rows[0]}
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def score(pipeline: Pipeline, row: dict[str, Any]) -> float:
    """Return the probability of one raw row."""
    return float(pipeline.predict_proba(frame_of([row]))[0, 1])
