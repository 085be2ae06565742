"""Adds up the stages of an application, from what its driver keeps of them with or without a UI."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from py4j.protocol import Py4JError
from pyspark.sql import SparkSession

from crossover.engines.base import WorkDone


class EndedStages:
    """All stages so far, those of other sessions of the application among them: take differences."""

    def __init__(self, session: SparkSession) -> None:
        context: Any = session.sparkContext
        self._context = context._jsc.sc()
        self._store = self._context.statusStore()
        self._newest = -1
        self._done = WorkDone(0, 0, 0, 0)

    def work_done(self) -> WorkDone:
        """Return the work of all stages so far. Each is looked at once; of more than 1,000 since the last look the driver forgets the oldest."""
        with suppress(Py4JError):  # a driver too busy to tell everything in time tells the rest at the next look
            self._context.listenerBus().waitUntilEmpty()
        new = list(self._new_stages())
        self._newest = max([self._newest, *(stage.stageId() for stage in new)])
        jobs = self._store.jobsList(None)
        self._done = WorkDone(
            jobs=0 if jobs.isEmpty() else jobs.head().jobId() + 1,
            bytes_shuffled=self._done.bytes_shuffled + sum(stage.shuffleWriteBytes() for stage in new),
            bytes_spilled=self._done.bytes_spilled + sum(stage.diskBytesSpilled() for stage in new),
            retries=self._done.retries + sum(stage.numFailedTasks() for stage in new),
        )
        return self._done

    def _new_stages(self) -> Iterator[Any]:
        """Yield what the driver keeps of stages, the newest first. Java has no default arguments: they are asked for."""
        store = self._store
        given = [getattr(store, f"stageList$default${number}")() for number in range(2, 6)]
        stages = store.stageList(None, *given).iterator()
        while stages.hasNext():
            stage = stages.next()
            if stage.stageId() <= self._newest:
                return
            yield stage
