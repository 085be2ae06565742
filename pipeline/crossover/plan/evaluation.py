"""What `evaluate` says of the threshold and of columns of groups. Checked without data."""

from __future__ import annotations

from collections.abc import Iterator

from crossover.core.nearest import did_you_mean
from crossover.document.sections import ModelSection
from crossover.language.types import BOOLEAN, INT, STRING
from crossover.learning.models.specification import TrainLinearRegression
from crossover.operations.table import Path, Table
from crossover.plan.metrics import is_binary

Mistake = tuple[Path, str, str, *tuple[str, ...]]
"""Where it stands inside the model, code, message, and notes."""


def check_evaluation(section: ModelSection, table: Table) -> Iterator[Mistake]:
    """Yield the mistakes of `evaluate.threshold` and `evaluate.by`. Columns that are wrong above are not reported again."""
    evaluate, train = section.evaluate, section.train
    if not is_binary(train) and "threshold" in evaluate.model_fields_set:
        message = "`threshold` is for a logistic_regression of two classes, and `train` says something else"
        yield (("evaluate", "threshold"), "evaluate", message, "leave `threshold` out")
    if evaluate.by and not is_binary(train) and not isinstance(train, TrainLinearRegression):
        message = "`by` is for linear_regression and a logistic_regression of two classes, and `train` says something else"
        yield (("evaluate", "by"), "evaluate", message, "leave `by` out")
        return
    for place, column in enumerate(evaluate.by):
        where: Path = ("evaluate", "by", place)
        fact = table.schema.get(column)
        if column in evaluate.by[:place]:
            yield (where, "listed-twice", f"metrics are told by `{column}` twice")
        elif fact is None:
            if column not in table.broken and not table.unknown:
                yield (where, "unknown-column", f"no column `{column}` in `{table.name}` here{did_you_mean(column, table.schema)}")
        elif fact.type not in (STRING, INT, BOOLEAN):
            yield (where, "group-type", f"`{column}` is {fact.type}: groups are told by a string, int or boolean", "derive one of it above")
