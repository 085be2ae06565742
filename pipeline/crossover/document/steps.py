"""The stages of a document: tables and their steps, each step with exactly one operation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from crossover.core.nearest import did_you_mean
from crossover.document import not_yet
from crossover.document.expressions import NAMES_COLUMNS, OF_EXPRESSIONS, check_expressions
from crossover.document.names import check_name
from crossover.document.problems import Problems
from crossover.document.scalars import Path, Scalar
from crossover.document.sections import StageSection, Step, TableSection
from crossover.document.shape import Shaper

Operations = Mapping[str, type[BaseModel]]
"""Verb -> the operation's model: the field with the verb as alias is the main argument."""


_MEANT = {
    "sort": "tables have no order; `deduplicate`, `window` and `look_back` take one where it matters",
    "join": "write left_join or inner_join: the verb says what becomes of rows without a partner",
    "where": "write `filter`",
    "group_by": "write `aggregate`, with `by:` beside it",
    "with_columns": "write `derive`",
    "mutate": "write `derive`",
    "asof_join": "write `look_back` with last(x)",
}
"""Words of other tools -> what is written here."""

_NEW_NAMES = {"unpivot": ("name", "value")}
"""Operation -> options that name a new column."""


class StepReader:
    """Reads stages into tables and steps."""

    def __init__(self, operations: Operations, shaper: Shaper) -> None:
        self.operations = operations
        self.shaper = shaper
        self.problems: Problems = shaper.problems

    def stage(self, name: str, key: str, node: Any, above: Iterable[str]) -> StageSection:
        """Return a stage that stands under `key`; `above` are the tables that exist there.

        After a mistake any of them may have been meant to change: each gets a step without an operation.
        """
        path: Path = (key,)
        if not isinstance(node, dict):
            self._expect(path, f"`{name}` is a mapping of tables, each with its list of steps")
            tables = tuple(TableSection(name=table, steps=(_refused(path),), path=path) for table in above)
            return StageSection(name=name, tables=tables, path=path)
        for table in node:
            check_name(table, (*path, table), "table", self.problems)
        tables = tuple(self.table(table, steps, (*path, table)) for table, steps in node.items())
        if path in self.problems.source_map.doubled:
            tables += tuple(TableSection(name=table, steps=(_refused(path),), path=path) for table in above)
        return StageSection(name=name, tables=tables, path=path)

    def table(self, name: str, node: Any, path: Path) -> TableSection:
        steps: tuple[Step, ...] = ()
        if isinstance(node, list):
            steps = tuple(self.step(child, (*path, index)) for index, child in enumerate(node))
        else:
            self._expect(path, f"`{name}` has a list of steps, each on a line that begins with `- `")
        if not isinstance(node, list) or path in self.problems.source_map.doubled:
            steps = (*steps, _refused(path))
        return TableSection(name=name, steps=steps, path=path)

    def step(self, node: Any, path: Path) -> Step:
        verb = self._verb(node, path)
        if verb is None:
            return _refused(path)
        before = self.problems.reported
        if verb not in self.operations:
            self.problems.problem((*path, verb), "not-yet", not_yet.MESSAGE.format(what=f"`{verb}`"), key=True)
            return Step(verb=verb, operation=None, path=path)
        self._check_main(verb, node[verb], (*path, verb))
        self._check_new_names(verb, node, path)
        operation = self._operation(verb, node, path)
        return Step(verb=verb, operation=operation if self.problems.reported == before else None, path=path)

    def _operation(self, verb: str, node: dict[str, Any], path: Path) -> BaseModel | None:
        model = self.operations[verb]
        # A broken expression is reported; the options beside it are still checked.
        return self.shaper.model(model, node, path, title=verb, context=verb, code="unknown-option")

    def _verb(self, node: Any, path: Path) -> str | None:
        """Return the one operation of a step, or None after a mistake."""
        if not isinstance(node, dict):
            verb = str(node) if isinstance(node, Scalar) else ""
            note = f"expected: `- {verb}: ...`" if verb in not_yet.VERBS else "expected: `- operation: ...`, its options below"
            self._expect(path, "a step is one operation with its argument", note)
            return None
        verbs = [key for key in node if key in not_yet.VERBS or key in self.operations]
        if len(verbs) == 1:
            return str(verbs[0])
        if verbs:
            self._report_several(verbs, path)
        else:
            self._report_none(node, path)
        return None

    def _report_several(self, verbs: list[str], path: Path) -> None:
        first, second = ((*path, verb) for verb in verbs[:2])
        source_map = self.problems.source_map
        lines = source_map.key(first)[0], source_map.key(second)[0]
        remark = "begin this line with its own `- `"
        beside = ((lines[0], ""), (lines[1], remark)) if lines[0] != lines[1] else ((lines[0], "write each on a line with its own `- `"),)
        message = f"two operations in one step: `{verbs[0]}` and `{verbs[1]}`"
        self.problems.problem(first, "one-operation", message, key=True, beside=beside)

    def _report_none(self, node: dict[str, Any], path: Path) -> None:
        for key in node:
            if key in _MEANT:
                self.problems.problem((*path, key), "unknown-operation", f"`{key}` is no operation", _MEANT[key], key=True)
                return
            if hint := did_you_mean(key, not_yet.VERBS):
                self.problems.problem((*path, key), "unknown-operation", f"`{key}` is no operation{hint}", key=True)
                return
        note = f"operations: {', '.join(self.operations)}"
        first = next(iter(node), None)
        message = f"`{first}` is no operation" if first else "a step without an operation"
        where = path if first is None else (*path, first)
        self.problems.withdraw(self.problems.source_map.key(where), "ambiguous-scalar")
        self.problems.problem(where, "unknown-operation", message, note, key=True)

    def _check_main(self, verb: str, node: Any, path: Path) -> None:
        if verb in OF_EXPRESSIONS or verb == "filter":
            check_expressions(node, path, self.problems)
        if verb in NAMES_COLUMNS and isinstance(node, dict):
            for name in node:
                check_name(name, (*path, name), "column", self.problems)

    def _check_new_names(self, verb: str, node: dict[str, Any], path: Path) -> None:
        """Check the options that name a new column."""
        for option in _NEW_NAMES.get(verb, ()):
            name = node.get(option)
            if isinstance(name, Scalar):
                check_name(name, (*path, option), "column", self.problems, key=False)

    def _expect(self, path: Path, message: str, *notes: str) -> None:
        if path not in self.problems.source_map.broken:
            self.problems.problem(path, "wrong-value", message, *notes, key=True)


def _refused(path: Path) -> Step:
    """A step of which nothing is known but its place."""
    return Step(verb="", operation=None, path=path)
