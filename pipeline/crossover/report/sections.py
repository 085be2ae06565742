"""A card's facts as sections of lines and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crossover.report.words import listed, number

MOST_ROWS = 40
"""Of a table; the rest is counted. All of it stands in the JSON card."""
OF_GROUPS = ("least_", "most_")
"""Beginnings of metrics over groups, which have a table of their own."""

Table = tuple[tuple[str, ...], Sequence[tuple[str, ...]]]
"""Headings and rows."""


@dataclass(frozen=True)
class Section:
    """A heading with lines, a table below them, and lines of code."""

    title: str
    lines: tuple[str, ...] = ()
    table: Table | None = None
    code: tuple[str, ...] = ()


def sections_of(facts: Mapping[str, Any]) -> tuple[Section, ...]:
    """Return the sections that have something to say."""
    return tuple(section for make in _SECTIONS for section in make(facts) if section.lines or section.table or section.code)


def _what(facts: Mapping[str, Any]) -> Iterator[Section]:
    settings = ", ".join(f"{name}: {_told(value)}" for name, value in facts["settings"].items() if name != "classes")
    yield Section("What it is", tuple(filter(None, [facts["about"], facts["what"], f"Settings: {settings}." if settings else ""])))


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_told(each)}" for name, each in value.items())
    return listed([_told(each) for each in value]) if isinstance(value, list | tuple) else number(value)


def _data(facts: Mapping[str, Any]) -> Iterator[Section]:
    data = facts["data"]
    lines = [f"Document `{data['document']}`, table `{data['table']}`" + (f", rows where {data['rows']}." if data["rows"] else ".")]
    lines.append(f"Learned from {data['training_rows']:,} rows" + (f"; split {_split(data['split'])}." if data["split"] else "; no split."))
    counted = ", ".join(f"{name.replace('_', ' ')} {value:,}" for name, value in data["counts"].items() if value is not None)
    lines += [f"Counted: {counted}."] if counted else []
    if data["parameters"]:
        lines.append("Parameters: " + ", ".join(f"{name} = {value}" for name, value in data["parameters"].items()) + ".")
    rows = [
        (name, source["path"], number(source.get("files", "")), number(source.get("bytes", "")), str(source.get("digest", ""))[:16])
        for name, source in data["sources"].items()
    ]
    yield Section("From which data", tuple(lines), (("source", "path", "files", "bytes", "fingerprint"), rows))


def _split(split: Mapping[str, Any]) -> str:
    if "time" in split:
        return f"by time: `{split['time']}` before {split['test_from']}, tested from then on"
    by = f" by {', '.join(split['by'])}" if split.get("by") else ""
    return f"by hash{by}: {number(split['test'])} of the rows are for the test"


def _inputs(facts: Mapping[str, Any]) -> Iterator[Section]:
    rows = [(each["column"], each["type"], each["preparation"]) for each in facts["inputs"]]
    yield Section("What it sees", (), _cut(("column", "type", "preparation"), rows))


def _coefficients(facts: Mapping[str, Any]) -> Iterator[Section]:
    learned = facts["learned"]
    if learned.get("drivers"):
        yield Section("What drives the prediction", _first([str(each["words"]) for each in learned["drivers"]], 12))
    coefficients = learned.get("coefficients")
    if coefficients is None:
        return
    told = coefficients.get("rows", [])
    columns = [name for name in dict.fromkeys(name for row in told for name in row) if name not in ("name", "per_unit_of")]
    rows = [
        (str(row["name"]) + (f" (per {row['per_unit_of']})" if row.get("per_unit_of") else ""), *(_cell(row.get(name)) for name in columns))
        for row in told
    ]
    said = coefficients.get("spread_is")
    lines = (f"In the units of the table; spread: {said}.",) if said else ("In the units of the table.",)
    yield Section("Coefficients", lines, _cut(("", *(name.replace("_", " ") for name in columns)), rows))


def _clusters(facts: Mapping[str, Any]) -> Iterator[Section]:
    learned = facts["learned"]
    profiles = learned.get("profiles")
    if profiles:
        groups = [*((f"cluster {each['cluster']}", each) for each in profiles["clusters"]), ("all", profiles["overall"])]
        rows = [("rows", *(number(each["rows"]) for _, each in groups)), ("share", *(number(each["share"]) for _, each in groups))]
        rows += [(name, *(number(each["means"][name]) for _, each in groups)) for name in profiles["overall"]["means"]]
        lines = ("The mean of each input over the rows that were judged, in the units of the table; of a category shares.",)
        yield Section("Clusters", lines, _cut(("", *(name for name, _ in groups)), rows))
    elif learned.get("centres"):
        centres = learned["centres"]
        rows = [(name, *(number(each[name]) for each in centres)) for name in centres[0]]
        yield Section("Centres", ("In the units of the table.",), _cut(("", *map(str, range(len(centres)))), rows))


def _metrics(facts: Mapping[str, Any]) -> Iterator[Section]:
    counts = set(facts["data"]["counts"])
    rows = [
        (each["name"], number(each["value"]), number(each["baseline"]) if "baseline" in each else "")
        for each in facts["metrics"]
        if each["name"] not in counts and not each["name"].startswith(OF_GROUPS)
    ]
    proof = [f"{name.replace('_', ' ')} {value:.1e}" for name, value in facts["optimum"].items() if name != "objective"]
    lines = (f"Proof of the optimum: {', '.join(proof)}.",) if proof else ()
    if rows:
        yield Section("How good it is", lines, (("metric", "value", "constant answer"), rows))
    gates = [(each["reason"], each["expression"], "held" if each["held"] else "MISSED", _values(each["values"])) for each in facts["gates"]]
    if gates:
        yield Section("Gates", (), (("reason", "condition", "", "values"), gates))


_OF_A_GROUP = ("rows", "positives", "auc", "log_loss", "accuracy", "precision", "recall", "rmse", "mae", "r2")


def _groups(facts: Mapping[str, Any]) -> Iterator[Section]:
    for column, lines in facts["groups"].items():
        names = [name for name in _OF_A_GROUP if lines and name in lines[0]]
        rows = [(_cell(line["value"]) or "null", *(number(line[name]) for name in names)) for line in lines]
        yield Section(f"By {column}", (), _cut((column, *names), rows))


def _values(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {number(value)}" for name, value in values.items())


def _limits(facts: Mapping[str, Any]) -> Iterator[Section]:
    yield Section("Limits and warnings", tuple([f"Warning: {each}." for each in facts["warnings"]] + facts["limits"]))


def _run(facts: Mapping[str, Any]) -> Iterator[Section]:
    run = facts["run"]
    lines = []
    if "run" in run:
        lines.append(f"Run {run['run']} on {run['engine']}, begun {run['started']}.")
    if "commit" in run:
        agreed = f"; {', '.join(run['agreed'])} gave the same answer" if run["agreed"] else ""
        lines.append(f"Commit {run['commit']:06d}, {run['status']}{agreed}.")
    if "versions" in run:
        lines.append("Versions: " + ", ".join(f"{name} {version}" for name, version in run["versions"].items()) + ".")
    yield Section("Where it comes from", tuple(lines))


def _score(facts: Mapping[str, Any]) -> Iterator[Section]:
    yield Section("How to score with it", (), None, tuple(facts["score"]))


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " to ".join(map(number, value))
    return "" if value is None else number(value)


def _cut(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    if len(rows) <= MOST_ROWS:
        return header, rows
    more = (f"... {len(rows) - MOST_ROWS:,} more in the JSON card", *("" for _ in header[1:]))
    return header, [*rows[:MOST_ROWS], more]


def _first(lines: list[str], most: int) -> tuple[str, ...]:
    return tuple(lines[:most]) + ((f"... {len(lines) - most:,} more in the JSON card",) if len(lines) > most else ())


_SECTIONS: tuple[Callable[[Mapping[str, Any]], Iterator[Section]], ...] = (
    _what, _data, _inputs, _coefficients, _clusters, _metrics, _groups, _limits, _run, _score,
)  # fmt: skip
