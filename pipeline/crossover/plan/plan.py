"""What a run executes. Everything here is decided without reading data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crossover.language.tree import Expression
from crossover.language.types import Schema
from crossover.learning.evaluation.specification import Evaluate
from crossover.learning.models.row_local import RowLocal
from crossover.learning.models.specification import Train
from crossover.learning.preparation.specification import Input, Split
from crossover.operations.table import Horizon
from crossover.relations.nodes import Materialise, Relation
from crossover.sources.specification import FileSource

RESERVED_MODEL_NAMES = frozenset({"tables", "quarantine", "scores", "_spark"})
"""Folders of a run beside those of its models."""


@dataclass(frozen=True, eq=False)
class SetAside:
    """A place where rows leave the pipeline with a reason: a source's reading, or a `require`.

    `counts` gives one row: `rows` and, for each reason in order, `reason_0`, `reason_1` ..., and `set_aside` (rows
    with at least one). `rows` gives the rows set aside, with the columns of the quarantine record. For a source
    `reasons` is empty: the texts are in the rows, and `counts` has `rows` and `set_aside` alone.
    """

    stage: str
    table: str
    reasons: tuple[str, ...]
    counts: Relation
    rows: Relation


@dataclass(frozen=True, eq=False)
class TablePlan:
    """A table as it stands after all stages."""

    name: str
    relation: Relation
    schema: Schema
    key: tuple[str, ...]
    """Columns that identify a row; empty if none are declared."""
    outcomes: frozenset[str]
    """Columns that are not known when the question is asked."""


@dataclass(frozen=True, eq=False)
class ModelPlan:
    """A model of the document, with its names resolved.

    `relation` has all columns that inputs, label, rows, split, keep and key need. `rows` is lowered and boolean:
    the rows that learn and are evaluated (None: all). A `label` is boolean, or int of 0 and 1.
    """

    name: str
    table: str
    relation: Relation
    schema: Schema
    key: tuple[str, ...]
    label: str | None
    rows: Expression | None
    split: Split | None
    inputs: tuple[Input, ...]
    """Column lists resolved: no prefixes."""
    train: Train
    evaluate: Evaluate
    gates: tuple[tuple[str, Expression], ...]
    """Reason and the unlowered expression over metrics."""
    score_rows: str
    """all or test"""
    keep: tuple[str, ...]
    """Columns that the scores have beside probability and prediction, or cluster and distance; the key first."""
    horizons: tuple[Horizon, ...] = ()
    """With a split by time: how far ahead the label looks."""
    trained: bool = False
    """Whether it was trained before: only its scores are asked for."""
    row_local: RowLocal | None = None
    """The part of its features that one row gives by itself."""


@dataclass(frozen=True, eq=False)
class StageTable:
    """A table at the end of a stage, with the hidden columns that name its rows: what a later stage may go on from."""

    name: str
    relation: Relation
    key: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class StagePlan:
    """A stage that runs: its clock, and what it computes. Only a materialisation has a clock of its own."""

    name: str
    set_aside: tuple[SetAside, ...]
    materialised: tuple[Materialise, ...]
    tables: tuple[StageTable, ...] = ()
    """All tables as they stand when the stage has ended."""


@dataclass(frozen=True, eq=False)
class Plan:
    """A checked document, ready for an engine."""

    pipeline: str
    parameters: Mapping[str, Any]
    stages: tuple[StagePlan, ...]
    """ingest first, then the document's stages in their order."""
    tables: Mapping[str, TablePlan]
    store: tuple[str, ...]
    models: tuple[ModelPlan, ...]
    document: Mapping[str, Any] = field(default_factory=dict)
    """The canonical document, as JSON values: what the hash and the run's record hold."""
    sources: Mapping[str, FileSource] = field(default_factory=dict)
    """What is read, parameters put in."""
    text: str = ""
    """The document as it was written."""
    path: str = ""
    """Its name in messages."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Values of all parameters, as `--set` takes them."""
