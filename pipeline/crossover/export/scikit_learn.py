"""A model as a scikit-learn Pipeline of standard classes, in a joblib file.

joblib comes with scikit-learn, so the file loads where nothing else is installed. Like every pickle it may run code
when it is loaded: load files only from where you trust. Estimators are fitted on made-up rows, so that all their
attributes are those of the installed version, and then get the numbers of the model.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import sklearn.linear_model
from sklearn.cluster import KMeans as SklearnKMeans
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder

from crossover.export.target import ExportTarget, Rows, Scores, input_columns, refuse_kind
from crossover.learning.models.fitted import FittedModel, KMeans, LinearRegression, LogisticRegression, MultinomialRegression
from crossover.learning.models.state import Fitted, Frequency, LabelMean, Number, OneHot, Ordinal, Preparation

Category = str | int
OTHERS = "all other values"


class Target(ExportTarget):
    """`--to sklearn`."""

    name = "scikit-learn"

    def write(self, model: FittedModel, out: Path) -> None:
        joblib.dump(pipeline_of(model), out)

    def score(self, model: FittedModel, out: Path, rows: Rows) -> Scores:
        pipeline = joblib.load(out)
        table = np.empty((len(next(iter(rows.values()))), len(rows)), dtype=object)
        for place, values in enumerate(rows.values()):
            table[:, place] = values
        predicted = pipeline.predict(table)
        match model.solution:
            case KMeans():
                return {"cluster": predicted, "distance": pipeline.transform(table).min(axis=1)}
            case LogisticRegression():
                return {"probability": pipeline.predict_proba(table)[:, 1], "prediction": predicted}
            case MultinomialRegression(scored=names):
                found = pipeline.predict_proba(table)
                classes = {name: found[:, place] for place, name in enumerate(names)}
                return {"probability": found.max(axis=1), "prediction": predicted, **classes}
            case _:
                return {"prediction": predicted}

    def how(self, model: FittedModel, out: Path) -> list[str]:
        others = {KMeans: ", pipeline.transform(rows)    # distances to all centres", LinearRegression: ""}
        columns = ", ".join(input_columns(model.preparation))
        return [
            f'pipeline = joblib.load("{out}")    # runs code of the file: load only what you trust',
            f"pipeline.predict(rows){others.get(type(model.solution), ', pipeline.predict_proba(rows)')}",
            f"rows: a data frame, or an array of objects with the columns {columns}; null is None or NaN",
        ]


def pipeline_of(model: FittedModel) -> Pipeline:
    """Return the fitted pipeline. Raises ConfigError for a kind of model that it has no estimator for."""
    estimator = ESTIMATORS.get(type(model.solution))
    if estimator is None:
        raise refuse_kind(model, Target.name)
    with warnings.catch_warnings():
        # of estimators that are fitted on a few made-up rows
        warnings.simplefilter("ignore")
        return Pipeline([("prepare", prepared(model.preparation)), *estimator(model)])


def prepared(preparation: Preparation) -> ColumnTransformer:
    """Return the fitted preparation: its columns are those of the design matrix, in their order.

    Data frames are read by the names of columns, arrays by position.
    """
    columns = list(input_columns(preparation))
    ordered = [each for each in preparation.fitted if not isinstance(each, OneHot)] + list(preparation.one_hot)
    named = [(f"{place}: {', '.join(each.names[:1])}", each) for place, each in enumerate(ordered)]
    parts = [(name, _part(each), [columns.index(each.column)]) for name, each in named]
    rows = _made_up(preparation, columns)
    transformer = ColumnTransformer(parts, sparse_threshold=0.0)
    transformer.fit(rows, np.arange(len(rows), dtype=np.float64))
    for name, each in named:
        _give_numbers(transformer.named_transformers_[name], each)
    transformer.feature_names_in_ = np.array(columns, dtype=object)
    return transformer


def _made_up(preparation: Preparation, columns: Sequence[str]) -> Any:
    """Return rows of objects that every part can be fitted on: of each column its values twice, then one other value."""
    values: dict[str, list[Any]] = {name: [] for name in columns}
    for each in preparation.fitted:
        if not isinstance(each, Number):
            values[each.column] = [*each.values, *each.values, _other(each.values)]
        elif not values[each.column]:
            values[each.column] = [0.0]
    size = max(3, *map(len, values.values()))
    rows = np.empty((size, len(columns)), dtype=object)
    for place, name in enumerate(columns):
        # filled up in front, so that the other value stays alone
        rows[:, place] = [values[name][0]] * (size - len(values[name])) + values[name]
    return rows


def _other(values: Sequence[Category]) -> Category:
    """Return a value that is not among those of a category."""
    if values and not isinstance(values[0], str):
        return max(int(value) for value in values) + 1
    return OTHERS + "!" * sum(OTHERS in str(value) for value in values)


def _part(fitted: Fitted) -> Pipeline:
    """Return the unfitted steps of one input."""
    if isinstance(fitted, Number):
        return _number(fitted)
    steps: list[tuple[str, Any]] = [("values", FunctionTransformer(np.asarray, kw_args={"dtype": "object"}))]
    known = list(fitted.values)
    if isinstance(fitted, OneHot):
        encoder: Any = OneHotEncoder(
            # the last category is made rare, so that all values that are not known are the last column
            categories=[[*known, _other(known)]], handle_unknown="infrequent_if_exist", min_frequency=2 if known else 10**9,
            sparse_output=False,
        )  # fmt: skip
        return Pipeline([*steps, ("one_hot", encoder)])
    if isinstance(fitted, Ordinal) and known:
        steps.append(("ordinal", OrdinalEncoder(categories=[known], handle_unknown="use_encoded_value", unknown_value=-1)))
        return Pipeline([*steps, *_scaling(fitted)])
    # gives each known value a number, and one number to all others
    encoder = TargetEncoder(categories=[known or [_other(known)]], target_type="continuous", cv=2, random_state=0)
    return Pipeline([*steps, ("number_of_value", encoder)])


def _number(fitted: Number) -> Pipeline:
    steps: list[tuple[str, Any]] = []
    if fitted.clip:
        steps.append(("clip", _clip(*fitted.clip)))
    if fitted.impute is not None:
        steps.append(("impute", SimpleImputer(strategy="constant", fill_value=fitted.impute)))
    if fitted.log:
        steps.append(("log", FunctionTransformer(np.log1p)))
    steps += _scaling(fitted)
    number = ("number", FunctionTransformer(np.asarray, kw_args={"dtype": "float64"}))
    if not fitted.flag_missing:
        return Pipeline([number, *steps])
    value = Pipeline(steps) if steps else "passthrough"
    return Pipeline([number, ("union", FeatureUnion([("value", value), ("missing", MissingIndicator(features="all"))]))])


def _clip(low: float, high: float) -> FunctionTransformer:
    return FunctionTransformer(np.clip, kw_args={"a_min": low, "a_max": high})


def _scaling(fitted: Number | Ordinal) -> list[tuple[str, Any]]:
    """Every scale is (x - centre) / spread; a column without spread is clipped to its centre, so that it becomes 0."""
    if fitted.scale is None:
        return []
    flat = [] if fitted.spread else [("constant", _clip(fitted.centre, fitted.centre))]
    return [*flat, ("scale", StandardScaler())]


def _give_numbers(part: Pipeline, fitted: Fitted) -> None:
    """Put the model's numbers into the fitted steps of one input."""
    if isinstance(fitted, Number) and fitted.flag_missing:
        part = dict(part.named_steps["union"].transformer_list)["value"]
    steps = part.named_steps if isinstance(part, Pipeline) else {}
    if "scale" in steps:
        assert isinstance(fitted, Number | Ordinal)
        steps["scale"].mean_ = np.array([fitted.centre])
        steps["scale"].scale_ = np.array([fitted.spread or 1.0])
        steps["scale"].var_ = steps["scale"].scale_ ** 2
    if "number_of_value" in steps:
        assert isinstance(fitted, LabelMean | Frequency | Ordinal)
        steps["number_of_value"].encodings_ = [np.array(fitted.numbers[:-1] or fitted.numbers)]
        steps["number_of_value"].target_mean_ = fitted.numbers[-1]


def _logistic(model: FittedModel) -> list[tuple[str, Any]]:
    solution = model.solution
    assert isinstance(solution, LogisticRegression)
    labels = np.array([False, True]) if model.label_type == "boolean" else np.array([0, 1])
    rows = np.zeros((2, len(solution.coefficients)))
    classifier: Any = sklearn.linear_model.LogisticRegression(max_iter=1)
    if solution.threshold != 0.5:
        classifier = FixedThresholdClassifier(classifier, threshold=solution.threshold, response_method="predict_proba")
    classifier.fit(rows, labels)
    inner = getattr(classifier, "estimator_", classifier)
    inner.coef_ = solution.coefficients.reshape(1, -1).copy()
    inner.intercept_ = np.array([solution.intercept])
    return [("classify", classifier)]


def _multinomial(model: FittedModel) -> list[tuple[str, Any]]:
    solution = model.solution
    assert isinstance(solution, MultinomialRegression)
    classes, width = solution.coefficients.shape
    classifier = sklearn.linear_model.LogisticRegression(max_iter=1).fit(np.zeros((classes, width)), np.array(solution.classes))
    coefficients, intercepts = solution.coefficients.copy(), solution.intercepts.copy()
    if classes == 2:
        # of two classes scikit-learn keeps the difference
        coefficients, intercepts = coefficients[1:] - coefficients[:1], intercepts[1:] - intercepts[:1]
    classifier.coef_, classifier.intercept_, classifier.classes_ = coefficients, intercepts, np.array(solution.classes)
    return [("classify", classifier)]


def _linear(model: FittedModel) -> list[tuple[str, Any]]:
    solution = model.solution
    assert isinstance(solution, LinearRegression)
    regression = sklearn.linear_model.LinearRegression().fit(np.zeros((2, len(solution.coefficients))), np.zeros(2))
    regression.coef_, regression.intercept_ = solution.coefficients.copy(), solution.intercept
    return [("regress", regression)]


def _k_means(model: FittedModel) -> list[tuple[str, Any]]:
    solution = model.solution
    assert isinstance(solution, KMeans)
    # its distances cancel far from 0, so the space is moved to the middle of the centres
    middle = solution.centres.mean(axis=0)
    around = StandardScaler(with_std=False).fit(solution.centres)
    around.mean_ = middle
    centres = solution.centres - middle
    clusters = SklearnKMeans(len(centres), init=centres, n_init=1, max_iter=1).fit(centres)
    clusters.cluster_centers_ = np.ascontiguousarray(centres)
    return [("around", around), ("cluster", clusters)]


ESTIMATORS: dict[type, Callable[[FittedModel], list[tuple[str, Any]]]] = {
    LogisticRegression: _logistic, MultinomialRegression: _multinomial, LinearRegression: _linear, KMeans: _k_means,
}  # fmt: skip
