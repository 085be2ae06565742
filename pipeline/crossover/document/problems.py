"""Mistakes of a document: collected at once, shown with the place, the line and the remedy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crossover.core.errors import ConfigError, Problem
from crossover.document.scalars import Path
from crossover.document.source_map import Place, SourceMap

SHOWN_AT_MOST = 20
_CODE_COLUMN = 124
_MARGIN_COLUMN = 62
_LINE_AT_MOST = 200


class Problems:
    """Collects the mistakes of one document, from all layers.

    Poisoning is left to the caller: who reports that a name is missing must not report its users.
    """

    def __init__(self, source_map: SourceMap) -> None:
        self.source_map = source_map
        self.reported = 0
        """How often a mistake was reported: what grew while a part was read says whether it had one."""
        self._found: dict[tuple[int, int, str, str], Problem] = {}
        self._warnings: dict[tuple[int, int, str, str], Problem] = {}

    def problem(
        self, path: Path, code: str, message: str, *notes: str,
        offset: int | None = None, key: bool = False, beside: Sequence[tuple[int, str]] = (),
    ) -> None:  # fmt: skip
        """Report a mistake at a value (with `offset`: at a character inside a scalar; with `key`: at the value's key).

        `beside` lists the lines to show in place of the mistake's own one, each with a remark at its right.
        """
        self.problem_at(self._place(path, offset, key), code, message, *notes, beside=beside)

    def problem_at(self, place: Place, code: str, message: str, *notes: str, beside: Sequence[tuple[int, str]] = ()) -> None:
        """Report a mistake at a line and column."""
        self.reported += 1
        found = Problem(*place, code, message, self.source_map.path, notes, tuple(beside))
        self._found.setdefault((*place, code, message), found)

    def problem_elsewhere(self, origin: str, code: str, message: str, *notes: str) -> None:
        """Report a mistake that stands in no line of the document, such as one in `--set name=value`."""
        self.reported += 1
        self._found.setdefault((0, 0, code, message), Problem(0, 0, code, message, origin, notes))

    def warning(self, path: Path, code: str, message: str, *notes: str, offset: int | None = None, key: bool = False) -> None:
        """Report what does not keep the document from running."""
        place = self._place(path, offset, key)
        self._warnings.setdefault((*place, code, message), Problem(*place, code, message, self.source_map.path, notes))

    def where(self, path: Path) -> str:
        """Return `file:line:column` of a value, for errors that only data can show."""
        line, column = self.source_map.value(path)
        return f"{self.source_map.path}:{line}:{column}"

    def line(self, path: Path) -> str:
        """Return `line N`, to name a place in a note."""
        return f"line {self.source_map.key(path)[0]}"

    def withdraw(self, place: Place, code: str) -> None:
        """Take back a mistake that a better message replaces."""
        self._found = {at: found for at, found in self._found.items() if at[:3] != (*place, code)}

    @property
    def found(self) -> tuple[Problem, ...]:
        return tuple(sorted(self._found.values()))

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(sorted(self._warnings.values()))

    def __len__(self) -> int:
        return len(self._found)

    def raise_if_any(self) -> None:
        """Raise a ConfigError with every mistake found, if there is one."""
        if self._found:
            raise self.error()

    def error(self) -> ConfigError:
        """Return the error that holds every mistake found."""
        return ConfigError(report(self.found, self.source_map.line), problems=self.found)

    def _place(self, path: Path, offset: int | None, key: bool) -> Place:
        if offset is not None:
            return self.source_map.within(path, offset)
        return self.source_map.key(path) if key else self.source_map.value(path)


def report(problems: Sequence[Problem], line: Callable[[int], str]) -> str:
    """Return what the user sees of mistakes or warnings: at most 20, then a count.

    `line` gives the text of a line of the document.
    """
    ordered = sorted(problems)
    blocks = [show(problem, line) for problem in ordered[:SHOWN_AT_MOST]]
    if len(ordered) > SHOWN_AT_MOST:
        blocks.append(f"and {len(ordered) - SHOWN_AT_MOST} more mistakes: mend these first")
    return "\n".join(blocks)


def show(problem: Problem, line: Callable[[int], str]) -> str:
    """Return one mistake: place and message, [code] at the right, the line with its number, notes below."""
    place = f"{problem.path}:{problem.line}:{problem.column}" if problem.line else problem.path
    first = _aligned(f"{place}: {problem.message}", _CODE_COLUMN, f"[{problem.code}]")
    lines = problem.beside or (((problem.line, ""),) if problem.line else ())
    shown = [_aligned(f"{number:>7} | {_printable(line(number))}", _MARGIN_COLUMN, remark) for number, remark in lines]
    return "\n".join([first, *shown, *(f"        {note}" for note in problem.notes)])


def _printable(text: str) -> str:
    """Return a line of the document as it is safe on a terminal: bounded, control characters and tabs shown as blanks."""
    shown = text if len(text) <= _LINE_AT_MOST else text[:_LINE_AT_MOST] + " ..."
    return "".join(character if character.isprintable() else " " for character in shown)


def _aligned(left: str, column: int, right: str) -> str:
    return f"{left:<{column - 2}}  {right}".rstrip()
