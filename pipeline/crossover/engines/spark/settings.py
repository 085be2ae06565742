"""The settings of a session, and why each is not left to Spark."""

from __future__ import annotations

import os
import re

import psutil

from crossover.engines.base import EngineOptions
from crossover.engines.spark import class_archive

MEANING = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.caseSensitive": "true",
    # Dates before 1582 are what they are; Spark 3.5 would stop at them.
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    # Nanoseconds are read as the ints that they are stored as; Spark would refuse the file.
    "spark.sql.legacy.parquet.nanosAsLong": "true",
    "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.int96RebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.compression.codec": "zstd",
}
"""SQL settings that decide what an answer is; every session has them, whoever started it."""

SPEED = {
    # The JVM never compiles a method of more than 8,000 bytes of bytecode; Spark would write longer ones for a
    # stage of many columns. Above this it goes operator by operator: 336,776 flights were read in 1.5 s, not 5.7 s.
    "spark.sql.codegen.hugeMethodLimit": "8000",
}
"""SQL settings that change no answer."""

ASSERTED = ("spark.sql.session.timeZone", "spark.sql.timestampType", "spark.sql.caseSensitive")
"""Those that are read back after a session opened."""

EVENT_LOG = {
    "spark.eventLog.enabled": "true",
    # read back by us, and gone soon
    "spark.eventLog.compress": "false",
}
"""What Spark does is written down; Spark 4 makes a folder of files that roll, Spark 3.5 one file."""

QUIET_LOCAL = {
    "spark.app.name": "crossover",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.log.level": "ERROR",
    # Spark 4 notes the line of Python behind each Column, with five calls to the JVM: two thirds of all calls. Static.
    "spark.python.sql.dataFrameDebugging.enabled": "false",
}
"""A session of our own on this machine: nothing listens outside it, nothing is drawn on the terminal."""

LEAN_LOCAL = {
    # Spark would take a sixteenth of the heap, up to 64 MiB, at once for each small table that is joined and each task
    # that groups or sorts, and keeps the former as long as anyone holds the query: the flights took 4.2 GiB, not 2.6.
    # A task has at most 8,192 pages, so these still hold any heap of ours.
    "spark.buffer.pageSize": "4m",
}
"""What a session of our own takes no more of than it needs."""


COLLECTOR = "-XX:+UseParallelGC"
"""No pause is too long for a batch job, and Java's own choice, G1, works beside the program for short ones: in turn, payments took
157 and 162 CPU s with this and 169 and 177 with G1, segments 216 and 227, flights 202 and 221; a peak of 3.2 to 3.8 GiB, not 2.3 to 3.6."""

OF_THE_ENVIRONMENT = ("SPARK_SUBMIT_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
"""Where a JVM of ours finds options beside ours. It does not start with two collectors."""


def own_java_options() -> str:
    """Return the options of a JVM of our own: the archive of its classes, and a collector where the environment names none."""
    chosen = any(re.search(r"-XX:\+Use\w+GC\b", os.environ.get(name, "")) for name in OF_THE_ENVIRONMENT)
    return " ".join(filter(None, ("" if chosen else COLLECTOR, class_archive.java_options())))


def cores(options: EngineOptions) -> int:
    """Return how many threads a local session gets."""
    return options.parallelism or len(os.sched_getaffinity(0))


def meaning(options: EngineOptions) -> dict[str, str]:
    """Return the SQL settings of any session."""
    own = {**MEANING, **SPEED}
    if options.partitions:
        own["spark.sql.shuffle.partitions"] = str(options.partitions)
    # Without it the number of cores registered just now decides where files are split, and two scans of one
    # source could number its rows differently.
    own["spark.sql.files.minPartitionNum"] = str(options.partitions or options.parallelism or 2 * cores(options))
    given = {name: value for name, value in (options.settings or {}).items() if name.startswith("spark.sql.")}
    return {**own, **given}


def local(options: EngineOptions) -> dict[str, str]:
    """Return all settings of a session that we start. `local[N,4]`: `local[N]` never tries a failed task again."""
    threads = cores(options)
    own = {
        **QUIET_LOCAL,
        **LEAN_LOCAL,
        "spark.master": f"local[{threads},4]",
        "spark.driver.memory": f"{heap_megabytes(options.memory)}m",
        "spark.sql.shuffle.partitions": str(2 * threads),
        **meaning(options),
    }
    if java_options := own_java_options():
        own["spark.driver.extraJavaOptions"] = java_options
    if options.event_log is not None:
        own |= {**EVENT_LOG, "spark.eventLog.dir": options.event_log.absolute().as_uri()}
    return {**own, **(options.settings or {})}


def heap_megabytes(limit: int | None) -> int:
    """Return the heap of a local session: a part of the limit, else of the machine.

    Of a limit 55 %, from half a GiB, which Spark asks for, to 30 GiB, above which Java's pointers grow: the rest is for
    the JVM outside its heap (0.3 to 0.5 GiB), Python, and its workers. Of the machine a quarter, from 1 to 8 GiB:
    Spark's own 1 GiB does not hold one table of a million rows.
    """
    if limit is not None:
        return min(max(limit * 55 // 100, 512 << 20), 30 << 30) >> 20
    return int(min(max(psutil.virtual_memory().total // 4, 1 << 30), 8 << 30) >> 20)
