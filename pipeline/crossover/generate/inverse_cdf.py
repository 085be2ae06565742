"""Inverse CDFs, made once with integers, fractions and decimals: a table holds the same bits on every machine.

numpy's `exp` and `log` differ in the last bit between processors; what is computed row by row here is comparisons,
sums, products and quotients alone, which IEEE 754 defines to the bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache

import numpy as np

from crossover.core.hashing import Words, share
from crossover.generate.draws import Numbers, Reals

_WORD = 1 << 64
_CONTEXT = Context(prec=40)
"""Forty digits; a double needs 17."""
_GUIDE_BITS = 16
_KNOT_BITS = 12
_SIGMA_STEPS = 256
"""Knots of the logistic function for each unit: a straight line between two is within 2e-7 of it."""
_SIGMA_BOUND = 16


class Discrete:
    """A distribution on 0, 1, 2, ...: value k where the draw is below 2**64 times P(X <= k), and not below that of k - 1."""

    def __init__(self, probabilities: Iterable[Fraction]) -> None:
        """Probabilities of 0, 1, ...; the last value takes what is left of 1."""
        total, thresholds = Fraction(0), []
        for probability in probabilities:
            total += probability
            if (1 - total) * _WORD < 1:
                break
            thresholds.append(int(total * _WORD))
        self._thresholds = np.array(thresholds, dtype=np.uint64)
        first = np.arange(1 << _GUIDE_BITS, dtype=np.uint64) << np.uint64(64 - _GUIDE_BITS)
        last = first | np.uint64((1 << (64 - _GUIDE_BITS)) - 1)
        low, high = self._search(first), self._search(last)
        # the value where all draws with these upper bits have one, -1 where the lower bits decide
        self._guide = np.where(low == high, low, -1)

    def of(self, bits: Words) -> Numbers:
        """Return the value of each draw."""
        values: Numbers = self._guide[bits >> np.uint64(64 - _GUIDE_BITS)]
        undecided = np.flatnonzero(values < 0)
        values[undecided] = self._search(bits[undecided])
        return values

    def _search(self, bits: Words) -> Numbers:
        return np.searchsorted(self._thresholds, bits, side="right").astype(np.int64)


@lru_cache
def weighted(*weights: int | Fraction) -> Discrete:
    """Return value k with a probability proportional to the k-th weight."""
    return Discrete(Fraction(weight) / sum(map(Fraction, weights)) for weight in weights)


@lru_cache
def negative_binomial(mean: int, dispersion: int) -> Discrete:
    """Return counts with the given mean m and variance m + m**2 / dispersion."""
    success = Fraction(mean, mean + dispersion)
    return Discrete(_counts((1 - success) ** dispersion, lambda count: success * (count + dispersion) / (count + 1)))


@lru_cache
def poisson(mean: Fraction) -> Discrete:
    """Return Poisson counts; exp(-mean) is rounded to 40 digits."""
    with localcontext(_CONTEXT):
        none = Fraction((-_decimal(mean)).exp())
    return Discrete(_counts(none, lambda count: mean / (count + 1)))


def threshold(probability: Fraction) -> np.uint64:
    """Return what a draw is below with the given probability, which is less than 1."""
    return np.uint64(int(probability * _WORD))


def _counts(none: Fraction, ratio: Callable[[int], Fraction]) -> Iterator[Fraction]:
    """Yield P(0), P(1), ... from P(0) and P(k + 1) / P(k)."""
    probability, count = none, 0
    while True:
        yield probability
        probability *= ratio(count)
        count += 1


@lru_cache
def log_normal(log_mean: Decimal, log_spread: Decimal) -> Reals:
    """Return 4,096 quantiles of a log-normal distribution, at the middles of as many equal shares."""
    with localcontext(_CONTEXT):
        return np.array([float((log_mean + log_spread * each).exp()) for each in _normal_quantiles()], dtype=np.float64)


def quantile(knots: Reals, bits: Words) -> Reals:
    """Return the value of each draw: a straight line between two quantiles."""
    place = share(bits) * (len(knots) - 1)
    left = place.astype(np.int64)
    return _between(knots, left, place - left)


def nearest_quantile(knots: Reals, bits: Words) -> Reals:
    """Return one of the quantiles for each draw."""
    found: Reals = knots[bits >> np.uint64(64 - _KNOT_BITS)]
    return found


def logistic(values: Reals) -> Reals:
    """Return 1 / (1 + exp(-x)) within 2e-7, x cut at -16 and 16."""
    knots = _logistic_knots()
    place = (np.clip(values, -_SIGMA_BOUND, _SIGMA_BOUND) + _SIGMA_BOUND) * _SIGMA_STEPS
    left = np.minimum(place.astype(np.int64), len(knots) - 2)
    return _between(knots, left, place - left)


def _between(knots: Reals, left: Numbers, way: Reals) -> Reals:
    """Return what lies so far on the way from a knot to the next one."""
    low = knots[left]
    rise: Reals = (knots[left + 1] - low) * way
    return low + rise


@lru_cache
def _logistic_knots() -> Reals:
    steps = _SIGMA_BOUND * _SIGMA_STEPS
    with localcontext(_CONTEXT):
        return np.array([float(1 / (1 + (-Decimal(step) / _SIGMA_STEPS).exp())) for step in range(-steps, steps + 1)])


@lru_cache
def _normal_quantiles() -> tuple[Decimal, ...]:
    """Return the standard normal quantiles at (i + 1/2) / 4096."""
    count = 1 << _KNOT_BITS
    with localcontext(_CONTEXT):
        upper = [_normal_quantile(Decimal(2 * step + 1) / (2 * count)) for step in range(count // 2, count)]
    return (*(-each for each in reversed(upper)), *upper)


# Wichura (1988), Algorithm AS 241, PPND16: relative error about 1e-16; numerators, then denominators
_CENTRE = (
    """
    3.3871328727963666080 133.14166789178437745 1971.5909503065514427 13731.693765509461125
    45921.953931549871457 67265.770927008700853 33430.575583588128105 2509.0809287301226727
    """,
    """
    1 42.313330701600911252 687.18700749205790830 5394.1960214247511077
    21213.794301586595867 39307.895800092710610 28729.085735721942674 5226.4952788528545610
    """,
)
_MIDDLE = (
    """
    1.42343711074968357734 4.63033784615654529590 5.76949722146069140550 3.64784832476320460504
    1.27045825245236838258 0.241780725177450611770 0.0227238449892691845833 0.000774545014278341407640
    """,
    """
    1 2.05319162663775882187 1.67638483018380384940 0.689767334985100004550
    0.148103976427480074590 0.0151986665636164571966 0.000547593808499534494600 0.00000000105075007164441684324
    """,
)


def _normal_quantile(probability: Decimal) -> Decimal:
    """Return the quantile of a probability between exp(-25) and 1 - exp(-25)."""
    from_middle = probability - Decimal("0.5")
    if abs(from_middle) <= Decimal("0.425"):
        return from_middle * _ratio(_CENTRE, Decimal("0.180625") - from_middle * from_middle)
    tail = min(probability, 1 - probability)
    value = _ratio(_MIDDLE, (-tail.ln()).sqrt() - Decimal("1.6"))
    return value if from_middle > 0 else -value


def _ratio(polynomials: tuple[str, str], argument: Decimal) -> Decimal:
    above, below = (_polynomial(each, argument) for each in polynomials)
    return above / below


def _polynomial(coefficients: str, argument: Decimal) -> Decimal:
    value = Decimal(0)
    for coefficient in reversed(coefficients.split()):
        value = value * argument + Decimal(coefficient)
    return value


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
