"""A thousand random expressions in primitives, each engine against plain Python.

A hundred to a projection, so that Spark's jobs are few. What was covered is counted and asserted.
"""

from __future__ import annotations

import random
from collections import Counter
from functools import cache
from itertools import cycle, islice
from typing import Any

import pytest

from crossover.engines.base import Engine
from crossover.language.primitives import PRIMITIVES
from crossover.language.tree import Call, Case, Expression, children, walk
from crossover.language.types import TYPES
from tests.conftest import shared
from tests.engines.conformance.random_expressions.comparison import Truth, complaints, projection
from tests.engines.conformance.random_expressions.primitives import SIGNATURES, Generator
from tests.engines.conformance.random_expressions.rows import COUNT, rows, scan

pytestmark = pytest.mark.slow

BATCHES, EACH = 10, 100
DEPTHS = (1, 2, 3, 4)
RECORDS = rows(seed=1)


@cache
def batch(number: int) -> tuple[list[tuple[Expression, str]], list[Truth]]:
    """Return expressions with their types, and their truths; primitives take turns at the top."""
    generator = Generator(random.Random(number))
    tops = islice(cycle(SIGNATURES), number * EACH, (number + 1) * EACH)
    made = [generator.root(primitive, generator.chance.choice(DEPTHS)) for primitive in tops]
    return made, [Truth(expression, RECORDS) for expression, _ in made]


def depth(expression: Expression) -> int:
    return 1 + max(map(depth, children(expression))) if isinstance(expression, Call | Case) else 0


@pytest.mark.parametrize("number", shared(range(BATCHES)))
def test_engines_give_what_plain_python_gives(engine: Engine[Any], number: int) -> None:
    made, truths = batch(number)
    expressions = [expression for expression, _ in made]
    found = complaints(engine.collect(projection(scan(RECORDS), expressions)), expressions, truths, range(EACH))
    assert not found, f"{len(found)} of {EACH}\n" + "\n".join(found[:10])


def test_every_primitive_stands_deep_and_meets_nulls() -> None:
    deep: Counter[str] = Counter()
    with_null: Counter[str] = Counter()
    types: Counter[str] = Counter()
    for number in range(BATCHES):
        for (expression, type_), truth in zip(*batch(number), strict=True):
            names = {node.function for node in walk(expression) if isinstance(node, Call)}
            if depth(expression) >= 2:
                deep.update(names)
            if None in truth.values and any(value is not None for value in truth.values):
                with_null.update(names)
                types[type_] += 1
    assert min(deep[name] for name in PRIMITIVES) >= 5
    assert min(with_null[name] for name in PRIMITIVES) >= 3
    assert min(types[name] for name in TYPES) >= 30


def test_few_rows_hang_on_the_last_bits() -> None:
    truths = [truth for number in range(BATCHES) for truth in batch(number)[1]]
    assert sum(len(truth.fragile) for truth in truths) < 0.02 * len(truths) * COUNT


def test_most_expressions_say_something() -> None:
    truths = [truth for number in range(BATCHES) for truth in batch(number)[1]]
    assert sum(len(set(truth.values)) > 2 for truth in truths) > 0.5 * len(truths)
