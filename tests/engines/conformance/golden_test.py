"""The golden answers themselves: complete, and right by plain Python."""

from __future__ import annotations

import math

import pytest

from crossover.language.primitives import PRIMITIVES
from crossover.language.tree import Column
from tests.engines.conformance.cases.all import CASES
from tests.engines.conformance.cases.choice import CHOICES, COLUMNS, ROWS
from tests.engines.conformance.reference import value_of
from tests.same import identical


def test_every_primitive_has_cases() -> None:
    assert set(CASES) == set(PRIMITIVES)


@pytest.mark.parametrize("primitive", PRIMITIVES)
def test_cases_hold_a_null_unless_the_primitive_never_sees_one(primitive: str) -> None:
    rows = [row for table in CASES[primitive] for row in table.rows]
    assert any(None in row[:-1] for row in rows)
    assert len({row[-1] for row in rows}) > 1


@pytest.mark.parametrize("primitive", PRIMITIVES)
def test_plain_python_gives_the_golden_answers(primitive: str) -> None:
    for table in CASES[primitive]:
        names = [f"a{number}" for number in range(len(table.types))]
        expression = table.expression(primitive, [Column(name) for name in names])
        for *arguments, expected in table.rows:
            got = value_of(expression, dict(zip(names, arguments, strict=True)))
            if isinstance(expected, float) and not PRIMITIVES[primitive].exact:
                assert math.isclose(got, expected, rel_tol=1e-12, abs_tol=1e-15), (arguments, got, expected)
            else:
                assert identical(got, expected), (arguments, got, expected)


@pytest.mark.parametrize("name", CHOICES)
def test_plain_python_gives_the_golden_choices(name: str) -> None:
    expression, expected = CHOICES[name]
    names = [column.split()[0] for column in COLUMNS.split(",")]
    assert [value_of(expression, dict(zip(names, row, strict=True))) for row in ROWS] == expected
