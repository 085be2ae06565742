"""Which labels a model may have."""

from __future__ import annotations

import pytest

from crossover.core.errors import ConfigError
from crossover.document.load import read_text
from crossover.plan.build import build_plan
from tests.plan.evaluation_test import LINEAR, mistakes

LOGISTIC, SEVERAL = "{kind: logistic_regression}", "{kind: logistic_regression, multinomial: true}"
LABEL_MEAN = f"""\
pipeline: p
sources:
  t: {{path: t.csv, key: [id], columns: {{id: int, c: string, z: string}}, outcomes: [z]}}
models:
  m:
    from: t
    label: z
    inputs:
      - {{columns: [c], encode: label_mean}}
    train: {SEVERAL}
"""


@pytest.mark.parametrize(("train", "label"), [(LOGISTIC, "won"), (SEVERAL, "won"), (SEVERAL, "z"), (LINEAR, "paid")])
def test_these_are_right(train: str, label: str) -> None:
    assert mistakes("{}", train, label) == []


@pytest.mark.parametrize(
    ("train", "label", "message"),
    [
        (LOGISTIC, "z", "`z` is string; a label is boolean, or int of 0 and 1; write `multinomial: true` under `train` to learn several values of a string or int"),
        (SEVERAL, "paid", "`paid` is double; with `multinomial: true` a label is string, int or boolean"),
        (LINEAR, "z", "`z` is string; the label of a linear_regression is int or double"),
    ],
)
def test_a_label_of_another_type_is_refused(train: str, label: str, message: str) -> None:
    assert mistakes("{}", train, label) == [message]


def test_classes_have_no_label_mean() -> None:
    loaded = read_text(LABEL_MEAN, "p.yaml")
    with pytest.raises(ConfigError, match="label_mean needs a label that has a mean, and classes have none"):
        build_plan(loaded)
