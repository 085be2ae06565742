"""Writes docs/functions.md and docs/operations.md from the code. `make docs` runs it; a test says when they are stale."""

from __future__ import annotations

from pathlib import Path

from crossover.language.functions import FUNCTIONS
from crossover.language.primitives import AGGREGATES, WINDOW_FUNCTIONS
from crossover.language.show import show
from crossover.language.tree import literal
from crossover.operations import OPERATIONS
from crossover.operations.operation import Operation

HERE = Path(__file__).parent
_SHOWN = {"count_rows": "count(*)", "count_distinct": "count(distinct x)", "row_number": "row_number()", "rank": "rank()",
          "dense_rank": "dense_rank()", "lag": "lag(x[, n])"}  # fmt: skip


def functions() -> str:
    """Return the reference of functions."""
    lines = [
        "# Functions",
        "",
        "Generated from the code by `make docs`. Each example is run on every engine by the tests. Where nothing is said,",
        "any null argument gives null. Kinds: `number` is int or double, `time` is date or timestamp; an int goes where a",
        "double is wanted, a date where a timestamp is.",
        "",
        "| written | result | null | example |",
        "|---|---|---|---|",
    ]
    for function in FUNCTIONS.values():
        text, value = function.example
        shown = show(literal(value)) if isinstance(value, bool | int | float | str) else str(value)
        cells = [f"`{function.signature}`", function.meaning, function.nulls, f"`{text}` is `{shown}`"]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    lines += ["| `cast(x as TYPE)` | as the type | what cannot be cast is null | `cast('12' as int)` is `12` |"]
    lines += ["| `case when c then v ... else w end` | the value of the first condition that is true | without `else` null | |", ""]
    lines += ["## Aggregates", "", "In `aggregate`, `window`, `pivot`, `look_back` and `look_ahead`; each may have `filter (where condition)` behind", "it, first and last alone may not.", ""]
    lines += ["| written | meaning |", "|---|---|"]
    lines += [f"| `{_SHOWN.get(name, f'{name}(x)')}` | {meaning} |" for name, meaning in AGGREGATES.items()]
    lines += ["", "In `window` with an order also:", "", "| written | meaning |", "|---|---|"]
    lines += [f"| `{_SHOWN.get(name, name)}` | {meaning} |" for name, meaning in WINDOW_FUNCTIONS.items()]
    return "\n".join(lines) + "\n"


def operations() -> str:
    """Return the reference of operations."""
    lines = ["# Operations", "", "Generated from the code by `make docs`: what each step means, and its options.", ""]
    for verb, operation in OPERATIONS.items():
        lines += [f"## {verb}", "", *_paragraphs(operation), "", *_options(verb, operation), ""]
    return "\n".join(lines).rstrip() + "\n"


def _paragraphs(operation: type[Operation]) -> list[str]:
    return [line.strip() for line in (operation.__doc__ or "").strip().splitlines()]


def _options(verb: str, operation: type[Operation]) -> list[str]:
    lines = ["| option | default |", "|---|---|"]
    for name, field in operation.model_fields.items():
        if field.alias == verb:
            continue
        shown = "must be given" if field.is_required() else "" if field.default in (None, "", ()) else str(field.default).lower()
        lines.append(f"| `{field.alias or name}` | {shown} |")
    return lines if len(lines) > 2 else []


if __name__ == "__main__":
    (HERE / "functions.md").write_text(functions(), encoding="utf-8")
    (HERE / "operations.md").write_text(operations(), encoding="utf-8")
