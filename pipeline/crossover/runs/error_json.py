"""Errors as JSON: for `--json`, and from a child process to the one that started it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from crossover.core.errors import (
    ConfigError,
    CrossoverError,
    DataError,
    DoesNotFit,
    EngineError,
    EnginesDiffer,
    GateMissed,
    InternalError,
    Problem,
)
from crossover.core.redaction import bounded, redact

_BY_CODE: dict[int, type[CrossoverError]] = {
    each.exit_code: each for each in (InternalError, ConfigError, DataError, EngineError, GateMissed, EnginesDiffer)
}


def error_to_json(error: CrossoverError) -> dict[str, Any]:
    """Return what a program needs to know of an error; bounded, and without secrets."""
    found: dict[str, Any] = {
        "kind": error.kind,
        "exit_code": error.exit_code,
        "message": bounded(redact(error.message)),
        "notes": [bounded(redact(note)) for note in error.notes],
    }
    if isinstance(error, EngineError):
        found["transient"] = error.transient
    if isinstance(error, ConfigError) and error.problems:
        found["problems"] = [asdict(problem) for problem in error.problems]
    return found


def error_from_json(value: Mapping[str, Any]) -> CrossoverError:
    """Return the error that `error_to_json` described."""
    message, notes = value["message"], value["notes"]
    kind = _BY_CODE.get(value["exit_code"], InternalError)
    if value["kind"] == DoesNotFit.kind:
        return DoesNotFit(message, notes=notes)
    if kind is EngineError:
        return EngineError(message, notes=notes, transient=value.get("transient", False))
    if kind is ConfigError:
        return ConfigError(message, notes=notes, problems=[_problem(each) for each in value.get("problems", ())])
    return kind(message, notes=notes)


def _problem(value: Mapping[str, Any]) -> Problem:
    beside = tuple((line, remark) for line, remark in value["beside"])
    return Problem(**{**value, "notes": tuple(value["notes"]), "beside": beside})
