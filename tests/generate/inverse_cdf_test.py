"""Tables of inverse CDFs against other ways to the same numbers."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats

from crossover.core.hashing import Words
from crossover.generate.draws import below
from crossover.generate.inverse_cdf import (
    log_normal,
    logistic,
    nearest_quantile,
    negative_binomial,
    poisson,
    quantile,
    threshold,
    weighted,
)

pytestmark = pytest.mark.once

EVENLY = (np.arange(1 << 17, dtype=np.uint64) << np.uint64(47)) + np.uint64(1 << 46)
"""Draws in the middles of 2**17 equal shares."""


def word(share: Fraction) -> Words:
    return np.array([int(share * 2**64)], dtype=np.uint64)


def test_a_count_begins_exactly_where_the_cdf_says() -> None:
    die = weighted(1, 2, 3)
    for share, value in ((Fraction(1, 6), 1), (Fraction(1, 2), 2)):
        at = int(share * 2**64)
        assert die.of(np.array([at - 1, at], dtype=np.uint64)).tolist() == [value - 1, value]
    assert die.of(np.array([0, 2**64 - 1], dtype=np.uint64)).tolist() == [0, 2]


@pytest.mark.parametrize(("mean", "dispersion"), [(25, 200), (80, 200)])
def test_orders_are_negative_binomial(mean: int, dispersion: int) -> None:
    values = negative_binomial(mean, dispersion).of(EVENLY)
    expected = stats.nbinom(dispersion, dispersion / (dispersion + mean)).ppf((np.arange(1 << 17) + 0.5) / (1 << 17))
    assert np.array_equal(values, expected.astype(np.int64))
    assert values.var() == pytest.approx(mean + mean**2 / dispersion, rel=2e-3)


def test_further_lines_are_poisson() -> None:
    values = poisson(Fraction(526, 100)).of(EVENLY)
    assert np.array_equal(values, stats.poisson(5.26).ppf((np.arange(1 << 17) + 0.5) / (1 << 17)).astype(np.int64))


def test_prices_are_log_normal() -> None:
    knots = log_normal(Decimal("2.2"), Decimal("0.6"))
    normal = NormalDist(2.2, 0.6)
    assert knots == pytest.approx([math.exp(normal.inv_cdf((step + 0.5) / 4096)) for step in range(4096)], rel=1e-14)
    assert nearest_quantile(knots, word(Fraction(1, 4096)))[0] == knots[1]
    assert quantile(knots, word(Fraction(1, 2)))[0] == pytest.approx(math.exp(2.2), rel=1e-7)


def test_the_logistic_function_is_within_its_bound() -> None:
    values = np.linspace(-15.9, 15.9, 100_001)
    assert np.abs(logistic(values) - 1 / (1 + np.exp(-values))).max() < 2e-7
    assert logistic(np.array([-1e9, 0.0, 1e9])).tolist() == [float(1 / (1 + Decimal(16).exp())), 0.5, float(1 / (1 + Decimal(-16).exp()))]


def test_a_threshold_and_a_bound_divide_the_draws_exactly() -> None:
    assert int(threshold(Fraction(1, 4))) == 2**62
    values, counts = np.unique(below(EVENLY, 7), return_counts=True)
    assert values.tolist() == list(range(7))
    assert counts.max() - counts.min() <= 1
