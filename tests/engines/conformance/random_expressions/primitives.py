"""Random expressions in primitives, of the right types and within the domains that the lowering guarantees."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from crossover.language.tree import Call, Case, Column, Expression, Literal, literal
from crossover.language.types import TYPES
from tests.engines.conformance.random_expressions.rows import COLUMNS, TYPE_OF_KIND, VALUES

ANY = tuple(TYPES)
TIME = ("date", "timestamp")
PATTERNS = ("a.*", ".", ".*", "", r"a\.c", ".*X.*X.*", "[0-9]+", ".*%")
UNITS = ("minute", "hour", "day", "week", "month", "quarter", "year")

SIGNATURES: dict[str, list[tuple[str, ...]]] = {
    "and": [("boolean", "boolean", "boolean")],
    "or": [("boolean", "boolean", "boolean")],
    "not": [("boolean", "boolean")],
    "is_null": [("boolean", kind) for kind in ANY],
    "equal": [("boolean", kind, kind) for kind in ANY],
    "less": [("boolean", kind, kind) for kind in ANY],
    "less_equal": [("boolean", kind, kind) for kind in ANY],
    "in": [("boolean", kind, f"literals {kind}") for kind in ANY],
    "coalesce": [(kind, *[kind] * count) for kind in ANY for count in (2, 3)],
    "greatest": [(kind, *[kind] * count) for kind in ANY for count in (2, 3)],
    "least": [(kind, *[kind] * count) for kind in ANY for count in (2, 3)],
    "add": [("loose", "loose", "loose"), ("int", "small", "small")],
    "subtract": [("loose", "loose", "loose"), ("int", "small", "small")],
    "multiply": [("loose", "loose", "loose"), ("int", "small", "small")],
    "divide": [("loose", "loose", "nonzero double")],
    "modulo": [("double", "double", "nonzero double"), ("int", "int", "nonzero int")],
    "checked_add": [("int", "int", "int")],
    "checked_subtract": [("int", "int", "int")],
    "checked_multiply": [("int", "int", "int")],
    "nonzero": [("int", "int"), ("double", "double")],
    "positive": [("double", "double")],
    "non_negative": [("double", "double")],
    "unit_interval": [("double", "double")],
    "finite": [("double", "loose")],
    "absolute": [("loose", "loose")],
    "exp": [("loose", "double")],
    "power": [("loose", "double", "double")],
    "sqrt": [("double", "non_negative double")],
    **{name: [("double", "positive double")] for name in ("ln", "log10", "log2")},
    "log1p": [("double", "non_negative double")],
    **{name: [("double", "unit_interval double")] for name in ("asin", "acos")},
    **{name: [("double", "double")] for name in ("floor", "ceiling", "round_half_away", "sin", "cos", "tan")},
    "atan2": [("double", "nonzero double", "nonzero double")],
    "int_to_double": [("double", "int")],
    "double_to_int": [("int", "double")],
    "boolean_to_int": [("small", "boolean")],
    "int_to_string": [("string", "int")],
    **{f"string_to_{kind}": [(kind, "text")] for kind in ("int", "double", "boolean", "date", "timestamp")},
    "timestamp_to_date": [("date", "timestamp")],
    "date_to_timestamp": [("timestamp", "date")],
    **{name: [("string", "string")] for name in ("lower", "upper", "trim")},
    "length": [("int", "string")],
    "substring": [("string", "string", "small", "small"), ("string", "string", "int", "int")],
    "concat": [("string", *["string"] * count) for count in (1, 2, 3)],
    "replace": [("string", "string", "string", "string")],
    **{name: [("boolean", "string", "string")] for name in ("starts_with", "ends_with", "contains")},
    "matches": [("boolean", "string", "pattern")],
    **{name: [("int", kind) for kind in TIME] for name in ("year", "day_of_year")},
    **{name: [("small", kind) for kind in TIME] for name in ("month", "day", "hour", "minute", "second", "weekday", "iso_week")},
    "make_date": [("date", "year", "small", "small"), ("date", "int", "int", "int")],
    "add_microseconds": [("timestamp", "timestamp", "int")],
    "add_days": [("date", "date", "int"), ("date", "date", "small")],
    "add_months": [(kind, kind, count) for kind in TIME for count in ("int", "small")],
    "microseconds_between": [("int", "timestamp", "timestamp")],
    "truncate_time": [(kind, "unit", kind) for kind in TIME],
    "hash_share": [("double", "salt", kind, other) for kind in ANY for other in ("int", "string")],
    **{name: [("int", "string", kind, other) for kind in ANY for other in ("int", "string")] for name in ("hash_low", "hash_high")},
}  # fmt: skip
"""For each primitive: the kind of its result, and the kinds of its arguments.

atan2 alone can tell the signs of zero, which are one value here: it gets no zero. `loose` is a double that may be infinite, `small` an int whose sums fit, `text` a string that may be a number.
"""

GUARDS = ("nonzero", "positive", "non_negative", "unit_interval")


class Generator:
    """Makes expressions over columns, given by name and kind; the same seed makes the same ones."""

    def __init__(self, chance: random.Random, columns: Mapping[str, str] = COLUMNS) -> None:
        self.chance = chance
        self.leaves = {kind: [name for name, each in columns.items() if each == kind] for kind in VALUES}
        self.makers: dict[str, Callable[[int], Expression]] = {
            "pattern": lambda depth: literal(self.chance.choice(PATTERNS)),
            "salt": lambda depth: literal(self.chance.choice(VALUES["string"])),
            "unit": lambda depth: literal(self.chance.choice(UNITS)),
            "year": lambda depth: Call("year", (self.make(self.chance.choice(TIME), depth),)),
        }

    def root(self, primitive: str, depth: int) -> tuple[Expression, str]:
        """Return an expression that has the primitive at its top (beneath `finite` if need be), and its type."""
        result, *kinds = self.chance.choice(SIGNATURES[primitive])
        made = self.call(primitive, kinds, depth)
        if result == "loose":
            return Call("finite", (made,)), "double"
        return made, TYPE_OF_KIND.get(result, result)

    def call(self, primitive: str, kinds: list[str], depth: int) -> Expression:
        arguments: list[Expression] = []
        for kind in kinds:
            if kind.startswith("literals "):
                arguments += [self.constant(kind.split()[1]) for _ in range(self.chance.randrange(1, 4))]
            else:
                arguments.append(self.make(kind, depth - 1))
        return Call(primitive, tuple(arguments))

    def make(self, kind: str, depth: int) -> Expression:
        """Return an expression of a kind, at most `depth` calls deep (guards not counted)."""
        if kind in self.makers:
            return self.makers[kind](depth)
        guard, _, base = kind.partition(" ")
        if guard in GUARDS:
            return Call(guard, (self.make(base, depth),))
        if depth <= 0 or self.chance.random() < 0.15:
            return self.leaf(kind)
        if kind not in ("small", "text", "loose") and self.chance.random() < 0.1:
            return self.case(kind, depth - 1)
        return self.nested(kind, depth)

    def nested(self, kind: str, depth: int) -> Expression:
        options = [
            (name, signature) for name, signatures in SIGNATURES.items() for signature in signatures if signature[0] == kind
        ]
        if kind == "double":
            options.append(("finite", ("double", "loose")))
        if kind == "int":
            options += [("year", ("int", "date")), ("month", ("int", "timestamp"))]
        names = sorted({name for name, _ in options})
        if not names or (kind in ("small", "text") and self.chance.random() < 0.5):
            return self.leaf(kind)
        chosen = self.chance.choice(names)
        _, *kinds = self.chance.choice([signature for name, signature in options if name == chosen])
        return self.call(chosen, kinds, depth)

    def case(self, kind: str, depth: int) -> Expression:
        branches = tuple((self.make("boolean", depth), self.make(kind, depth)) for _ in range(self.chance.randrange(1, 3)))
        otherwise = Literal(None, TYPES[kind]) if self.chance.random() < 0.4 else self.make(kind, depth)
        return Case(branches, otherwise)

    def leaf(self, kind: str) -> Expression:
        kind = "double" if kind == "loose" else kind
        if kind == "int" and self.chance.random() < 0.5:
            kind = "small"
        if not self.leaves[kind] or self.chance.random() < 0.2:
            return self.constant(kind)
        return Column(self.chance.choice(self.leaves[kind]))

    def constant(self, kind: str) -> Expression:
        value: Any = self.chance.choice(VALUES[kind])
        return literal(value)
