"""What is written down of a run: what was asked, what was read, what it took, what came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class ClockRecord:
    """What one clock measured. A fused group of steps has one clock; `None` is "not known", never 0."""

    name: str
    """The stage (ingest, join ...), or start, train, evaluate, score."""
    table: str | None
    started_s: float
    """Seconds since the run began."""
    wall_s: float
    cpu_s: float
    """CPU seconds of the whole process tree in that time."""
    peak_memory: int
    """Largest sum of resident bytes over the tree at one instant."""
    rows_in: int | None = None
    rows_out: int | None = None
    bytes_read: int | None = None
    """Read by the process tree in that time, from the page cache too; what processes tell each other counts as well."""
    bytes_shuffled: int | None = None
    """Of Spark's stages that began in that time, as the rest: written for tasks of a later stage to read."""
    bytes_spilled: int | None = None
    """Written to disk because memory was out."""
    jobs: int | None = None
    retries: int | None = None
    """Tasks that failed, each of which was tried again."""


@dataclass(frozen=True)
class SetAsideRecord:
    """Rows that left at one place: for a source the reasons stand in the quarantine, here is their sum."""

    stage: str
    table: str
    rows_in: int
    set_aside: int
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class GateRecord:
    """One `require` of a model's `evaluate`."""

    reason: str
    expression: str
    held: bool
    values: Mapping[str, float | int | None] = field(default_factory=dict)
    """The metrics that the expression names."""


@dataclass(frozen=True)
class ModelRecord:
    """A fitted and evaluated model. Metrics are those of `metrics.json`."""

    name: str
    kind: str
    metrics: Mapping[str, Any]
    gates: tuple[GateRecord, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What executing a plan came to: rows written for each table, rows set aside, models."""

    tables: Mapping[str, int]
    set_aside: tuple[SetAsideRecord, ...] = ()
    models: tuple[ModelRecord, ...] = ()
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The columns that identify a row of each stored table; empty for a table without a key."""


@dataclass(frozen=True)
class SourceFingerprint:
    """What a source was when it was read; the order of its files does not matter."""

    files: int
    bytes: int
    digest: str
    by: str
    """`content`, or `names, sizes and times` where the content is too big to be read twice."""


@dataclass(frozen=True)
class RunRecord:
    """record.json of an attempt."""

    run: str
    pipeline: str
    engine: str
    key: str
    """Idempotency key: document, parameters, inputs, engine and versions."""
    document_hash: str
    document: Mapping[str, Any]
    parameters: Mapping[str, Any]
    inputs: Mapping[str, SourceFingerprint]
    semantics: int
    versions: Mapping[str, str]
    settings: Mapping[str, str]
    """Settings of the engine, secrets hidden."""
    machine: Mapping[str, Any]
    started: str
    ended: str
    wall_s: float
    cpu_s: float
    peak_memory: int
    clocks: tuple[ClockRecord, ...]
    outcome: Outcome

    def to_json(self) -> dict[str, Any]:
        """Return JSON values."""
        return asdict(self)
