"""k-means."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crossover.core.errors import DataError
from crossover.language.tree import Column, Expression, call
from crossover.learning.evaluation import clusters
from crossover.learning.evaluation.profiles import RAW
from crossover.learning.models import k_means
from crossover.learning.models.as_expressions import with_cluster
from crossover.learning.models.fitted import FittedModel, KMeans
from crossover.learning.models.given_centres import given_centres
from crossover.learning.models.matrix import Matrix
from crossover.learning.models.sample import sample
from crossover.learning.models.specification import TrainKMeans
from crossover.learning.models.state import Preparation
from crossover.learning.preparation.impute import as_double
from crossover.relations.nodes import Filter, Materialise
from crossover.runs.learners.base import TEST, Evaluation, Learner, Trained

TRUTH = "__truth"


class ClusterLearner(Learner):
    """Finds clusters; there is no label."""

    def sampled_by(self) -> tuple[str, ...]:
        """The key, or all exact columns in name order."""
        exact = tuple(name for name in sorted(self.plan.schema) if self.plan.schema[name].exact)
        by = self.plan.key or exact
        if not by:
            raise DataError(f"k_means takes a sample by the hash of a key; `{self.plan.table}` has no key and no exact column")
        return by

    def carried(self) -> dict[str, Expression]:
        """The truth, and numbers as they are in the table, for the profiles."""
        plan = self.plan
        numbers = {name: plan.schema[name].type.name for each in plan.inputs if each.kind == "number" for name in each.columns}
        columns = {RAW + name: as_double(name, type_name) for name, type_name in numbers.items()}
        return columns | ({TRUTH: Column(plan.evaluate.truth)} if plan.evaluate.truth else {})

    def train(self, matrix: Matrix, prepared: Matrix, preparation: Preparation) -> Trained:
        answer = self._answer(matrix, prepared, preparation)
        facts: dict[str, Any] = {
            "sizes": list(answer.sizes),
            "inertia": answer.inertia,
            "start": answer.start,
            "centres": clusters.centres_in_original_units(preparation, answer.centres),
        }
        if self._settings.centres is not None:
            facts["given_centres"] = [place + 1 for place in answer.began]
        return Trained(KMeans(answer.centres), facts, answer.warnings)

    def _answer(self, matrix: Matrix, prepared: Matrix, preparation: Preparation) -> k_means.KMeansAnswer:
        settings = self._settings
        if settings.centres is not None:
            given = given_centres(preparation, settings.centres)
            return k_means.fit_from(self.engine, self.engine, matrix, given, settings.iterations)
        # from the prepared rows, because the training matrix does not hold the key
        training = replace(prepared, relation=Filter(prepared.relation, call("not", Column(TEST))))
        sampled = sample(self.engine, training, self.sampled_by(), k_means.SALT, k_means.SAMPLE)
        return k_means.fit(self.engine, self.engine, matrix, sampled, settings.clusters, settings.starts, settings.iterations)

    def evaluate(self, rows: Matrix, model: FittedModel) -> Evaluation:
        assert isinstance(model.solution, KMeans)
        truth = TRUTH if self.plan.evaluate.truth else None
        columns = clusters.read_columns(rows, model.preparation, truth)
        found = with_cluster(rows, model.solution, columns, square=True)
        kept = Materialise(found, f"{self.plan.name} clusters", "read by each round of the metrics")
        self.keep(kept)
        some = sample(self.engine, rows, self.sampled_by(), clusters.SILHOUETTE_SALT, clusters.SILHOUETTE_ROWS)
        clustered = clusters.Clustered(kept, rows, model.solution.centres, model.preparation, truth)
        return Evaluation(*clusters.evaluate(self.engine, clustered, some))

    @property
    def _settings(self) -> TrainKMeans:
        assert isinstance(self.plan.train, TrainKMeans)
        return self.plan.train
