"""The column that says how much a training row counts, checked without data."""

from __future__ import annotations

from collections.abc import Iterator

from crossover.core.nearest import did_you_mean
from crossover.document.sections import ModelSection
from crossover.learning.models.specification import Regression
from crossover.operations.table import Path, Table
from crossover.plan.evaluation import Mistake

WHERE: Path = ("train", "weight")


def weight_of(section: ModelSection) -> str | None:
    """Return the column, if the model names one."""
    return section.train.weight if isinstance(section.train, Regression) else None


def check_weight(section: ModelSection, table: Table) -> Iterator[Mistake]:
    """Yield the mistakes of `train.weight`. A column that is wrong above is not reported again."""
    name = weight_of(section)
    if name is None:
        return
    fact = table.schema.get(name)
    if fact is None:
        if name not in table.broken and not table.unknown:
            yield (WHERE, "unknown-column", f"no column `{name}` in `{table.name}` here{did_you_mean(name, table.schema)}")
    elif not fact.type.numeric:
        yield (WHERE, "weight", f"`{name}` is {fact.type}: a weight is an int or a double of 0 or more", "derive a number of it above")
    elif name == section.label:
        yield (WHERE, "weight", f"`{name}` is the label, so it cannot be the weight")
    elif name in table.outcomes:
        yield (
            WHERE,
            "outcome-weight",
            f"`{name}` depends on `{table.outcomes[name].column}`, an outcome: what is learned would follow from what is not known yet",
            "take a weight that is known when the question is asked",
        )
