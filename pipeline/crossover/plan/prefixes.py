"""`prefix_*` in the lists of a model: the columns that it means in the model's table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crossover.document.sections import ModelSection
from crossover.operations.prefix import is_prefix, matching, nothing_matches
from crossover.operations.table import Path, Table

Report = Callable[[Path, str, str], None]
"""Takes place inside the model, code and message of a mistake."""


def resolved(section: ModelSection, table: Table, report: Report) -> ModelSection:
    """Return the model with each list of columns as names; a prefix that matches nothing is reported."""

    def names(where: Path, written: Sequence[str]) -> tuple[str, ...]:
        return _names(where, written, table, report)

    inputs = tuple(
        each.model_copy(update={"columns": names(("inputs", index, "columns"), each.columns)}) for index, each in enumerate(section.inputs)
    )
    keep = section.score.keep
    score = section.score if keep is None else section.score.model_copy(update={"keep": names(("score", "keep"), keep)})
    by = getattr(section.split, "by", ())
    split = section.split.model_copy(update={"by": names(("split", "by"), by)}) if section.split is not None and by else section.split
    return section.model_copy(update={"inputs": inputs, "score": score, "split": split})


def _names(where: Path, written: Sequence[str], table: Table, report: Report) -> tuple[str, ...]:
    """The names; those that stand in the list beside their prefix are not repeated."""
    found: list[str] = []
    for index, entry in enumerate(written):
        if not is_prefix(entry):
            found.append(entry)
            continue
        columns = matching(entry, table.schema)
        found += [column for column in columns if column not in written and column not in found]
        if not columns:
            incomplete = table.unknown or matching(entry, table.broken)
            report((*where, index), "" if incomplete else "unknown-column", nothing_matches(entry, table.schema, table.name))
    return tuple(found)
