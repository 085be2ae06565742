"""Writes a trained model in another library's format, and keeps it only if it scores as the model does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from crossover.core.errors import ConfigError
from crossover.export.proof import Proof, prove
from crossover.export.rows import rows_at_the_edges, rows_of_run
from crossover.export.target import open_target
from crossover.runs.trained import open_model


@dataclass(frozen=True)
class Exported:
    """An export that was proved."""

    model: str
    kind: str
    format: str
    out: Path
    rows_of_run: int
    rows_at_edges: int
    proof: Proof
    how: tuple[str, ...]
    """Lines of code that load it and score with it."""


def export(path: Path, to: str, out: Path, settings: Mapping[str, str], engine: str) -> Exported:
    """Export the model in a folder.

    `settings` are texts of `--set` for its document, and `engine` reads the rows of the run on which it is proved. Raises
    ConfigError for a place that is taken or a model that the format cannot say, InternalError if it scores differently.
    """
    if out.exists():
        raise ConfigError(f"`{out}` exists already", notes=["name another place, or remove it"])
    if not out.parent.is_dir():
        raise ConfigError(f"`{out}`: there is no folder `{out.parent}`")
    if not os.access(out.parent, os.W_OK):
        raise ConfigError(f"`{out}`: the folder `{out.parent}` may not be written")
    fitted = open_model(path).fitted
    target = open_target(to)
    private = out.with_name(f".{os.getpid()}-{out.name}")
    try:
        target.write(fitted, private)
        of_run = rows_of_run(path, settings, engine)
        edges = rows_at_the_edges(fitted.preparation, of_run)
        proof = prove(target, fitted, private, {name: [*of_run[name], *edges[name]] for name in of_run})
        private.rename(out)
    finally:
        target.close()
        if private.is_dir():
            shutil.rmtree(private)
        private.unlink(missing_ok=True)
    counts = (len(next(iter(of_run.values()))), len(next(iter(edges.values()))))
    return Exported(fitted.name, fitted.solution.kind, target.name, out, *counts, proof, tuple(target.how(fitted, out)))
