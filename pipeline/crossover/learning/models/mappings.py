"""What each key under `train` is to MLlib and to scikit-learn: the table of docs/models.md, and of a test.

A key that a library does not get has the reason in its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crossover.learning.models.specification import TrainKMeans, TrainLinearRegression, TrainLogisticRegression


@dataclass(frozen=True)
class Argument:
    """A parameter of a library's class: `name`, and what it is set to."""

    owner: str
    name: str
    value: str


@dataclass(frozen=True)
class Ours:
    """A key that no library gets."""

    reason: str


@dataclass(frozen=True)
class Mapped:
    """What a key is to each library."""

    mllib: tuple[Argument, ...] | Ours
    scikit_learn: tuple[Argument, ...] | Ours


_MLLIB, _SK = "pyspark.ml.classification.LogisticRegression", "sklearn.linear_model.LogisticRegression"
_MLLIB_LINEAR = "pyspark.ml.regression.LinearRegression"
_WEIGHT = Mapped((Argument(_MLLIB, "weightCol", "w"),), (Argument(_SK, "sample_weight", "w"),))
_CENTRES = Ours("Crossover chooses centres from a hash sample and hands them over: a library's own draws differ")

MAPPINGS: Mapping[type, Mapping[str, Mapped]] = {
    TrainLogisticRegression: {
        "l1": Mapped(
            (Argument(_MLLIB, "regParam", "l1 + l2"), Argument(_MLLIB, "elasticNetParam", "l1 / (l1 + l2)")),
            (Argument(_SK, "C", "1 / ((l1 + l2) sum(w))"), Argument(_SK, "l1_ratio", "l1 / (l1 + l2)"), Argument(_SK, "solver", "saga")),
        ),
        "l2": Mapped(
            (Argument(_MLLIB, "regParam", "l1 + l2"), Argument(_MLLIB, "standardization", "False")),
            (Argument(_SK, "C", "1 / ((l1 + l2) sum(w)), inf without a penalty"), Argument(_SK, "solver", "newton-cholesky, or lbfgs")),
        ),
        "weight": _WEIGHT,
        "class_weight": Mapped(
            (Argument(_MLLIB, "weightCol", "w sum(w) / (K sum of w of the class)"),),
            (Argument(_SK, "sample_weight", "w sum(w) / (K sum of w of the class)"),),
        ),
        "multinomial": Mapped(
            (Argument(_MLLIB, "family", "multinomial, else binomial"),),
            (Argument(_SK, "C", "of more than two classes as above; of two, which it fits as one margin, with l2 / 2"),),
        ),
    },
    TrainLinearRegression: {
        "l1": Mapped(
            (Argument(_MLLIB_LINEAR, "regParam", "l1 + l2 s"), Argument(_MLLIB_LINEAR, "elasticNetParam", "l1 / (l1 + l2 s)")),
            (
                Argument("sklearn.linear_model.ElasticNet", "alpha", "l1 + l2"),
                Argument("sklearn.linear_model.ElasticNet", "l1_ratio", "l1 / (l1 + l2)"),
            ),
        ),
        "l2": Mapped(
            (Argument(_MLLIB_LINEAR, "regParam", "l1 + l2 s"), Argument(_MLLIB_LINEAR, "standardization", "False")),
            (Argument("sklearn.linear_model.Ridge", "alpha", "l2 sum(w)"),),
        ),
        "weight": Mapped(
            (Argument(_MLLIB_LINEAR, "weightCol", "w"),),
            (
                Argument("sklearn.linear_model.Ridge", "sample_weight", "w"),
                Argument("sklearn.linear_model.ElasticNet", "sample_weight", "w"),
                Argument("sklearn.linear_model.LinearRegression", "sample_weight", "w"),
            ),
        ),
    },
    TrainKMeans: {
        "k": Mapped(_CENTRES, _CENTRES),
        "starts": Mapped(_CENTRES, _CENTRES),
        "centres": Mapped(
            (Argument("pyspark.mllib.clustering.KMeans.train", "initialModel", "the centres"),),
            Ours("Lloyd's loop is ours: scikit-learn's moves a centre that lost its rows without a word"),
        ),
        "iterations": Mapped(
            (Argument("pyspark.mllib.clustering.KMeans.train", "maxIterations", "iterations"),),
            Ours("Lloyd's loop is ours: scikit-learn's moves a centre that lost its rows without a word"),
        ),
    },
}
"""By the section of a kind: key -> what it is to each library. s is the population standard deviation of the label."""
