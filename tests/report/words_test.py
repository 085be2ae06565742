"""What the card says of each way to prepare an input, and of each kind of model."""

from __future__ import annotations

from typing import Any

import pytest

from crossover.learning.models.state import Number
from crossover.report.words import listed, number, preparation_of, what
from tests.export import models

WORDS = [
    "a column for each of 4 values (AA, all other values, DL, ''), and one for all others and null",
    "kept within 50 to 2500; null becomes 800; a column says where it was null; ln(1 + x); (x - 6.5) / 0.7 (mean, standard deviation)",
    "null becomes 149; (x - 149) / 30 (median, quartile range)",
    "as it is",
    "a column for each of 3 values (5, 6, 23), and one for all others and null",
    # 7 of 25 rows are positive
    "the mean label of each of 3 values (A-B, B-C, Ü 'x'), drawn towards 0.28 by 2 rows; 0.28 for others and null",
    "null becomes 3; 0, because all training rows were alike",
    "the place among 3 values (L, M, S), -1 for others and null; (x - 0.9) / 0.8 (mean, standard deviation)",
    "the place among 3 values (5, 6, 23), -1 for others and null",
    "the share of training rows of each of 2 values (EWR, JFK), 0 for others and null; (x - 0) / 0.6 (smallest, range)",
    "ln(1 + x); (x - 1e-09) / 2e-09 (mean, standard deviation)",
    "a column for each of 2 values (false, true), and one for all others and null",
    "a column for each of no value, and one for all others and null",
    "the share of training rows of each of no value, 0 for others and null",
    "as it is",
]


def test_each_preparation_in_words() -> None:
    assert [preparation_of(each) for each in models.FITTED] == WORDS


def test_a_scale_alone_and_a_negative_centre() -> None:
    assert preparation_of(Number("x", "double", None, False, "standard", -2.5, 3.0)) == "(x + 2.5) / 3 (mean, standard deviation)"


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (models.logistic(), "Logistic regression: `probability` that `is_late` is true; `prediction` is true from a probability of 0.5 on."),
        (models.logistic(models.FEW, 0.3, "int"), "Logistic regression: `probability` that `is_late` is 1; `prediction` is 1 from a probability of 0.3 on."),
        (models.multinomial((3, 7)), "Logistic regression of 2 classes: `prediction` is the likeliest `kind` of 3, 7, `probability` its own."),
        (models.linear(), "Linear regression: `prediction` is the expected `delay`."),
        (models.k_means(), "k-means: `cluster` is the nearest of 4 centres, `distance` how far it is, in the prepared space."),
    ],
)
def test_each_kind_of_model_in_words(model: Any, said: str) -> None:
    assert what(model) == said


def test_numbers_and_lists_are_short() -> None:
    assert [number(each) for each in (1234567, 0.000123456, None, True, 0.0)] == ["1,234,567", "0.0001235", "not defined", "True", "0"]
    assert listed([str(each) for each in range(1008)]) == "0, 1, 2, 3, 4, 5 and 1,002 more"
