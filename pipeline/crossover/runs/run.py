"""A run from the request to the record: identify the work, do it in a private attempt, publish it."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import psutil

from crossover import SEMANTICS
from crossover.core.clock import iso, utc_now
from crossover.core.errors import DataError
from crossover.core.redaction import redact_settings
from crossover.engines.base import Engine, EngineOptions
from crossover.engines.registry import open_engine
from crossover.runs.commit import (
    ACCEPTED,
    REJECTED,
    Commit,
    Publication,
    check_files,
    commit,
    last_rejected,
    read_current,
)
from crossover.runs.durable import write_json
from crossover.runs.fingerprint import Stamps, check_unchanged, fingerprints, hash_json, stamps
from crossover.runs.folder import Attempt, RunFolder
from crossover.runs.lease import Lease
from crossover.runs.measure.control_groups import cpu_of_our_group
from crossover.runs.measure.process_tree import ProcessTree, root_of_this_run
from crossover.runs.progress import Display, Progress
from crossover.runs.record import Outcome, RunRecord, SourceFingerprint
from crossover.runs.versions import library_versions
from crossover.sources.specification import FileSource

Execute = Callable[[Engine[Any], Attempt, Progress], Outcome]


@dataclass(frozen=True)
class Work:
    """What shall be done: a checked document, and how an engine executes it."""

    pipeline: str
    document: Mapping[str, Any]
    """Canonical, as JSON values."""
    parameters: Mapping[str, Any]
    sources: Mapping[str, FileSource]
    execute: Execute


@dataclass(frozen=True)
class Identity:
    """What makes work the same work: equal keys mean equal answers."""

    key: str
    document_hash: str
    inputs: Mapping[str, SourceFingerprint]
    versions: Mapping[str, str]
    stamps: Stamps = field(default_factory=dict)
    """The files of the sources, as they stood before they were looked at."""


def identify(work: Work, engine: str) -> Identity:
    """Return the identity of work on an engine, before any engine is opened. Raises DataError if a source has no file."""
    document_hash = hash_json(work.document)
    seen = stamps(work.sources)
    inputs = fingerprints(work.sources)
    versions = library_versions()
    key = hash_json(
        {
            "document": document_hash,
            "parameters": work.parameters,
            "inputs": {name: each.digest for name, each in inputs.items()},
            "engine": engine,
            "versions": versions,
            "semantics": SEMANTICS,
        }
    )
    return Identity(key, document_hash, inputs, versions, seen)


def perform(
    work: Work, identity: Identity, engine: str, options: EngineOptions, attempt: Attempt, display: Display
) -> RunRecord:
    """Execute work in a private attempt and write its record. Nothing is published."""
    with ProcessTree(root_of_this_run(), cpu=cpu_of_our_group()) as tree, Progress(display, tree, attempt.log) as progress:
        started = utc_now()
        whole = tree.mark()
        progress.event("begun", pipeline=work.pipeline, engine=engine, key=identity.key)
        try:
            with progress.clock("start"):
                opened = open_engine(engine, options)
            with ExitStack() as engines:
                engines.enter_context(opened)
                progress.watch(opened)
                versions = {**identity.versions, **opened.versions()}
                outcome = work.execute(opened, attempt, progress)
                check_unchanged(work.sources, identity.stamps, identity.inputs)
                progress.watch(None)
                with progress.clock("stop"):
                    engines.close()
        except (KeyboardInterrupt, SystemExit):
            progress.event("aborted")
            raise
        except Exception as error:
            progress.event("failed", error=f"{type(error).__name__}: {error}")
            raise
        usage = tree.since(whole)
        record = RunRecord(
            run=attempt.run_id,
            pipeline=work.pipeline,
            engine=engine,
            key=identity.key,
            document_hash=identity.document_hash,
            document=work.document,
            parameters=work.parameters,
            inputs=identity.inputs,
            semantics=SEMANTICS,
            versions=versions,
            settings=_settings(options),
            machine=_machine(),
            started=iso(started),
            ended=iso(utc_now()),
            wall_s=usage.wall_s,
            cpu_s=usage.cpu_s,
            peak_memory=usage.peak_memory,
            clocks=progress.clocks,
            outcome=outcome,
        )
        write_json(attempt.record, record.to_json())
        progress.event("ended")
    return record


def publish(folder: RunFolder, attempt: Attempt, lease: Lease, agreed: tuple[str, ...] = ()) -> Commit:
    """Commit an attempt by its record: as accepted, or as rejected if a gate was missed. Raises EngineError if the lease is lost."""
    record = attempt.read_json(attempt.record.name)
    status = REJECTED if missed_gates(record) else ACCEPTED
    publication = Publication(record["key"], status, record["engine"], record["versions"], agreed)
    return commit(folder, attempt, publication, lease.still_held())


def missed_gates(record: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return pairs of a model and a gate it missed, of a record's JSON."""
    models = record["outcome"]["models"]
    return [(model["name"], gate) for model in models for gate in model["gates"] if not gate["held"]]


def already_done(folder: RunFolder, key: str, engines: tuple[str, ...] = ()) -> Commit | None:
    """Return the commit of the same work: the one readers see, or the newest if it was rejected.

    `engines` must be among those that agreed. A commit whose files were changed from outside counts for nothing.
    """
    try:
        for found in (read_current(folder), last_rejected(folder)):
            if found is not None and found.key == key and set(engines) <= {found.engine, *found.agreed}:
                check_files(folder, found)
                return found
    except DataError:
        return None
    return None


def _settings(options: EngineOptions) -> dict[str, str]:
    asked = {"parallelism": options.parallelism, "partitions": options.partitions}
    return redact_settings(
        {**{name: str(value) for name, value in asked.items() if value is not None}, **(options.settings or {})}
    )


def _machine() -> dict[str, Any]:
    return {
        "system": platform.platform(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "memory": psutil.virtual_memory().total,
    }
