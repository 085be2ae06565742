"""The engine: a session, and the verbs of `engines.base` over it."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
from pyspark.sql import SparkSession

from crossover.core.errors import EngineError
from crossover.engines.base import Engine, EngineOptions, Work, WorkDone, WrittenFile
from crossover.engines.capabilities import Capabilities
from crossover.engines.spark import multinomial, relations, settings, training
from crossover.engines.spark.as_of_join import as_of_join
from crossover.engines.spark.capabilities import CAPABILITIES
from crossover.engines.spark.cardinality import check_cardinality
from crossover.engines.spark.classic import known_work, launch, status
from crossover.engines.spark.classic.ended_stages import EndedStages
from crossover.engines.spark.classic.jvm_meter import JvmMeter
from crossover.engines.spark.classic.keeping import keep
from crossover.engines.spark.failures import reported
from crossover.engines.spark.frames import SparkFrame, to_table
from crossover.engines.spark.java import java_home, spark_version
from crossover.engines.spark.quantiles import exact_neighbours
from crossover.engines.spark.sources import scan
from crossover.engines.spark.windows import window
from crossover.engines.spark.writing import explained, write_parquet
from crossover.language.types import STRING, Schema
from crossover.learning.models.matrix import Floats, Loss, LossSums, Matrix
from crossover.learning.models.penalty import Penalty
from crossover.learning.models.softmax import SoftmaxSums
from crossover.relations import nodes
from crossover.relations.compute import Neighbours
from crossover.relations.schema import schema_of


class SparkEngine(Engine[SparkFrame]):
    """Relations build a query; only actions compute."""

    name: ClassVar[str] = "spark"
    capabilities: ClassVar[Capabilities] = CAPABILITIES

    def __init__(self, options: EngineOptions) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="crossover-spark-", ignore_cleanup_errors=True)
        self._log = Path(self._folder.name) / "spark.log"
        self._checked: set[nodes.Join] = set()
        self._schemas: dict[nodes.Relation, Schema] = {}
        self._meter: tuple[JvmMeter, Path] | None = None
        with reported(self._log):
            self.session, self._owned = self._open(options)
            _assert_meaning(self.session)

    def _open(self, options: EngineOptions) -> tuple[SparkSession, bool]:
        """Return a session and whether it ends with the engine: one that runs here already does not."""
        active = SparkSession.getActiveSession()
        if active is not None:
            session = active.newSession()
            for name, value in settings.meaning(options).items():
                session.conf.set(name, value)
            return session, False
        if "PYSPARK_GATEWAY_PORT" in os.environ or "SPARK_REMOTE" in os.environ:
            # spark-submit and Connect bring their own master, Java and workers
            builder = SparkSession.builder
            for name, value in {**settings.meaning(options), **(options.settings or {})}.items():
                builder = builder.config(name, value)
            return builder.getOrCreate(), True
        # The setting spark.pyspark.python does not reach the workers of a plain process.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        if options.event_log is not None:
            options.event_log.mkdir(parents=True, exist_ok=True)
        own = {"spark.sql.warehouse.dir": f"{self._folder.name}/warehouse", **settings.local(options)}
        session = launch.launch(own, java_home(spark_version() or "unknown"), self._log)
        if options.event_log is not None:
            self._meter = (JvmMeter(session), options.event_log)
        return session, True

    def evaluate(self, relation: nodes.Relation) -> SparkFrame:
        """Building a query may fail too: Spark analyses it, and a join's cardinality is counted."""
        with reported(self._log):
            return super().evaluate(relation)

    # relations

    def scan(self, node: nodes.Scan) -> SparkFrame:
        return scan(self.session, node)

    def project(self, node: nodes.Project, input: SparkFrame) -> SparkFrame:
        return relations.project(node, input, self._schema(node.input))

    def filter(self, node: nodes.Filter, input: SparkFrame) -> SparkFrame:
        return relations.filtered(node, input, self._schema(node.input))

    def join(self, node: nodes.Join, left: SparkFrame, right: SparkFrame) -> SparkFrame:
        if node not in self._checked:
            check_cardinality(node, left, right)
            self._checked.add(node)
        return relations.join(node, left, right)

    def aggregate(self, node: nodes.Aggregate, input: SparkFrame) -> SparkFrame:
        return relations.aggregate(node, input, self._schema(node.input))

    def window(self, node: nodes.Window, input: SparkFrame) -> SparkFrame:
        return window(node, input, self._schema(node.input))

    def as_of_join(self, node: nodes.AsOfJoin, left: SparkFrame, right: SparkFrame) -> SparkFrame:
        return as_of_join(node, left, right, self._schema(node.left), self._schema(node.right))

    def first_by_key(self, node: nodes.FirstByKey, input: SparkFrame) -> SparkFrame:
        return relations.first_by_key(node, input)

    def top_n(self, node: nodes.TopN, input: SparkFrame) -> SparkFrame:
        return relations.top_n(node, input)

    def union(self, node: nodes.Union, inputs: Sequence[SparkFrame]) -> SparkFrame:
        return relations.union(inputs)

    def materialise(self, node: nodes.Materialise, input: SparkFrame) -> SparkFrame:
        """Computed here and now, so that its clock is its own; a source by the query that follows at once, which counts its rows."""
        is_source = isinstance(node.input, nodes.Scan)
        rows = keep(self.session, input.data, plain=is_source and _is_of_numbers(self._schema(node.input)))
        if not is_source:
            rows.count()
        return replace(input, data=rows, kept=input.data)

    def forget(self, input: SparkFrame) -> None:
        with reported(self._log):
            if input.kept is not None:
                input.kept.unpersist()

    # actions

    def collect(self, relation: nodes.Relation) -> pa.Table:
        frame = self.evaluate(relation)
        with reported(self._log):
            return to_table(frame.data, self._schema(relation))

    def write(self, relation: nodes.Relation, folder: Path) -> list[WrittenFile]:
        frame = self.evaluate(relation)
        with reported(self._log):
            return write_parquet(frame.data, folder)

    def neighbours(
        self, relation: nodes.Relation, wanted: Mapping[str, Sequence[float]]
    ) -> dict[str, tuple[Neighbours | None, ...]]:
        frame = self.evaluate(relation)
        with reported(self._log):
            return exact_neighbours(frame.data, wanted)

    def explain(self, relation: nodes.Relation) -> str:
        frame = self.evaluate(relation)
        with reported(self._log):
            return explained(frame.data)

    def fit_logistic_regression(self, matrix: Matrix, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
        frame = self.evaluate(matrix.relation)
        with reported(self._log):
            return training.fit_logistic_regression(frame.data, matrix, penalty, iterations, tolerance)

    def fit_linear_regression(self, matrix: Matrix, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
        frame = self.evaluate(matrix.relation)
        with reported(self._log):
            return training.fit_linear_regression(frame.data, matrix, penalty, iterations, tolerance)

    def loss_sums(self, matrix: Matrix, coefficients: Floats, loss: Loss, *, meat: bool = False) -> LossSums:
        frame = self.evaluate(matrix.relation)
        with reported(self._log):
            return training.loss_sums(frame.data, matrix, coefficients, loss, meat=meat)

    def fit_multinomial(self, matrix: Matrix, classes: int, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
        frame = self.evaluate(matrix.relation)
        with reported(self._log):
            return multinomial.fit_multinomial(frame.data, matrix, classes, penalty, iterations, tolerance)

    def multinomial_sums(self, matrix: Matrix, coefficients: Floats) -> SoftmaxSums:
        frame = self.evaluate(matrix.relation)
        with reported(self._log):
            return multinomial.multinomial_sums(frame.data, matrix, coefficients)

    def fit_k_means(self, matrix: Matrix, starts: Sequence[Floats], iterations: int) -> list[Floats]:
        frame = self.evaluate(matrix.relation)
        with reported(self._log):
            return training.fit_k_means(frame.data, matrix, starts, iterations)

    def versions(self) -> dict[str, str]:
        with reported(self._log):
            java = status.java_version(self.session)
        return {"spark": self.session.version, "pyspark": spark_version() or "unknown", "java": java}

    def activity(self) -> str:
        return status.activity(self.session)

    def work_done(self) -> WorkDone | None:
        with reported(self._log):
            return self._stages.work_done()

    @cached_property
    def _stages(self) -> EndedStages:
        """Made when it is first asked: a session of Connect has none."""
        return EndedStages(self.session)

    def known_work(self) -> AbstractContextManager[Mapping[str, Work]]:
        return known_work.known_work(self.session)

    def close(self) -> None:
        with suppress(EngineError):
            # a JVM that died, or that its owner ended first, holds nothing any more
            super().close()
        if self._meter is not None:
            meter, folder = self._meter
            meter.write(folder)
        if self._owned:
            launch.shut_down(self.session)
        self._folder.cleanup()

    def _schema(self, relation: nodes.Relation) -> Schema:
        return schema_of(relation, self._schemas)


def _is_of_numbers(schema: Schema) -> bool:
    """Whether no column of a source is text, but for what stands in rows that are set aside."""
    return all(fact.type is not STRING for name, fact in schema.items() if name not in (nodes.REASON, nodes.RAW))


def _assert_meaning(session: SparkSession) -> None:
    for name in settings.ASSERTED:
        found = session.conf.get(name)
        if str(found).lower() != settings.MEANING[name].lower():
            raise EngineError(f"the Spark session has {name}={found}; answers need {settings.MEANING[name]}")
