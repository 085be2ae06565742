"""Counts the calls to the JVM behind a session, and the seconds they take."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JError
from pyspark.sql import SparkSession

from crossover.engines.spark.jvm_calls import JOINED, JvmCalls, Span, write_calls


class JvmMeter:
    """Stands in front of py4j's `send_command` from now on. Only calls of the thread that made it count.

    The thread that shows progress asks for the active stages meanwhile, which is no part of the work.
    """

    def __init__(self, session: SparkSession) -> None:
        gateway: Any = session.sparkContext._gateway
        self._gateway = gateway
        self._thread = threading.get_ident()
        self._send = gateway._gateway_client.send_command
        self._number = 0
        self._seconds = 0.0
        self._spans: list[Span] = []
        # the client's own clock never goes back; the event log has the time of day
        self._offset = time.time() - time.monotonic()
        gateway._gateway_client.send_command = self._counted

    def write(self, folder: Path) -> None:
        """Take it away, and write the calls beside the event log. The JVM may be gone already."""
        self._gateway._gateway_client.send_command = self._send
        write_calls(folder, JvmCalls(self._number, self._seconds, tuple(self._spans), self._collected_s()))

    def _counted(self, *arguments: Any, **named: Any) -> Any:
        if threading.get_ident() != self._thread:
            return self._send(*arguments, **named)
        began = time.monotonic()
        try:
            return self._send(*arguments, **named)
        finally:
            self._note(began, time.monotonic())

    def _note(self, began: float, ended: float) -> None:
        self._number += 1
        self._seconds += ended - began
        began, ended = began + self._offset, ended + self._offset
        if self._spans and began - self._spans[-1][1] < JOINED:
            self._spans[-1] = (self._spans[-1][0], ended)
        else:
            self._spans.append((began, ended))

    def _collected_s(self) -> float | None:
        with suppress(Py4JError, OSError, EOFError):
            collectors = self._gateway.jvm.java.lang.management.ManagementFactory.getGarbageCollectorMXBeans()
            return float(sum(each.getCollectionTime() for each in collectors)) / 1e3
        return None
