"""What a session runs just now, and on which Java."""

from __future__ import annotations

from typing import Any

from pyspark.sql import SparkSession


def activity(session: SparkSession) -> str:
    """Return `stage 4, 12/40 tasks` of the newest active stage, or an empty string."""
    tracker = session.sparkContext.statusTracker()
    stages = [found for each in tracker.getActiveStageIds() if (found := tracker.getStageInfo(each)) is not None]
    if not stages:
        return ""
    newest = max(stages, key=lambda stage: stage.stageId)
    return f"stage {newest.stageId}, {newest.numCompletedTasks}/{newest.numTasks} tasks"


def java_version(session: SparkSession) -> str:
    """Return the version of the driver's Java."""
    jvm: Any = session.sparkContext._jvm
    return str(jvm.java.lang.System.getProperty("java.version"))
