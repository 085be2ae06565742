"""A model as an ONNX graph of standard operators, in doubles throughout.

There is an input for each column, a vector with a value for each row: double for numbers and booleans as numbers (null is
NaN), string or int64 for categories. ONNX has no null there: a value that the model does not know stands for it, which
the model's metadata tells for each input.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from crossover.export.target import ExportTarget, Rows, Scores, refuse_kind
from crossover.learning.models.fitted import FittedModel, KMeans, LinearRegression, LogisticRegression, MultinomialRegression
from crossover.learning.models.matrix import Floats
from crossover.learning.models.scorer import code_squares
from crossover.learning.models.state import Fitted, Number, OneHot, Preparation

OPSETS = [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 3)]
IR_VERSION = 9
NUMBER, CATEGORY = "number", "category"
Category = OneHot | Any


class Target(ExportTarget):
    """`--to onnx`."""

    name = "ONNX"

    def write(self, model: FittedModel, out: Path) -> None:
        onnx.save(model_of(model), out)

    def score(self, model: FittedModel, out: Path, rows: Rows) -> Scores:
        session = onnxruntime.InferenceSession(str(out), providers=["CPUExecutionProvider"])
        found = session.run(None, feeds(model.preparation, rows))
        return dict(zip((each.name.rstrip("_") for each in session.get_outputs()), found, strict=True))

    def how(self, model: FittedModel, out: Path) -> list[str]:
        told = ", ".join(f"{name} {'double' if kind == NUMBER else _type_of(each)[1]}" for name, (kind, each) in inputs_of(model.preparation).items())
        return [
            f'session = onnxruntime.InferenceSession("{out}")',
            "session.run(None, {name: one vector with a value for each row, ...})",
            f"inputs: {told}; the null of a number is NaN, that of a category stands in session.get_modelmeta().custom_metadata_map",
        ]


def model_of(model: FittedModel) -> onnx.ModelProto:
    """Return the checked graph. Raises ConfigError for a kind of model that is not written as a graph."""
    ending = ENDINGS.get(type(model.solution))
    if ending is None:
        raise refuse_kind(model, Target.name)
    graph = _Graph()
    dense, codes = _prepared(graph, model.preparation)
    found = ending(graph, model, dense, codes)
    outputs = [_output(graph, name, each, taken=inputs_of(model.preparation)) for name, each in found.items()]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.DOUBLE if kind == NUMBER else _type_of(each)[0], ["rows"])
        for name, (kind, each) in inputs_of(model.preparation).items()
    ]
    made = helper.make_graph(graph.nodes, model.name, inputs, outputs, graph.constants)
    proto = helper.make_model(made, opset_imports=OPSETS, producer_name="crossover", ir_version=IR_VERSION)
    nulls = {f"null of {name}": str(null_of(each)) for name, (kind, each) in inputs_of(model.preparation).items() if kind == CATEGORY}
    helper.set_model_props(proto, {"kind": model.solution.kind, **nulls})
    onnx.checker.check_model(proto, full_check=True)
    return proto


def inputs_of(preparation: Preparation) -> dict[str, tuple[str, Fitted]]:
    """Return the inputs by name: a column that is a number and a category too is two of them."""
    found: dict[str, tuple[str, Fitted]] = {}
    for each in preparation.fitted:
        found.setdefault(_input(preparation, each), (NUMBER if isinstance(each, Number) else CATEGORY, each))
    return found


def _input(preparation: Preparation, fitted: Fitted) -> str:
    numbers = {each.column for each in preparation.fitted if isinstance(each, Number)}
    return f"{fitted.column} as category" if not isinstance(fitted, Number) and fitted.column in numbers else fitted.column


def feeds(preparation: Preparation, rows: Rows) -> dict[str, Any]:
    """Return rows as the graph takes them."""
    found = {}
    for name, (kind, each) in inputs_of(preparation).items():
        values = rows[each.column]
        if kind == NUMBER:
            found[name] = np.array([np.nan if value is None else float(value) for value in values])
        else:
            known = [null_of(each) if value is None else value for value in values]
            found[name] = np.array(known, dtype=object if each.type == "string" else np.int64)
    return found


def null_of(fitted: Category) -> str | int:
    """Return a value that the model does not know, which stands for null."""
    if fitted.type == "string":
        return next(text for number in range(len(fitted.values) + 1) if (text := "null" * min(number, 1) + "!" * (number - 1)) not in fitted.values)
    return next(-number for number in range(1, len(fitted.values) + 2) if -number not in fitted.values)


def _type_of(fitted: Category) -> tuple[int, str]:
    return (TensorProto.STRING, "string") if fitted.type == "string" else (TensorProto.INT64, "int64")


class _Graph:
    """Nodes and constants so far; each operator gives the name of its result."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def __call__(self, operator: str, *inputs: str, domain: str = "", **settings: Any) -> str:
        # a column of the document has no / in its name
        name = f"/{operator}/{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], domain=domain, **settings))
        return name

    def constant(self, values: Any, kind: Any = np.float64) -> str:
        name = f"/constant/{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype=kind), name))
        return name

    def labels(self, values: Sequence[Any], kind: int) -> str:
        name = f"/labels/{len(self.constants)}"
        listed: Any = [value.encode() if isinstance(value, str) else int(value) for value in values]
        self.constants.append(helper.make_tensor(name, kind, [len(listed)], listed))
        return name


def _prepared(graph: _Graph, preparation: Preparation) -> tuple[str | None, list[str]]:
    """Return the dense block (rows, p), if there is any, and the vectors of codes."""
    codes: dict[tuple[str, tuple[Any, ...]], str] = {}
    columns: list[str] = []
    for each in preparation.fitted:
        if isinstance(each, Number):
            columns += _number(graph, each)
        elif (each.column, each.values) not in codes:
            codes[each.column, each.values] = _code(graph, each, _input(preparation, each))
        if not isinstance(each, Number | OneHot):
            columns.append(graph("Gather", graph.constant(each.numbers), codes[each.column, each.values]))
    blocks = [codes[each.column, each.values] for each in preparation.one_hot]
    if not columns:
        return None, blocks
    axis = graph.constant([1], np.int64)
    return graph("Concat", *(graph("Unsqueeze", column, axis) for column in columns), axis=1), blocks


def _code(graph: _Graph, fitted: Category, name: str) -> str:
    """Return the place of each value among those that are known, and their number for all others."""
    # an encoder has at least one key
    values = list(fitted.values) or [null_of(fitted)]
    kind = "strings" if fitted.type == "string" else "int64s"
    places = list(range(len(fitted.values))) or [0]
    settings = {f"keys_{kind}": values, "values_int64s": places, "default_int64": len(fitted.values)}
    return graph("LabelEncoder", name, domain="ai.onnx.ml", **settings)


def _number(graph: _Graph, fitted: Number) -> list[str]:
    missing = graph("Or", graph("IsNaN", fitted.column), graph("IsInf", fitted.column))
    value = fitted.column
    if fitted.clip:
        value = graph("Min", graph("Max", value, graph.constant(fitted.clip[0])), graph.constant(fitted.clip[1]))
    value = graph("Where", missing, graph.constant(np.nan if fitted.impute is None else fitted.impute), value)
    if fitted.log:
        value = _log1p(graph, value)
    if fitted.scale and fitted.spread:
        value = graph("Div", graph("Sub", value, graph.constant(fitted.centre)), graph.constant(fitted.spread))
    elif fitted.scale:
        value = graph("Mul", value, graph.constant(0.0))
    return [value, graph("Cast", missing, to=TensorProto.DOUBLE)] if fitted.flag_missing else [value]


def _log1p(graph: _Graph, value: str) -> str:
    """Return ln(u) x / (u - 1) with u = 1 + x rounded, or x where u is 1: right to the last digits for small x (Kahan)."""
    one = graph.constant(1.0)
    moved = graph("Add", value, one)
    ratio = graph("Div", graph("Mul", graph("Log", moved), value), graph("Sub", moved, one))
    return graph("Where", graph("Equal", moved, one), value, ratio)


def _linear(graph: _Graph, intercepts: Floats, coefficients: Floats, preparation: Preparation, dense: str | None, codes: Sequence[str]) -> str:
    """Return intercepts (K,) + rows coefficients (d, K), as (rows, K)."""
    width = len(preparation.dense)
    parts = [graph("MatMul", dense, graph.constant(coefficients[:width]))] if dense else []
    for code, (begin, end) in zip(codes, _blocks(preparation), strict=True):
        parts.append(graph("Gather", graph.constant(coefficients[begin:end]), code))
    total = graph.constant(intercepts)
    for part in parts:
        total = graph("Add", part, total)
    return total


def _blocks(preparation: Preparation) -> list[tuple[int, int]]:
    """Return where the columns of each block of codes begin and end."""
    ends = np.cumsum([len(preparation.dense), *(block.width for block in preparation.one_hot)])
    return [(int(begin), int(end)) for begin, end in pairwise(ends)]


def _logistic(graph: _Graph, model: FittedModel, dense: str | None, codes: Sequence[str]) -> dict[str, tuple[str, int]]:
    solution = model.solution
    assert isinstance(solution, LogisticRegression)
    margins = _linear(graph, np.array([solution.intercept]), solution.coefficients.reshape(-1, 1), model.preparation, dense, codes)
    margin = graph("Squeeze", margins, graph.constant([1], np.int64))
    one = graph.constant(1.0)
    small = graph("Exp", graph("Neg", graph("Abs", margin)))
    rest = graph("Add", small, one)
    positive = graph("GreaterOrEqual", margin, graph.constant(0.0))
    probability = graph("Where", positive, graph("Div", one, rest), graph("Div", small, rest))
    decided = graph("GreaterOrEqual", probability, graph.constant(solution.threshold))
    if model.label_type == "boolean":
        return {"probability": (probability, TensorProto.DOUBLE), "prediction": (decided, TensorProto.BOOL)}
    label = graph("Cast", decided, to=TensorProto.INT64)
    return {"probability": (probability, TensorProto.DOUBLE), "prediction": (label, TensorProto.INT64)}


def _multinomial(graph: _Graph, model: FittedModel, dense: str | None, codes: Sequence[str]) -> dict[str, tuple[str, int]]:
    solution = model.solution
    assert isinstance(solution, MultinomialRegression)
    margins = _linear(graph, solution.intercepts, solution.coefficients.T, model.preparation, dense, codes)
    axis = graph.constant([1], np.int64)
    powers = graph("Exp", graph("Sub", margins, graph("ReduceMax", margins, axis, keepdims=1)))
    total = graph("ReduceSum", powers, axis, keepdims=1)
    kind = {"boolean": TensorProto.BOOL, "int": TensorProto.INT64}.get(model.label_type or "", TensorProto.STRING)
    label = graph("Gather", graph.labels(solution.classes, kind), graph("ArgMax", margins, axis=1, keepdims=0))
    found: dict[str, tuple[str, int]] = {
        "probability": (graph("Squeeze", graph("Div", graph.constant(1.0), total), axis), TensorProto.DOUBLE),
        "prediction": (label, kind),
    }
    shares = graph("Div", powers, total)
    for place, name in enumerate(solution.scored):
        found[name] = (graph("Gather", shares, graph.constant(place, np.int64), axis=1), TensorProto.DOUBLE)
    return found


def _number_predicted(graph: _Graph, model: FittedModel, dense: str | None, codes: Sequence[str]) -> dict[str, tuple[str, int]]:
    solution = model.solution
    assert isinstance(solution, LinearRegression)
    found = _linear(graph, np.array([solution.intercept]), solution.coefficients.reshape(-1, 1), model.preparation, dense, codes)
    return {"prediction": (graph("Squeeze", found, graph.constant([1], np.int64)), TensorProto.DOUBLE)}


def _k_means(graph: _Graph, model: FittedModel, dense: str | None, codes: Sequence[str]) -> dict[str, tuple[str, int]]:
    solution = model.solution
    assert isinstance(solution, KMeans)
    width = len(model.preparation.dense)
    parts = []
    if dense:
        apart = graph("Sub", graph("Unsqueeze", dense, graph.constant([1], np.int64)), graph.constant(solution.centres[None, :, :width]))
        parts.append(graph("ReduceSum", graph("Mul", apart, apart), graph.constant([2], np.int64), keepdims=0))
    for code, (begin, end) in zip(codes, _blocks(model.preparation), strict=True):
        table = np.stack([code_squares(centre[begin:end]) for centre in solution.centres], axis=1)
        parts.append(graph("Gather", graph.constant(table), code))
    squares = parts[0]
    for part in parts[1:]:
        squares = graph("Add", squares, part)
    cluster = graph("ArgMin", squares, axis=1, keepdims=0)
    least = graph("ReduceMin", squares, graph.constant([1], np.int64), keepdims=0)
    return {"cluster": (cluster, TensorProto.INT64), "distance": (graph("Sqrt", least), TensorProto.DOUBLE)}


def _output(graph: _Graph, name: str, found: tuple[str, int], taken: Collection[str]) -> Any:
    """Name a result; one that is called as an input gets an underscore behind it."""
    result, kind = found
    while name in taken:
        name += "_"
    graph.nodes.append(helper.make_node("Identity", [result], [name]))
    return helper.make_tensor_value_info(name, kind, ["rows"])


Ending = Callable[[_Graph, FittedModel, str | None, Sequence[str]], dict[str, tuple[str, int]]]
"""Returns the name and type of each result."""
ENDINGS: dict[type, Ending] = {
    LogisticRegression: _logistic, MultinomialRegression: _multinomial, LinearRegression: _number_predicted, KMeans: _k_means,
}  # fmt: skip
