"""What is checked of k-means without data."""

from __future__ import annotations

import pytest

from crossover.learning.models.specification import TrainKMeans
from tests.plan.mistakes import mistakes_of

DOCUMENT = """\
pipeline: p
sources:
  t:
    path: t.csv
    key: [id]
    columns: {{id: int, x: double, i: int, c: string, b: boolean, day: date, known: string}}
    outcomes: [known]
models:
  m:
    from: t
    inputs:
      - columns: [x, i, b]
        impute: 0
      - columns: [c]
        encode: one_hot
    train: {train}
    evaluate: {evaluate}
"""
GIVEN = "{kind: k_means, centres: [{x: 1.5, i: 2.5, b: true, c: a}, {x: 1, i: 0, b: false, c: '7'}]}"


def mistakes(train: str = GIVEN, evaluate: str = "{truth: known}") -> list[str]:
    return mistakes_of(DOCUMENT.format(train=train, evaluate=evaluate))


def test_given_centres_and_an_outcome_as_truth_are_right() -> None:
    assert mistakes() == []
    assert mistakes(evaluate="{truth: known, require: {good: \"adjusted_rand > baseline_adjusted_rand and size_1 > 0\"}}") == []


def test_the_number_of_clusters_is_that_of_the_centres() -> None:
    train = TrainKMeans(kind="k_means", centres=({"a": 1}, {"a": 2}, {"a": 3}))
    assert train.clusters == 3


@pytest.mark.parametrize(
    ("train", "message"),
    [
        ("{kind: k_means}", "k_means has `k`, the number of clusters, or `centres`, where they begin"),
        ("{kind: k_means, centres: []}", "`centres` is a list of at least one centre, each {COLUMN: value}"),
        (GIVEN.replace("k_means,", "k_means, k: 3,"), "`k` is 3, and there are 2 centres: leave `k` out"),
        (GIVEN.replace("k_means,", "k_means, starts: 3,"), "`starts` chooses centres, and `centres` gives them"),
        (GIVEN.replace("x: 1.5, ", ""), "the centre has no value for `x`: it has one for each input"),
        (GIVEN.replace("x: 1.5", "x: a"), "`x` is double, and the centre has 'a'"),
        (GIVEN.replace("c: '7'", "c: 7"), "`c` is string, and the centre has 7"),
        (GIVEN.replace("b: true", "b: 1"), "`b` is boolean, and the centre has 1"),
        (GIVEN.replace("i: 0", "i: 0, m: 1"), "`m` is no input of the model"),
    ],
)
def test_mistakes_of_centres(train: str, message: str) -> None:
    assert mistakes(train) == [message]


def test_mistakes_of_the_truth() -> None:
    assert mistakes(evaluate="{truth: unknown}") == ["no column `unknown` in `t` here; did you mean `known`?"]
    assert mistakes(evaluate="{truth: day}") == ["`day` is date: true clusters are told by a string, int or boolean"]
    regression = "{kind: logistic_regression}\n    label: b"
    assert "`truth` is for k_means; logistic_regression has a label" in mistakes(regression)


def test_a_gate_on_the_truth_needs_a_truth() -> None:
    assert mistakes(evaluate='{require: {good: "adjusted_rand > 0"}}') == ["no metric `adjusted_rand`"]
