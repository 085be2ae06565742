"""Which of a model's features a row gives by itself: the expressions behind its inputs, down to columns that it must bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crossover.language.tree import Column, Expression, transform
from crossover.learning.models.row_local import RowLocal
from crossover.learning.preparation.specification import Input
from crossover.relations import nodes
from crossover.relations.nodes import Relation
from crossover.relations.row_local import ROW_BY_ROW
from crossover.relations.schema import schema_of

INTERNAL = "__"
"""What columns begin with that operations make for themselves."""


def row_local(relation: Relation, inputs: Sequence[Input]) -> RowLocal:
    """Return how the inputs come from columns of sources, of joined tables, of windows and of look_backs.

    Rows are taken as they are: what a `filter` or `require` does with them is not part of it.
    """
    names = [name for each in inputs for name in each.columns]
    found = _Found()
    try:
        return found.as_written({name: found.place(relation, name) for name in names})
    except _TwoOfOneName:
        schema = schema_of(relation)
        return RowLocal({name: schema[name].type.name for name in names}, (), {name: name for name in names})


class _TwoOfOneName(Exception):
    """Two different columns that a row must bring have one name: then it brings the inputs themselves."""


class _Found:
    """What was met on the way down: columns that a row brings, and steps, inputs before readers."""

    def __init__(self) -> None:
        self.columns: dict[str, str] = {}
        self.steps: dict[str, Expression] = {}
        self._written: dict[str, str] = {}
        """Column that no user wrote (`__previous_delay_0`), and the name that it gets further down."""
        self._brought_by: dict[str, Relation] = {}
        self._places: dict[tuple[Relation, str], str] = {}

    def as_written(self, places: Mapping[str, str]) -> RowLocal:
        """Return what was found, with the names of the document. Raises _TwoOfOneName where one of them is taken."""
        if set(self._written.values()) & set(self.columns) or len(set(self._written.values())) < len(self._written):
            raise _TwoOfOneName()
        names = self._written

        def written(node: Expression) -> Expression:
            return Column(names.get(node.name, node.name)) if isinstance(node, Column) else node

        columns = {names.get(name, name): type_ for name, type_ in self.columns.items()}
        steps = tuple((name, transform(expression, written)) for name, expression in self.steps.items())
        return RowLocal(columns, steps, {name: names.get(place, place) for name, place in places.items()})

    def place(self, relation: Relation, name: str) -> str:
        """Return the column or step that a column of a relation is."""
        if (relation, name) not in self._places:
            self._places[relation, name] = self._find(relation, name)
        return self._places[relation, name]

    def _find(self, relation: Relation, name: str) -> str:
        match relation:
            case nodes.Project(input=input, columns=columns):
                return self._step(input, name, dict(columns)[name])
            case nodes.Filter(input=input) | nodes.Materialise(input=input) | nodes.FirstByKey(input=input) | nodes.TopN(input=input):
                return self.place(input, name)
            case nodes.Join(left=left, take=take, kind=kind) if kind in ROW_BY_ROW and name not in {new for _, new in take}:
                return self.place(left, name)
            case nodes.AsOfJoin(left=input, calls=calls) | nodes.Window(input=input, calls=calls) if name not in dict(calls):
                return self.place(input, name)
            case _:
                return self._bring(relation, name)

    def _step(self, input: Relation, name: str, expression: Expression) -> str:
        if isinstance(expression, Column):
            place = self.place(input, expression.name)
            if place in self.columns and place.startswith(INTERNAL) and not name.startswith(INTERNAL):
                self._written.setdefault(place, name)
            return place
        computed = transform(expression, lambda node: Column(self.place(input, node.name)) if isinstance(node, Column) else node)
        known = next((step for step, each in self.steps.items() if each == computed), None)
        if known is not None:
            return known
        step = f"#{len(self.steps)}"  # no column is called so
        self.steps[step] = computed
        return step

    def _bring(self, relation: Relation, name: str) -> str:
        if self._brought_by.setdefault(name, relation) is not relation:
            raise _TwoOfOneName()
        self.columns[name] = schema_of(relation)[name].type.name
        return name
