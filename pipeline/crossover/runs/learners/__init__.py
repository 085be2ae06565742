"""How each kind of model is trained, judged and described: one file a kind, behind `learner_of`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crossover.engines.base import Engine
from crossover.learning.models.specification import TrainKMeans, TrainLinearRegression, TrainLogisticRegression
from crossover.plan.plan import ModelPlan
from crossover.relations.nodes import Materialise
from crossover.runs.learners.base import Learner
from crossover.runs.learners.binary import BinaryLearner
from crossover.runs.learners.clusters import ClusterLearner
from crossover.runs.learners.linear import LinearLearner
from crossover.runs.learners.multinomial import MultinomialLearner

LEARNERS: dict[type, type[Learner]] = {
    TrainLogisticRegression: BinaryLearner,
    TrainLinearRegression: LinearLearner,
    TrainKMeans: ClusterLearner,
}


def learner_of(engine: Engine[Any], plan: ModelPlan, keep: Callable[[Materialise], None]) -> Learner:
    """Return the learner of a model. `keep` is told of each table that is to be released when training ends."""
    several = isinstance(plan.train, TrainLogisticRegression) and plan.train.multinomial
    return (MultinomialLearner if several else LEARNERS[type(plan.train)])(engine, plan, keep)
