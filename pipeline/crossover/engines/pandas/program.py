"""Several expressions as one list of steps, each shared sub-expression once, run over blocks of rows.

A block is small enough for its temporaries to stay in the processor's cache. Floating-point flags, which cost
nothing, tell whether a block can hold a value that is not finite; only then `finite` looks at the values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from crossover.core.errors import InternalError
from crossover.engines.pandas import expressions, logic
from crossover.engines.pandas.frames import Column as FrameColumn
from crossover.engines.pandas.frames import Frame
from crossover.engines.pandas.texts import TEXT
from crossover.engines.pandas.vectors import Mask, Vector
from crossover.language.tree import Call, Case, Column, Expression, Literal, columns_of
from crossover.language.types import BOOLEAN, STRING

BLOCK = 65_536


@dataclass(eq=False)
class Step:
    """One value of a block: a column, or a function of earlier steps."""

    function: Callable[..., Vector]
    inputs: tuple[int, ...] = ()
    column: str | None = None
    constant: bool = False
    whole: bool = False
    finite: bool = False
    """Whether it only matters if a value is not finite."""
    unbounded: bool = False


def _never(*_: Vector) -> Vector:
    raise InternalError("a column is no function")


class Program:
    """Steps for some expressions. `value` asks for an expression, `truth` for where a condition is true."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._known: dict[tuple[str, Expression], int] = {}

    # building

    def value(self, expression: Expression) -> int:
        return self._step("value", expression)

    def truth(self, expression: Expression) -> int:
        return self._step("true", expression)

    def _step(self, aspect: str, expression: Expression) -> int:
        key = (aspect, expression)
        if key not in self._known:
            step = _ASPECTS[aspect](self, expression)
            if step.inputs:
                inputs = [self.steps[each] for each in step.inputs]
                step.constant = step.constant or all(each.constant for each in inputs)
            self.steps.append(step)
            self._known[key] = len(self.steps) - 1
        return self._known[key]

    def _of_value(self, expression: Expression) -> Step:
        match expression:
            case Column(name=name):
                return Step(_never, column=name)
            case Literal(value=value, type=type_):
                return Step(lambda: expressions.constant(value, type_), constant=True)
            case Case(branches=branches, otherwise=otherwise):
                parts = [(self.truth(condition), self.value(value)) for condition, value in branches]
                return Step(logic.case, (self.value(otherwise), *(slot for part in parts for slot in part)))
            case Call(function=name, arguments=arguments):
                return self._of_call(name, arguments)
            case _:
                raise InternalError(f"a lowered expression has no {type(expression).__name__}")

    def _of_call(self, name: str, arguments: Sequence[Expression]) -> Step:
        if name in expressions.ASPECTS:
            inputs = tuple(self._step(aspect, arguments[0]) for aspect in expressions.ASPECTS[name])
        else:
            inputs = tuple(self.value(argument) for argument in arguments)
        return Step(
            expressions.PRIMITIVES[name],
            inputs,
            whole=name in expressions.WHOLE or _combines_columns(name, arguments),
            finite=name == "finite",
            unbounded=name in expressions.UNBOUNDED,
        )

    def _of_days(self, expression: Expression) -> Step:
        return Step(expressions.days, (self.value(expression),))

    def _of_months(self, expression: Expression) -> Step:
        return Step(expressions.months, (self._step("days", expression),))

    def _of_truth(self, expression: Expression) -> Step:
        """Where it is true. Nulls need no mask there: null and false alike are not true."""
        match expression:
            case Call(function="and", arguments=(a, b)):
                return Step(_both, (self.truth(a), self.truth(b)))
            case Call(function="or", arguments=(a, b)):
                return Step(_either, (self.truth(a), self.truth(b)))
            case Call(function="not", arguments=(a,)):
                return Step(_same, (self._step("false", a),))
            case Call(function=name, arguments=(a, b)) if name in _TRUE:
                return Step(_mask(_TRUE[name]), (self.value(a), self.value(b)))
            case _:
                return Step(_same, (self.value(expression),))

    def _of_falsehood(self, expression: Expression) -> Step:
        match expression:
            case Call(function="and", arguments=(a, b)):
                return Step(_either, (self._step("false", a), self._step("false", b)))
            case Call(function="or", arguments=(a, b)):
                return Step(_both, (self._step("false", a), self._step("false", b)))
            case Call(function="not", arguments=(a,)):
                return Step(_same, (self.truth(a),))
            case Call(function="is_null", arguments=(a,)):
                return Step(_known, (self.value(a),))
            case Call(function=name, arguments=(a, b)) if name in _TURNED:
                # not a < b is b <= a, where neither is null
                return Step(_mask(_TURNED[name]), (self.value(b), self.value(a)))
            case _:
                return Step(expressions.PRIMITIVES["not"], (self.value(expression),))

    # running

    def run(self, frame: Frame, wanted: Sequence[int]) -> list[FrameColumn]:
        """Return the wanted steps as columns of the frame's rows."""
        return _Run(self.steps, frame).columns(wanted)


def _combines_columns(name: str, arguments: Sequence[Expression]) -> bool:
    """Whether a text function is computed over combinations of values, for which a new dictionary is made."""
    varying = [argument for argument in arguments if columns_of(argument)]
    by_string = name != "int_to_string" and (name != "substring" or varying[:1] == [arguments[0]])
    return name in TEXT and bool(varying) and not (len(varying) == 1 and by_string)


def _both(a: Vector, b: Vector) -> Vector:
    return Vector(BOOLEAN, a.data & b.data)


def _either(a: Vector, b: Vector) -> Vector:
    return Vector(BOOLEAN, a.data | b.data)


def _same(a: Vector) -> Vector:
    return Vector(BOOLEAN, a.data)


def _known(a: Vector) -> Vector:
    return Vector(BOOLEAN, np.ones(len(a), dtype=np.bool_) if a.known is None else a.known)


def _mask(true: Callable[[Vector, Vector], Mask]) -> Callable[[Vector, Vector], Vector]:
    return lambda a, b: Vector(BOOLEAN, true(a, b))


_ASPECTS: dict[str, Callable[[Program, Expression], Step]] = {
    "value": Program._of_value,
    "true": Program._of_truth,
    "false": Program._of_falsehood,
    "days": Program._of_days,
    "months": Program._of_months,
}
_TRUE = {"equal": logic.is_equal, "less": logic.less, "less_equal": logic.less_equal}
_TURNED = {"less": logic.less_equal, "less_equal": logic.less}


class _Run:
    """One run of steps over a frame."""

    def __init__(self, steps: Sequence[Step], frame: Frame) -> None:
        self._steps = steps
        self._frame = frame
        self._flagged = False
        self._whole: dict[int, Vector] = {}

    def columns(self, wanted: Sequence[int]) -> list[FrameColumn]:
        with np.errstate(all="call", under="ignore", call=self._flag):
            self._run_whole()
            computed = [slot for slot in dict.fromkeys(wanted) if slot not in self._whole and not self._steps[slot].column]
            vectors = self._run_blocks(computed)
        result = []
        for slot in wanted:
            name = self._steps[slot].column
            vector = vectors[slot] if slot in vectors else self._whole.get(slot)
            result.append(self._frame.columns[name] if name else FrameColumn(vector))
        return result

    def _flag(self, kind: str, flag: int) -> None:
        self._flagged = True

    def _run_whole(self) -> None:
        """Run constants, and what is not computed in blocks, with all that these need."""
        needed: set[int] = set()
        for slot in range(len(self._steps) - 1, -1, -1):
            step = self._steps[slot]
            if step.whole or step.constant or slot in needed:
                needed.add(slot)
                needed.update(step.inputs)
        for slot in sorted(needed):
            step = self._steps[slot]
            if step.column:
                self._whole[slot] = self._frame[step.column]
            else:
                self._whole[slot] = self._computed(step, [self._whole[each] for each in step.inputs])

    def _computed(self, step: Step, inputs: Sequence[Vector]) -> Vector:
        if step.finite and not self._flagged:
            return inputs[0]
        result = step.function(*inputs)
        self._flagged |= step.unbounded
        if step.constant:
            result.constant = True
        elif result.valid is not None and len(result.valid) != len(result.data):
            result.valid = np.broadcast_to(result.valid, result.data.shape)
        return result

    def _run_blocks(self, wanted: Sequence[int]) -> dict[int, Vector]:
        rows = self._frame.rows
        slots = self._slots_for(wanted)
        outputs = {slot: _Output(rows) for slot in wanted}
        base = self._flagged
        sources = {slot: self._frame[name] for slot in slots if (name := self._steps[slot].column)}
        for start in range(0, max(rows, 1), BLOCK):
            block = slice(start, min(start + BLOCK, rows))
            self._flagged = base
            values: dict[int, Vector] = {}
            for slot in slots:
                if slot in self._whole:
                    values[slot] = self._whole[slot].part(block)
                elif slot in sources:
                    values[slot] = sources[slot].part(block)
                else:
                    step = self._steps[slot]
                    values[slot] = self._computed(step, [values[each] for each in step.inputs])
            for slot in wanted:
                outputs[slot].put(block, values[slot])
        return {slot: output.vector() for slot, output in outputs.items()}

    def _slots_for(self, wanted: Sequence[int]) -> list[int]:
        """Return all steps that a block needs, in their order."""
        needed = set(wanted)
        for slot in sorted(range(len(self._steps)), reverse=True):
            if slot in needed and slot not in self._whole:
                needed.update(self._steps[slot].inputs)
        return sorted(needed)


class _Output:
    """A column that is filled block by block."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._first: Vector | None = None
        self._result: Vector | None = None

    def put(self, block: slice, part: Vector) -> None:
        if self._result is None:
            self._result = Vector(part.type, np.empty(self._rows, dtype=part.data.dtype), None, part.dictionary)
        result = self._result
        if part.type == STRING and part.dictionary is not result.dictionary:
            raise InternalError("a block made a dictionary of its own")
        result.data[block] = part.data
        if part.valid is not None and result.valid is None:
            result.valid = np.ones(self._rows, dtype=np.bool_)
        if part.valid is not None and result.valid is not None:
            result.valid[block] = part.valid

    def vector(self) -> Vector:
        assert self._result is not None
        return self._result
