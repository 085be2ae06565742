"""Expressions on one row in plain Python: the golden answers of the engines, and hashes of the library."""

from __future__ import annotations

import math
import random

import pytest
import xxhash

from crossover.core.hash_value import hash_bytes
from crossover.language.plain import WITH_NULLS, WITHOUT_NULLS, evaluator
from crossover.language.primitives import PRIMITIVES
from crossover.language.tree import Column
from tests.engines.conformance.cases.all import CASES
from tests.engines.conformance.cases.choice import CHOICES, COLUMNS, ROWS
from tests.engines.conformance.random_expressions.comparison import Truth, written
from tests.engines.conformance.random_expressions.primitives import SIGNATURES, Generator
from tests.engines.conformance.random_expressions.rows import rows
from tests.same import identical


def test_it_has_every_primitive_and_no_other() -> None:
    assert set(WITH_NULLS) | set(WITHOUT_NULLS) == set(PRIMITIVES)


@pytest.mark.parametrize("primitive", PRIMITIVES)
def test_a_primitive_gives_the_golden_answers(primitive: str) -> None:
    for table in CASES[primitive]:
        names = [f"a{number}" for number in range(len(table.types))]
        evaluate = evaluator(table.expression(primitive, [Column(name) for name in names]))
        for *arguments, expected in table.rows:
            got = evaluate(dict(zip(names, arguments, strict=True)))
            if isinstance(expected, float) and not PRIMITIVES[primitive].exact:
                assert math.isclose(got, expected, rel_tol=1e-12, abs_tol=1e-15), (arguments, got, expected)
            else:
                assert identical(got, expected), (arguments, got, expected)


@pytest.mark.parametrize("name", CHOICES)
def test_case_gives_the_golden_choices(name: str) -> None:
    expression, expected = CHOICES[name]
    evaluate = evaluator(expression)
    names = [column.split()[0] for column in COLUMNS.split(",")]
    assert [evaluate(dict(zip(names, row, strict=True))) for row in ROWS] == expected


def test_random_expressions_give_what_the_reference_gives() -> None:
    records = rows(seed=2)
    generator = Generator(random.Random(5))
    for primitive in SIGNATURES:
        for depth in (1, 3):
            expression, _ = generator.root(primitive, depth)
            evaluate = evaluator(expression)
            truth = Truth(expression, records)
            wrong = truth.wrong([evaluate(record) for record in records])
            assert not wrong, (written(expression), records[wrong[0]])


def test_the_hash_is_the_library_s() -> None:
    chance = random.Random(1)
    for length in range(100):
        content, seed = chance.randbytes(length), chance.getrandbits(64)
        assert hash_bytes(content, seed) == xxhash.xxh64_intdigest(content, seed)
