"""Which of a model's features a row gives by itself: the expressions behind its inputs, down to columns that it must bring."""

from __future__ import annotations

from collections.abc import Sequence

from crossover.language.tree import Column, Expression, transform
from crossover.learning.models.row_local import RowLocal
from crossover.learning.preparation.specification import Input
from crossover.relations import nodes
from crossover.relations.nodes import Relation
from crossover.relations.row_local import ROW_BY_ROW
from crossover.relations.schema import schema_of


def row_local(relation: Relation, inputs: Sequence[Input]) -> RowLocal:
    """Return how the inputs come from columns of sources, of joined tables, of windows and of look_backs.

    Rows are taken as they are: what a `filter` or `require` does with them is not part of it.
    """
    names = [name for each in inputs for name in each.columns]
    found = _Found()
    try:
        places = {name: found.place(relation, name) for name in names}
    except _TwoOfOneName:
        schema = schema_of(relation)
        return RowLocal({name: schema[name].type.name for name in names}, (), {name: name for name in names})
    return RowLocal(found.columns, tuple(found.steps.items()), places)


class _TwoOfOneName(Exception):
    """Two different columns that a row must bring have one name: then it brings the inputs themselves."""


class _Found:
    """What was met on the way down: columns that a row brings, and steps, inputs before readers."""

    def __init__(self) -> None:
        self.columns: dict[str, str] = {}
        self.steps: dict[str, Expression] = {}
        self._brought_by: dict[str, Relation] = {}
        self._places: dict[tuple[Relation, str], str] = {}

    def place(self, relation: Relation, name: str) -> str:
        """Return the column or step that a column of a relation is."""
        if (relation, name) not in self._places:
            self._places[relation, name] = self._find(relation, name)
        return self._places[relation, name]

    def _find(self, relation: Relation, name: str) -> str:
        match relation:
            case nodes.Project(input=input, columns=columns):
                return self._step(input, dict(columns)[name])
            case nodes.Filter(input=input) | nodes.Materialise(input=input) | nodes.FirstByKey(input=input) | nodes.TopN(input=input):
                return self.place(input, name)
            case nodes.Join(left=left, take=take, kind=kind) if kind in ROW_BY_ROW and name not in {new for _, new in take}:
                return self.place(left, name)
            case nodes.AsOfJoin(left=input, calls=calls) | nodes.Window(input=input, calls=calls) if name not in dict(calls):
                return self.place(input, name)
            case _:
                return self._bring(relation, name)

    def _step(self, input: Relation, expression: Expression) -> str:
        if isinstance(expression, Column):
            return self.place(input, expression.name)
        computed = transform(expression, lambda node: Column(self.place(input, node.name)) if isinstance(node, Column) else node)
        known = next((name for name, each in self.steps.items() if each == computed), None)
        if known is not None:
            return known
        name = f"#{len(self.steps)}"  # no column is called so
        self.steps[name] = computed
        return name

    def _bring(self, relation: Relation, name: str) -> str:
        if self._brought_by.setdefault(name, relation) is not relation:
            raise _TwoOfOneName()
        self.columns[name] = schema_of(relation)[name].type.name
        return name
