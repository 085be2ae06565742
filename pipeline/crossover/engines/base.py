"""What an engine is: a verb for each relation, and a few actions that give results.

A frame is whatever the engine works with (`F`). Results that reach the driver are pyarrow tables with the types
bool, int64, float64, string, date32 and timestamp[us].
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

import pyarrow as pa

from crossover.engines.capabilities import Capabilities
from crossover.learning.models.matrix import Floats, Loss, LossSums, Matrix
from crossover.learning.models.penalty import Penalty
from crossover.learning.models.softmax import SoftmaxSums
from crossover.relations import nodes
from crossover.relations.compute import Neighbours
from crossover.relations.other_values import other_values, others_of

F = TypeVar("F")
Work = Callable[[], dict[str, float]]


@dataclass(frozen=True)
class EngineOptions:
    """How an engine is opened. `parallelism` is threads or cores (None: all); `settings` are Spark's own."""

    parallelism: int | None = None
    partitions: int | None = None
    settings: Mapping[str, str] | None = None
    event_log: Path | None = None
    """A folder into which Spark writes what it does, and how often it was called."""
    memory: int | None = None
    """Bytes that the run may take with all its processes; None: what the machine has."""
    alone: bool = False
    """Whether the process will do nothing but this: then an engine may keep from it what others could want."""


@dataclass(frozen=True)
class WorkDone:
    """What a distributed engine has done since some moment."""

    jobs: int
    bytes_shuffled: int
    """Written for tasks of a later stage to read."""
    bytes_spilled: int
    """Written to disk because memory was out."""
    retries: int
    """Tasks that failed, each of which was tried again."""

    def __sub__(self, earlier: WorkDone) -> WorkDone:
        return WorkDone(*(mine - theirs for mine, theirs in zip(astuple(self), astuple(earlier), strict=True)))


@dataclass(frozen=True)
class WrittenFile:
    """A file that an engine wrote: its name inside the folder, rows and bytes."""

    name: str
    rows: int
    bytes: int


class Engine(ABC, Generic[F]):
    """Computes relations. Use as a context manager; closing releases everything."""

    name: ClassVar[str]
    capabilities: ClassVar[Capabilities]

    def __init__(self) -> None:
        self._kept: dict[nodes.Materialise, F] = {}
        self._passed: set[nodes.Check] = set()

    # one verb for each relation

    @abstractmethod
    def scan(self, node: nodes.Scan) -> F: ...
    @abstractmethod
    def project(self, node: nodes.Project, input: F) -> F: ...
    @abstractmethod
    def filter(self, node: nodes.Filter, input: F) -> F: ...
    @abstractmethod
    def join(self, node: nodes.Join, left: F, right: F) -> F: ...
    @abstractmethod
    def aggregate(self, node: nodes.Aggregate, input: F) -> F: ...
    @abstractmethod
    def window(self, node: nodes.Window, input: F) -> F: ...
    @abstractmethod
    def as_of_join(self, node: nodes.AsOfJoin, left: F, right: F) -> F: ...
    @abstractmethod
    def first_by_key(self, node: nodes.FirstByKey, input: F) -> F: ...
    @abstractmethod
    def top_n(self, node: nodes.TopN, input: F) -> F: ...
    @abstractmethod
    def union(self, node: nodes.Union, inputs: Sequence[F]) -> F: ...
    @abstractmethod
    def materialise(self, node: nodes.Materialise, input: F) -> F: ...

    # actions

    @abstractmethod
    def collect(self, relation: nodes.Relation) -> pa.Table:
        """Return all rows, in no order. For small results only."""

    @abstractmethod
    def write(self, relation: nodes.Relation, folder: Path) -> list[WrittenFile]:
        """Write all rows as Parquet files with page checksums into an empty or missing folder."""

    @abstractmethod
    def neighbours(
        self, relation: nodes.Relation, wanted: Mapping[str, Sequence[float]]
    ) -> dict[str, tuple[Neighbours | None, ...]]:
        """Return, for each share of double columns, the values around its quantile; nulls ignored.

        The quantile of share s of n values lies at position (n - 1) s of the sorted values, counted from 0. None for a
        column without values.
        """

    @abstractmethod
    def explain(self, relation: nodes.Relation) -> str:
        """Return the engine's own plan as text."""

    @abstractmethod
    def fit_logistic_regression(self, matrix: Matrix, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
        """Fit by the engine's library: weighted mean logistic loss + penalty. Return (d + 1,), the intercept first."""

    @abstractmethod
    def fit_linear_regression(self, matrix: Matrix, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
        """Fit by the engine's library: weighted mean of (y - s)^2 / 2 + penalty; the label is not constant."""

    @abstractmethod
    def loss_sums(self, matrix: Matrix, coefficients: Floats, loss: Loss, *, meat: bool = False) -> LossSums:
        """Return weighted loss, gradient and Hessian sums over all rows at the given coefficients (d + 1,)."""

    @abstractmethod
    def fit_multinomial(self, matrix: Matrix, classes: int, penalty: Penalty, iterations: int, tolerance: float) -> Floats:
        """Fit by the engine's library: weighted mean of -ln P(label) + penalty, labels 0 .. K - 1. Return (K, d + 1)."""

    @abstractmethod
    def multinomial_sums(self, matrix: Matrix, coefficients: Floats) -> SoftmaxSums:
        """Return weighted loss, gradient and Hessian sums over all rows at the given coefficients (K, d + 1)."""

    @abstractmethod
    def fit_k_means(self, matrix: Matrix, starts: Sequence[Floats], iterations: int) -> list[Floats]:
        """Run Lloyd's iterations by the engine's library from each start, centres (k, d). Return centres (k, d) for each."""

    @abstractmethod
    def versions(self) -> dict[str, str]:
        """Return versions of the engine and what it stands on."""

    def activity(self) -> str:
        """Return a few words on what runs just now (`stage 4, 12/40 tasks`), or nothing."""
        return ""

    def work_done(self) -> WorkDone | None:
        """Return what was done so far, of which the difference of two counts; None for an engine that has no jobs."""
        return None

    def known_work(self) -> AbstractContextManager[Mapping[str, Work]]:
        """Give work of known cost by the processes in which the engine works beside this one; none if there are none.

        Each tells what it took: `cpu` in seconds, `memory` and `bytes` in bytes.
        """
        return nullcontext({})

    def forget(self, input: F) -> None:
        """Give back what `materialise` holds. Called once."""
        del input

    def close(self) -> None:
        """Release all and shut down."""
        for node in list(self._kept):
            self.release(node)

    # shared

    def quantiles(
        self, relation: nodes.Relation, wanted: Mapping[str, Sequence[float]]
    ) -> dict[str, tuple[float | None, ...]]:
        """Return exact linear quantiles of double columns, nulls ignored; None for a column without values."""
        found = self.neighbours(relation, wanted)
        return {name: tuple(None if each is None else each.quantile for each in pairs) for name, pairs in found.items()}

    def evaluate(self, relation: nodes.Relation) -> F:
        """Return the frame of a relation; each relation of its graph is evaluated once."""
        return self._evaluate(relation, {})

    def release(self, node: nodes.Materialise) -> None:
        """Give back a materialised table after its last reader; nothing if it was never computed."""
        frame = self._kept.pop(node, None)
        if frame is not None:
            self.forget(frame)

    def _evaluate(self, relation: nodes.Relation, known: dict[nodes.Relation, F]) -> F:
        if relation in known:
            return known[relation]
        if isinstance(relation, nodes.Materialise):
            if relation not in self._kept:
                self._kept[relation] = self.materialise(relation, self._evaluate(relation.input, known))
            frame = self._kept[relation]
        else:
            inputs = [self._evaluate(each, known) for each in nodes.inputs_of(relation)]
            if isinstance(relation, nodes.Check):
                self._check(relation)
            frame = self._compute(relation, inputs)
        known[relation] = frame
        return frame

    def _check(self, node: nodes.Check) -> None:
        """Raise DataError if a row counts values that nothing is made for. Asked once; its input is kept."""
        if node in self._passed:
            return
        found = self.collect(others_of(node))[node.example].to_pylist()
        if found:
            raise other_values(node, found)
        self._passed.add(node)

    def _compute(self, relation: nodes.Relation, inputs: Sequence[F]) -> F:
        match relation:
            case nodes.Scan():
                return self.scan(relation)
            case nodes.Project():
                return self.project(relation, inputs[0])
            case nodes.Filter():
                return self.filter(relation, inputs[0])
            case nodes.Join():
                return self.join(relation, inputs[0], inputs[1])
            case nodes.Aggregate():
                return self.aggregate(relation, inputs[0])
            case nodes.Window():
                return self.window(relation, inputs[0])
            case nodes.AsOfJoin():
                return self.as_of_join(relation, inputs[0], inputs[1])
            case nodes.FirstByKey():
                return self.first_by_key(relation, inputs[0])
            case nodes.TopN():
                return self.top_n(relation, inputs[0])
            case nodes.Union():
                return self.union(relation, inputs)
            case nodes.Check():
                return inputs[0]
            case nodes.Materialise():
                raise AssertionError("evaluated above")

    def __enter__(self) -> Engine[F]:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
