"""A page for each model: how good it is, and what its evaluation shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crossover.report.blocks import Beside, Block, Grid, Page, Pictures, Text
from crossover.report.pages.evaluation import pictures
from crossover.report.reading import Reading
from crossover.report.words import number

COUNTS = frozenset({"training_rows", "test_rows", "rows_without_label"})
OF_A_GROUP = ("rows", "positives", "auc", "log_loss", "accuracy", "precision", "recall", "rmse", "mae", "r2")
MOST_ROWS = 40
"""Of a table of the model; the rest is counted."""


def pages(reading: Reading) -> Iterator[Page]:
    """Return a page for each model."""
    for place, (name, facts) in enumerate(reading.measured.models.items()):
        yield _page(reading, f"model-{place}", str(name), facts)


def _page(reading: Reading, identifier: str, name: str, facts: Mapping[str, Any]) -> Page:
    evaluation = facts.get("evaluation") or {}
    shown = pictures(identifier, evaluation)
    kind = str(facts.get("kind", "model")).replace("_", " ").replace("k means", "k-means")
    label = f" of {facts['label']}" if facts.get("label") else ""
    at = f" at size {reading.told(reading.largest)}" if reading.largest else ""
    makers = (_metrics, _gates)
    details = (_profiles, _classes, _confusion, _groups, _coefficients)
    blocks: list[Block] = [Text(f"A {kind}{label}, trained{at}.")]
    blocks += [Beside(tables)] if (tables := tuple(grid for make in makers for grid in make(facts))) else []
    blocks += [Pictures(shown)] if shown else []
    blocks += [grid for make in details for grid in make(facts)]
    return Page(identifier, f"Model {name}", tuple(blocks))


def _metrics(facts: Mapping[str, Any]) -> Iterator[Grid]:
    metrics, baseline = facts.get("metrics") or {}, facts.get("baseline") or {}
    known = {str(name): value for name, value in metrics.items() if not isinstance(value, Mapping | list)}
    judged = [(_words(name), number(value), number(baseline[name])) for name, value in known.items() if name in baseline]
    others = [(_words(name), number(value)) for name, value in known.items() if name not in baseline]
    if judged:
        yield Grid(("metric", "value", "constant answer"), judged, caption="How good it is, beside the answer that is always the same")
    if others:
        yield Grid(("metric", "value"), others, caption="Counts and other metrics")


def _gates(facts: Mapping[str, Any]) -> Iterator[Grid]:
    rows = [
        (str(each.get("reason")), str(each.get("expression", "")), "held" if each.get("held") else "MISSED", _values(each.get("values") or {}))
        for each in facts.get("gates") or ()
    ]
    if rows:
        yield Grid(("gate", "condition", "", "values"), rows, left=4)


def _values(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {number(value)}" for name, value in values.items())


def _profiles(facts: Mapping[str, Any]) -> Iterator[Grid]:
    profiles = (facts.get("evaluation") or {}).get("profiles")
    if not profiles:
        return
    groups = [*((f"cluster {each['cluster']}", each) for each in profiles["clusters"]), ("all", profiles["overall"])]
    rows = [(what, *(number(each[what]) for _, each in groups)) for what in ("rows", "share")]
    rows += [(str(name), *(number(each["means"][name]) for _, each in groups)) for name in profiles["overall"]["means"]]
    yield Grid(("", *(name for name, _ in groups)), rows, caption="Profiles: the mean of each input, in the units of the table; of a category shares")


def _classes(facts: Mapping[str, Any]) -> Iterator[Grid]:
    classes = (facts.get("evaluation") or {}).get("classes")
    if classes:
        names = list(classes[0])
        yield Grid(tuple(names), _cut([tuple(number(line[name]) for name in names) for line in classes]), caption="Each class")


def _confusion(facts: Mapping[str, Any]) -> Iterator[Grid]:
    confusion = (facts.get("evaluation") or {}).get("confusion")
    if confusion:
        names = [str(each) for each in confusion["classes"]]
        counts = next(value for name, value in confusion.items() if name != "classes")
        rows = [(name, *(number(each) for each in line)) for name, line in zip(names, counts, strict=True)]
        yield Grid(("rows of a class, by prediction", *names), _cut(rows), folded="Which class was taken for which")


def _groups(facts: Mapping[str, Any]) -> Iterator[Grid]:
    for column, lines in ((facts.get("evaluation") or {}).get("groups") or {}).items():
        names = [name for name in OF_A_GROUP if lines and name in lines[0]]
        rows = [("null" if line["value"] is None else str(line["value"]), *(number(line[name]) for name in names)) for line in lines]
        yield Grid((str(column), *(_words(name) for name in names)), _cut(rows), folded=f"By {column}")


def _coefficients(facts: Mapping[str, Any]) -> Iterator[Grid]:
    """The coefficients in the units of the table with their spread, where the model has them, else those of prepared columns."""
    told = (facts.get("facts") or {}).get("coefficients") or {}
    lines: Sequence[Mapping[str, Any]] = told.get("rows") or facts.get("coefficients") or ()
    if not lines:
        return
    names = list(dict.fromkeys(name for line in lines for name in line if name != "per_unit_of"))
    words = [name for name in names if any(isinstance(line.get(name), str) for line in lines)]
    names = [*words, *(name for name in names if name not in words)]
    rows = [tuple(_cell(line.get(name)) for name in names) for line in lines]
    of = f"; spread: {told['spread_is']}" if told.get("spread_is") else ""
    header = tuple(_words(name) for name in names)
    where = "in the units of the table" if told.get("rows") else "of the prepared columns"
    yield Grid(header, _cut(rows), left=max(len(words), 1), folded=f"Coefficients, {where}{of}")


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " to ".join(map(number, value))
    return "" if value is None else number(value)


def _cut(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    if len(rows) <= MOST_ROWS:
        return rows
    return [*rows[:MOST_ROWS], (f"... {len(rows) - MOST_ROWS:,} more in comparison.json", *("" for _ in rows[0][1:]))]


def _words(name: str) -> str:
    return name.replace("_", " ")
