"""What a command prints: text or one JSON object on standard output, errors on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console, RenderableType

from crossover.core.errors import ConfigError, CrossoverError
from crossover.core.redaction import bounded, redact
from crossover.runs.error_json import error_to_json


def print_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object on one line."""
    line(json.dumps(value, ensure_ascii=False, default=str))


def line(text: str) -> None:
    """Print a line on standard output."""
    print(text, flush=True)  # noqa: T201  (this is the command's output)


def show(renderable: RenderableType) -> None:
    """Print a table on standard output, never cut to the width of a terminal that is not there."""
    width = None if sys.stdout.isatty() else 200
    Console(width=width, highlight=False, soft_wrap=False).print(renderable)


def tell(text: str) -> None:
    """Print a line on standard error."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def tell_error(error: CrossoverError) -> None:
    """Print an error on standard error. Mistakes of a document come with their places already."""
    if isinstance(error, ConfigError) and error.problems:
        tell(redact(str(error)))
    else:
        tell(bounded(redact(f"crossover: {error}")))


def error_json(error: CrossoverError | None) -> dict[str, Any]:
    """Return what an error adds to the JSON of a command that printed its result: nothing if there is none."""
    return {} if error is None else {"error": error_to_json(error)}


def end(error: CrossoverError | None, *, as_json: bool) -> int:
    """Return the exit code of a command that printed its result; in words the error stands on standard error."""
    if error is None:
        return 0
    if not as_json:
        tell_error(error)
    return error.exit_code


def report_error(error: CrossoverError, *, as_json: bool) -> int:
    """Report an error in the form that was asked for and return its exit code."""
    if as_json:
        print_json(error_json(error))
    else:
        tell_error(error)
    return error.exit_code
