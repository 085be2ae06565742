"""Where a pipeline's runs lie.

    runs/<pipeline>/attempts/<run id>/    private to one run until it is committed
        record.json  log.jsonl  metrics.json
        tables/<table>/part-*.parquet     tables/<table>.schema.json
        quarantine/<table>.parquet        quarantine/<table>.schema.json
        scores/<model>/*.parquet          scores/<model>.schema.json
        <model>/{model.json, weights.safetensors, preparation.json}
    runs/<pipeline>/commits/<seq>.json    immutable
    runs/<pipeline>/current.json          the only object that ever changes
    runs/<pipeline>/stages/<stage>/       the same once more, for each stage that ran as a job of its own
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from crossover.core.clock import utc_now
from crossover.core.errors import NO_ROOM, ConfigError
from crossover.language.types import Schema
from crossover.plan.plan import RESERVED_MODEL_NAMES
from crossover.runs.durable import read_json, write_json
from crossover.runs.published import Places
from crossover.runs.table_schema import TableSchema

SPARK_EVENTS = "_spark"
RUN_ID = re.compile(r"[a-z0-9-]{1,64}")


def new_run_id() -> str:
    """Return an id that sorts by time: date, time, microseconds and four random characters."""
    return f"{utc_now():%Y%m%d-%H%M%S-%f}-{secrets.token_hex(2)}"


class Attempt:
    """The private folder of one run. Nobody reads it before the commit."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def run_id(self) -> str:
        return self.path.name

    @property
    def log(self) -> Path:
        return self.path / "log.jsonl"

    @property
    def record(self) -> Path:
        return self.path / "record.json"

    @property
    def metrics(self) -> Path:
        return self.path / "metrics.json"

    @property
    def spark_events(self) -> Path:
        """Where a measured run on Spark writes its event log; no file of the attempt."""
        return self.path / SPARK_EVENTS

    def table(self, name: str) -> Path:
        """Return the folder that an engine writes a table into; it does not exist yet."""
        return self._place("tables", name)

    def scores(self, model: str) -> Path:
        """Return the folder that an engine writes a model's scores into; it does not exist yet."""
        return self._place("scores", model)

    def quarantine(self, table: str) -> Path:
        """Return the Parquet file (or folder) of the rows set aside from a source or table."""
        return self._place("quarantine", f"{table}.parquet")

    def model(self, name: str) -> Path:
        """Return the folder of a fitted model, made if need be. Raises ConfigError for a reserved name."""
        if name in RESERVED_MODEL_NAMES:
            raise ConfigError(f"a model cannot be called `{name}`: the run folder uses that name")
        folder = self.path / name
        folder.mkdir(exist_ok=True)
        return folder

    def describe(self, place: Path, schema: Schema, key: Sequence[str], rows: int) -> None:
        """Write the schema beside a written table, quarantine or scores: types, marks, key, promised rows.

        The commit counts the rows in the Parquet footers and refuses an attempt that has other ones.
        """
        write_json(schema_path(place), TableSchema.of(schema, key, rows).to_json())

    def write_parquet(self, place: Path, table: pa.Table) -> None:
        """Write a small table (a quarantine that was collected, say) as one Parquet file with page checksums."""
        pq.write_table(table, place, compression="zstd", write_page_checksum=True)

    def write_json(self, name: str, value: Mapping[str, Any]) -> None:
        """Write a JSON object durably; `name` is relative to the attempt (`metrics.json`, `late/model.json`)."""
        write_json(self.path / name, value)

    def read_json(self, name: str) -> dict[str, Any]:
        """Return a JSON object of the attempt."""
        return read_json(self.path / name)

    def files(self) -> list[Path]:
        """Return all files that belong to the attempt, relative and in name order.

        Left out are hidden files, what engines leave in a table's folder as a mark (`_SUCCESS`), and Spark's events.
        """
        found = (path.relative_to(self.path) for path in self.path.rglob("*") if path.is_file())
        return sorted(path for path in found if not _is_mark(path.parts))

    def _place(self, folder: str, name: str) -> Path:
        parent = self.path / folder
        parent.mkdir(exist_ok=True)
        return parent / name


class RunFolder(Places):
    """`runs/<pipeline>`: all attempts and commits of one pipeline."""

    def prepare(self) -> None:
        """Make the folders and prove that they can be written. Raises ConfigError, before any work."""
        for folder in (self.attempts, self.commits):
            try:
                folder.mkdir(parents=True, exist_ok=True)
                _prove_writable(folder)
            except OSError as error:
                if error.errno in NO_ROOM:
                    raise
                message = f"cannot write to the run folder `{self.path}`: {_why_not_writable(folder, error)}"
                raise ConfigError(message, notes=["name another one with --runs FOLDER"]) from error

    def new_attempt(self, run_id: str | None = None) -> Attempt:
        """Make the folder of a new run."""
        attempt = self.attempt(run_id or new_run_id())
        attempt.path.mkdir()
        return attempt

    def attempt(self, run_id: str) -> Attempt:
        """Return the attempt of a run id. Raises ConfigError for a text that is none."""
        if not RUN_ID.fullmatch(run_id):
            raise ConfigError(f"`{run_id}` is no run id: small letters, digits and -, at most 64")
        return Attempt(self.attempts / run_id)


def _is_mark(parts: Sequence[str]) -> bool:
    """Tables and models may have names with a `_` in front; their files have none."""
    hidden = any(part.startswith(".") for part in parts)
    return hidden or parts[0] == SPARK_EVENTS or any(part.startswith("_") for part in parts[2:])


def schema_path(place: Path) -> Path:
    """Return where the schema of a table stands: `tables/flights` -> `tables/flights.schema.json`."""
    return place.with_name(f"{place.name.removesuffix('.parquet')}.schema.json")


def _prove_writable(folder: Path) -> None:
    probe = folder / f".probe-{os.getpid()}"
    try:
        probe.write_bytes(b"crossover")
    finally:
        probe.unlink(missing_ok=True)


def _why_not_writable(path: Path, error: OSError) -> str:
    in_the_way = next((each for each in (path, *path.parents) if each.exists() and not each.is_dir()), None)
    return f"`{in_the_way}` is a file" if in_the_way else (error.strerror or type(error).__name__).lower()
