"""What k-means alone is told: centres, and the column of the true clusters. Checked without data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crossover.core.nearest import did_you_mean
from crossover.document.sections import ModelSection
from crossover.language.types import BOOLEAN, INT, STRING, Fact
from crossover.learning.models.specification import CentreValue, TrainKMeans
from crossover.operations.table import Path, Table

Mistake = tuple[Path, str, str, *tuple[str, ...]]
"""Where it stands inside the model, code, message, and notes."""


def check_clusters(section: ModelSection, table: Table) -> Iterator[Mistake]:
    """Yield the mistakes of `evaluate.truth` and `train.centres`. Columns that are wrong above are not reported again."""
    if section.evaluate.truth is not None:
        yield from _truth(section.evaluate.truth, section, table)
    if isinstance(section.train, TrainKMeans):
        for place, centre in enumerate(section.train.centres or ()):
            yield from _centre(("train", "centres", place), centre, section, table)


def _truth(truth: str, section: ModelSection, table: Table) -> Iterator[Mistake]:
    where = ("evaluate", "truth")
    fact = table.schema.get(truth)
    if not isinstance(section.train, TrainKMeans):
        yield (where, "truth", f"`truth` is for k_means; {section.train.kind} has a label", "leave `truth` out")
    elif fact is None:
        if truth not in table.broken and not table.unknown:
            yield (where, "unknown-column", f"no column `{truth}` in `{table.name}` here{did_you_mean(truth, table.schema)}")
    elif fact.type not in (STRING, INT, BOOLEAN):
        yield (where, "truth", f"`{truth}` is {fact.type}: true clusters are told by a string, int or boolean")


def _centre(where: Path, centre: Mapping[str, CentreValue], section: ModelSection, table: Table) -> Iterator[Mistake]:
    inputs = [column for each in section.inputs for column in each.columns]
    encoded = {column for each in section.inputs if each.encode for column in each.columns}
    missing = [column for column in dict.fromkeys(inputs) if column not in centre]
    if missing:
        shown = ", ".join(f"`{column}`" for column in missing[:8])
        yield (where, "centre", f"the centre has no value for {shown}{' ...' if missing[8:] else ''}: it has one for each input")
    for column, value in centre.items():
        fact = table.schema.get(column)
        if column not in inputs:
            yield ((*where, column), "centre", f"`{column}` is no input of the model{did_you_mean(column, inputs)}")
        elif fact is not None and not _fits(value, fact, whole=column in encoded):
            yield ((*where, column), "centre", f"`{column}` is {fact.type}, and the centre has {value!r}")


def _fits(value: CentreValue, fact: Fact, *, whole: bool) -> bool:
    """Whether a value may stand for a column; a mean of ints lies between them, but a category does not."""
    if fact.type == STRING:
        return isinstance(value, str)
    if fact.type == BOOLEAN or isinstance(value, bool):
        return fact.type == BOOLEAN and isinstance(value, bool)
    return isinstance(value, int) or (isinstance(value, float) and not whole)
