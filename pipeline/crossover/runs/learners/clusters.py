"""k-means."""

from __future__ import annotations

from dataclasses import replace

from crossover.core.errors import DataError
from crossover.language.tree import Column, call
from crossover.learning.evaluation import clusters
from crossover.learning.models import k_means
from crossover.learning.models.fitted import FittedModel, KMeans
from crossover.learning.models.matrix import Matrix
from crossover.learning.models.sample import sample
from crossover.learning.models.specification import TrainKMeans
from crossover.learning.models.state import Preparation
from crossover.relations.nodes import Filter
from crossover.runs.learners.base import TEST, Evaluation, Learner, Trained


class ClusterLearner(Learner):
    """Finds clusters; there is no label."""

    def sampled_by(self) -> tuple[str, ...]:
        """The key, or all exact columns in name order."""
        exact = tuple(name for name in sorted(self.plan.schema) if self.plan.schema[name].exact)
        by = self.plan.key or exact
        if not by:
            raise DataError(f"k_means takes a sample by the hash of a key; `{self.plan.table}` has no key and no exact column")
        return by

    def train(self, matrix: Matrix, prepared: Matrix, preparation: Preparation) -> Trained:
        # from the prepared rows, because the training matrix does not hold the key
        training = replace(prepared, relation=Filter(prepared.relation, call("not", Column(TEST))))
        sampled = sample(self.engine, training, self.sampled_by(), k_means.SALT, k_means.SAMPLE)
        settings = self._settings
        answer = k_means.fit(self.engine, self.engine, matrix, sampled, settings.k, settings.starts, settings.iterations)
        facts = {
            "sizes": list(answer.sizes),
            "inertia": answer.inertia,
            "start": answer.start,
            "centres": clusters.centres_in_original_units(preparation, answer.centres),
        }
        return Trained(KMeans(answer.centres), facts, answer.warnings)

    def evaluate(self, rows: Matrix, model: FittedModel) -> Evaluation:
        assert isinstance(model.solution, KMeans)
        some = sample(self.engine, rows, self.sampled_by(), clusters.SILHOUETTE_SALT, clusters.SILHOUETTE_ROWS)
        return Evaluation(clusters.evaluate(self.engine, rows, model.solution, some))

    @property
    def _settings(self) -> TrainKMeans:
        assert isinstance(self.plan.train, TrainKMeans)
        return self.plan.train
