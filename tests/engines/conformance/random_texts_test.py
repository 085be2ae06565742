"""A thousand random expressions as users write them: parsed, lowered, and run on each engine.

The lowering is judged by the meaning of the user's functions, engines by the primitives that it made; so both are
held to something that is written elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from crossover.engines.base import Engine
from crossover.language.errors import ExpressionError
from crossover.language.functions import FUNCTIONS
from crossover.language.lower import lower
from crossover.language.parse import parse
from crossover.language.primitives import PRIMITIVES
from crossover.language.tree import Call, Expression, walk
from crossover.language.typed import Typed
from crossover.language.types import Fact
from tests.conftest import shared
from tests.engines.conformance.random_expressions.comparison import Truth, complaints, moved, projection, written
from tests.engines.conformance.random_expressions.meaning import meaning
from tests.engines.conformance.random_expressions.rows import COUNT, rows, scan, schema
from tests.engines.conformance.random_expressions.texts import PARAMETERS, TEMPLATES, Writer
from tests.same import identical, near

pytestmark = pytest.mark.slow

BATCHES, EACH = 10, 100
RECORDS = rows(seed=2)
SCHEMA = schema()
Text = tuple[str, Expression, Typed, Truth]


def sentences(seed: int) -> Iterator[tuple[str, str]]:
    """Yield texts and their types: each template takes its turn on top, at any depth."""
    writer = Writer(seed)
    templates = [(kind, template) for kind, listed in TEMPLATES.items() for template in listed]
    while True:
        for kind, template in writer.chance.sample(templates, len(templates)):
            yield writer.of_template(template, writer.chance.choice([1, 2, 3, 4])), kind


@cache
def batch(number: int) -> list[Text]:
    """Return texts, as parsed and as lowered. Those that compare an inexact value are refused by the language, rightly."""
    made: list[Text] = []
    for text, kind in sentences(number):
        tree = parse(text)
        try:
            lowered = lower(tree, SCHEMA, PARAMETERS)
        except ExpressionError as error:
            if error.code != "inexact":
                raise
            continue
        assert lowered.type.name == kind, text
        made.append((text, tree, lowered, Truth(lowered.expression, RECORDS)))
        if len(made) == EACH:
            return made
    raise AssertionError("sentences never end")


@pytest.mark.parametrize("number", shared(range(BATCHES)))
def test_the_lowering_keeps_the_meaning(number: int) -> None:
    found = []
    for text, tree, lowered, truth in batch(number):
        for row, record in enumerate(RECORDS):
            _, expected = meaning(tree, record, SCHEMA, PARAMETERS)
            got = truth.values[row]
            if row not in truth.fragile and not (identical(got, expected) if truth.exact else near(got, expected, scale=0.0)):
                found.append(f"row {row}: got {got!r}, expected {expected!r}: {text} = {written(lowered.expression)}")
                break
    assert not found, f"{len(found)} of {EACH}\n" + "\n".join(found[:10])


def broken_promise(fact: Fact, truth: Truth) -> str | None:
    """Return what a fact says and the values do not keep."""
    if not fact.nullable and None in truth.values:
        return "never null"
    if fact.exact and not truth.exact:
        return "exact"
    if fact.interval and not all(fact.interval[0] <= value <= fact.interval[1] for value in truth.values if value is not None):
        return f"within {fact.interval}"
    return None


@pytest.mark.parametrize("number", range(BATCHES))
def test_facts_are_kept(number: int) -> None:
    found = [
        f"{promise}: {text}" for text, _, lowered, truth in batch(number) if (promise := broken_promise(lowered.fact, truth))
    ]
    assert not found, "\n".join(found[:10])


@pytest.mark.parametrize("number", range(BATCHES))
def test_engines_give_what_plain_python_gives(engine: Engine[Any], number: int) -> None:
    texts = batch(number)
    expressions = [lowered.expression for _, _, lowered, _ in texts]
    table = engine.collect(projection(scan(RECORDS), expressions))
    found = complaints(table, expressions, [truth for *_, truth in texts], [text for text, *_ in texts])
    assert not found, f"{len(found)} of {EACH}\n" + "\n".join(found[:10])


def test_every_function_and_primitive_is_written() -> None:
    functions: Counter[str] = Counter()
    primitives: Counter[str] = Counter()
    for number in range(BATCHES):
        for _, tree, lowered, truth in batch(number):
            functions.update({node.function for node in walk(tree) if isinstance(node, Call)})
            if None in truth.values:
                primitives.update({node.function for node in walk(lowered.expression) if isinstance(node, Call)})
    assert min(functions[name] for name in (*FUNCTIONS, "cast")) >= 3
    assert min(primitives[name] for name in set(PRIMITIVES) - {"hash_low", "hash_high", "log1p"}) >= 3


def test_few_rows_hang_on_the_last_bits() -> None:
    truths = [truth for number in range(BATCHES) for *_, truth in batch(number)]
    assert sum(len(truth.fragile) for truth in truths) < 0.03 * len(truths) * COUNT
    assert moved(1)("ln", 2.0) != 2.0
