"""Random plans: a few relations one behind the other, over small tables full of edges.

Every table keeps a key, so that orders are total and rows can be compared one by one.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from crossover.language.primitives import PRIMITIVES
from crossover.language.tree import Call, Column, Expression, literal, walk
from crossover.relations.nodes import (
    Aggregate,
    AggregateCall,
    AsOfJoin,
    Filter,
    FirstByKey,
    Join,
    Materialise,
    Order,
    Project,
    Relation,
    Rows,
    TimeRange,
    TopN,
    Union,
    Window,
)
from tests.engines.conformance.random_expressions.primitives import Generator
from tests.engines.conformance.random_expressions.rows import COLUMNS, TYPE_OF_KIND, rows, scan

WIDTH = 9
"""Columns that a table keeps at most."""
SECOND = 1_000_000
FRAMES = (Rows(None), Rows(3), Rows(2, itself=False), TimeRange(3600 * SECOND), TimeRange(400 * 86_400 * SECOND, itself=False))


@dataclass(frozen=True)
class Table:
    """A relation, the kinds of its columns, those that are a key, and those that are inexact."""

    relation: Relation
    kinds: dict[str, str]
    key: tuple[str, ...]
    inexact: frozenset[str] = frozenset()

    def of(self, *kinds: str) -> list[str]:
        return [name for name, kind in self.kinds.items() if kind in kinds and name not in self.inexact]

    @property
    def exact(self) -> list[str]:
        return [name for name in self.kinds if name not in self.inexact]


class Planner:
    """Makes plans; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.made = 0
        self.steps: tuple[Callable[[Table], Table], ...] = (
            self.project, self.filter, self.join, self.aggregate, self.window, self.look_back, self.first_by_key, self.top_n, self.union, self.keep,
        )  # fmt: skip

    def plan(self, first: int, length: int) -> Table:
        """Return a plan that begins with the step of this number and goes on by chance."""
        table = self.source()
        steps = [self.steps[first % len(self.steps)], *self.chance.choices(self.steps, k=length - 1)]
        for step in steps:
            table = self.narrow(step(table))
        return table

    def name(self, word: str) -> str:
        self.made += 1
        return f"{word}{self.made}"

    def source(self) -> Table:
        table = Table(scan(rows(self.chance.randrange(1000))), {"id": "int", **COLUMNS}, ("id",))
        return self.narrow(table)

    def narrow(self, table: Table) -> Table:
        """Keep the key, a timestamp, and a few other columns, in another order."""
        if len(table.kinds) <= WIDTH:
            return table
        times = [name for name in table.of("timestamp") if name not in table.key]
        others = [name for name in table.kinds if name not in table.key and name not in times[:1]]
        kept = [*table.key, *times[:1], *self.chance.sample(others, WIDTH - len(table.key) - len(times[:1]))]
        self.chance.shuffle(kept)
        return self.projected(table, {name: Column(name) for name in kept}, {name: table.kinds[name] for name in kept})

    def projected(self, table: Table, columns: dict[str, Expression], kinds: dict[str, str]) -> Table:
        return replace(
            table, relation=Project(table.relation, tuple(columns.items())), kinds=kinds, inexact=table.inexact & set(kinds)
        )

    def generator(self, table: Table) -> Generator:
        return Generator(self.chance, {name: table.kinds[name] for name in table.exact})

    def project(self, table: Table) -> Table:
        kinds = [self.chance.choice(["boolean", "int", "double", "string", "date", "timestamp"]) for _ in range(3)]
        made = {self.name("made"): kind for kind in kinds}
        generator = self.generator(table)
        columns: dict[str, Expression] = {name: Column(name) for name in table.kinds}
        columns |= {name: exact_only(generator, kind) for name, kind in made.items()}
        return self.projected(table, columns, table.kinds | made)

    def filter(self, table: Table) -> Table:
        condition = exact_only(self.generator(table), "boolean")
        return replace(table, relation=Filter(table.relation, condition))

    def order(self, table: Table) -> tuple[Order, ...]:
        chosen = self.chance.sample(table.exact, self.chance.randrange(1, 3))
        names = [*chosen, *(name for name in table.key if name not in chosen)]
        return tuple(Order(name, self.chance.random() < 0.5) for name in names)

    def calls(self, table: Table, functions: tuple[str, ...]) -> tuple[dict[str, AggregateCall], dict[str, str], set[str]]:
        """Return calls by name, the kinds of their results, and the names of the inexact ones."""
        calls, kinds, inexact = {}, {}, set()
        for function in self.chance.sample(functions, 3):
            summed = table.of("small", "int", "double") if function in ("sum", "avg", "stddev", "variance") else table.exact
            if function != "count_rows" and not summed:
                continue
            column = None if function == "count_rows" else self.chance.choice(summed)
            name = self.name(function)
            calls[name] = AggregateCall(function, column, self.chance.randrange(1, 3))
            if function.startswith("count") or function in ("row_number", "rank", "dense_rank"):
                kinds[name] = "int"
            else:
                kind = table.kinds[column or ""]
                kinds[name] = "double" if function in ("avg", "stddev", "variance") else TYPE_OF_KIND.get(kind, kind)
            if kinds[name] == "double" and function in ("sum", "avg", "stddev", "variance"):
                inexact.add(name)
        return calls, kinds, inexact

    def aggregate(self, table: Table) -> Table:
        by = tuple(self.chance.sample(table.exact, self.chance.randrange(1, 3)))
        functions = ("count_rows", "count", "count_distinct", "sum", "min", "max", "first", "last", "avg")
        calls, kinds, inexact = self.calls(table, functions)
        aggregate = Aggregate(table.relation, by, tuple(calls.items()), self.order(table))
        return Table(aggregate, {name: table.kinds[name] for name in by} | kinds, by, frozenset(inexact))

    def window(self, table: Table) -> Table:
        by = tuple(self.chance.sample([name for name in table.exact if name not in table.key] or table.exact, 1))
        if self.chance.random() < 0.3:
            calls, kinds, inexact = self.calls(table, ("count_rows", "count", "count_distinct", "sum", "min", "max", "avg"))
            window = Window(table.relation, by, (), tuple(calls.items()))
        else:
            calls, kinds, inexact = self.calls(
                table,
                ("count_rows", "count", "sum", "min", "max", "first", "last", "avg", "lag", "row_number", "rank", "dense_rank"),
            )
            times = table.of("timestamp")
            frame = self.chance.choice(FRAMES if times else FRAMES[:3])
            order = (Order(self.chance.choice(times)),) if isinstance(frame, TimeRange) else self.order(table)
            window = Window(table.relation, by, order, tuple(calls.items()), frame, table.key)
        return replace(table, relation=window, kinds=table.kinds | kinds, inexact=table.inexact | inexact)

    def keyed(self, table: Table, kinds: tuple[str, ...]) -> tuple[Table, str, str] | None:
        """Return another table, and two columns of one kind that can be matched; the right one is never null."""
        other = self.source()
        pairs = [(mine, theirs) for kind in kinds for mine in table.of(kind) for theirs in other.of(kind) if mine != theirs]
        return (other, *self.chance.choice(pairs)) if pairs else None

    def join(self, table: Table) -> Table:
        found = self.keyed(table, ("small", "string", "date", "timestamp", "boolean"))
        if found is None:
            return self.filter(table)
        other, mine, theirs = found
        first = FirstByKey(other.relation, (theirs,), self.order(other))
        taken = {name: self.name("taken") for name in self.chance.sample(sorted(other.kinds), 3)}
        join = Join(table.relation, first, self.chance.choice(["left", "inner"]), ((mine, theirs),), tuple(taken.items()))
        return replace(table, relation=join, kinds=table.kinds | {new: other.kinds[old] for old, new in taken.items()})

    def look_back(self, table: Table) -> Table:
        found = self.keyed(table, ("small", "string", "boolean"))
        if found is None or not table.of("timestamp") or not found[0].of("timestamp"):
            return self.filter(table)
        other, mine, theirs = found
        calls, kinds, inexact = self.calls(other, ("count_rows", "count", "sum", "avg", "min", "max", "first", "last"))
        join = AsOfJoin(
            table.relation, other.relation, ((mine, theirs),), self.chance.choice(table.of("timestamp")), self.chance.choice(other.of("timestamp")),
            tuple(calls.items()), self.chance.choice([None, SECOND, 400 * 86_400 * SECOND]), other.key,
        )  # fmt: skip
        return replace(table, relation=join, kinds=table.kinds | kinds, inexact=table.inexact | inexact)

    def first_by_key(self, table: Table) -> Table:
        by = tuple(self.chance.sample(table.exact, self.chance.randrange(1, 3)))
        return replace(table, relation=FirstByKey(table.relation, by, self.order(table)), key=by)

    def top_n(self, table: Table) -> Table:
        return replace(table, relation=TopN(table.relation, self.order(table), self.chance.randrange(1, 30)))

    def union(self, table: Table) -> Table:
        """The table beside a part of itself, told apart by a new column of the key."""
        part = self.name("part")
        kinds = table.kinds | {part: "small"}
        names = list(kinds)
        branches = []
        for number in (1, 2):
            columns = {name: literal(number) if name == part else Column(name) for name in names}
            branches.append(self.projected(table if number == 1 else self.filter(table), columns, kinds).relation)
            self.chance.shuffle(names)
        return replace(table, relation=Union(tuple(branches)), kinds=kinds, key=(*table.key, part))

    def keep(self, table: Table) -> Table:
        return replace(table, relation=Materialise(table.relation, self.name("kept"), "a random plan"))


def exact_only(generator: Generator, kind: str) -> Expression:
    """Return a small expression of a kind in which engines agree to the last bit."""
    while True:
        made = generator.make(kind, 2)
        if is_exact(made):
            return made


def is_exact(expression: Expression) -> bool:
    return all(PRIMITIVES[node.function].exact for node in walk(expression) if isinstance(node, Call))
