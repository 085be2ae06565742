"""The errors a user can meet. The class decides the exit code, so that a scheduler retries only what can heal."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
"""Numbers of the system's errors for a disk, or a share of one, that is full."""


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a document: where it is, what it is, and what to do about it."""

    line: int
    column: int
    code: str
    message: str
    path: str = ""
    notes: tuple[str, ...] = ()
    """Lines shown below the source line: the other place, what was expected, the remedy."""
    beside: tuple[tuple[int, str], ...] = ()
    """Lines of the document to show in place of the mistake's own one, each with a remark at its right."""


class CrossoverError(Exception):
    """Base of all errors that have a message for the user.

    Parameters
    ----------
    message : what happened, to which object, got and expected.
    notes : further lines: where we looked, examples, the next command.
    """

    exit_code = 1
    kind = "error"

    def __init__(self, message: str, *, notes: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.notes = tuple(notes)

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"        {note}" for note in self.notes)])


class InternalError(CrossoverError):
    """A fault of Crossover itself: an assumption of its own did not hold."""

    exit_code = 1
    kind = "internal error"


class ConfigError(CrossoverError):
    """The document or the command is wrong. Nothing was run."""

    exit_code = 2
    kind = "document error"

    def __init__(self, message: str = "", *, notes: Sequence[str] = (), problems: Sequence[Problem] = ()) -> None:
        super().__init__(message or f"{len(problems)} mistakes in the document", notes=notes)
        self.problems = tuple(sorted(problems))


class DataError(CrossoverError):
    """The data does not keep what the document promises."""

    exit_code = 3
    kind = "data error"


class EngineError(CrossoverError):
    """The engine could not do its work: no Java, no memory, a lost cluster.

    `transient` says whether trying again can help.
    """

    exit_code = 4
    kind = "engine error"

    def __init__(self, message: str, *, notes: Sequence[str] = (), transient: bool = False) -> None:
        super().__init__(message, notes=notes)
        self.transient = transient


class DoesNotFit(EngineError):
    """Memory ran out, or would have: more memory or another engine can help, trying again cannot."""

    kind = "does not fit"


class GateMissed(CrossoverError):
    """A model missed a `require` of its `evaluate`; the run is committed as rejected."""

    exit_code = 5
    kind = "gate missed"


class EnginesDiffer(CrossoverError):
    """Two engines gave different answers for one document and identical data."""

    exit_code = 6
    kind = "engines differ"
