"""Messages, to the byte: what the user sees of a mistake. Where a line has a code, nothing but that may change it."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossover.core.errors import ConfigError, Problem
from crossover.document.load import read_text
from crossover.document.problems import report, show

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "messages"

# Code -> document, and lines (from 1) replaced by others; None takes a line away.
MISTAKES: dict[str, tuple[str, dict[int, str | None]]] = {
    "unknown-option": ("conf/flights.yaml", {45: "    - {left_join: planes, on: [tailnum]}"}),
    "parameter-form": ("conf/flights.yaml", {54: "        late: arr_delay > ${late_after}"}),
    "flow-expression": (
        "conf/segments.yaml",
        {32: "    - derive: {paid: quantity * price, refunded: coalesce(returned, 0) * price}", 33: None, 34: None},
    ),
    "ambiguous-scalar": ("conf/retail.yaml", {6: "  test_from: 2011-09-01"}),
    "yaml": ("conf/retail.yaml", {27: "        cancelled: 'C' = substring(invoice, 1, 1)"}),
    "one-operation": ("conf/retail.yaml", {33: "      aggregate:"}),
}


def problems_of(text: str, path: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read_text(text, path).problems.raise_if_any()
    return str(caught.value) + "\n"


def document(path: str) -> list[str]:
    return (ROOT / path).read_text(encoding="utf-8").splitlines()


def with_mistake(path: str, changes: dict[int, str | None]) -> str:
    lines = [changes.get(number, line) for number, line in enumerate(document(path), start=1)]
    return "\n".join(line for line in lines if line is not None) + "\n"


@pytest.mark.parametrize("code", MISTAKES)
def test_a_mistake_is_shown_with_place_line_and_remedy(code: str) -> None:
    path, changes = MISTAKES[code]
    found = problems_of(with_mistake(path, changes), path)
    golden = (GOLDEN / f"{code}.txt").read_text(encoding="utf-8")
    if path == "conf/flights.yaml":
        assert found == golden
    else:  # the other documents have parts that are not built yet, which are reported as well
        assert golden in found
        assert found.count(f"[{code}]") == 1


@pytest.mark.parametrize("name", ["sources", "steps", "parameters", "uses"])
def test_all_mistakes_of_a_document_come_at_once_and_in_order(name: str) -> None:
    text = (GOLDEN / f"{name}.yaml").read_text(encoding="utf-8")
    assert problems_of(text, f"{name}.yaml") == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_twenty_mistakes_are_shown_and_the_others_counted() -> None:
    many = [Problem(line, 1, "name", "wrong", "a.yaml") for line in range(1, 26)]
    shown = report(many, lambda number: f"line {number}")
    assert shown.count("[name]") == 20
    assert shown.endswith("\nand 5 more mistakes: mend these first")


def test_a_mistake_of_the_command_has_no_line() -> None:
    shown = show(Problem(0, 0, "wrong-value", "`x` is not a number", "--set late_after=x"), lambda number: "never shown")
    assert shown == f"{'--set late_after=x: `x` is not a number':<124}[wrong-value]"


def test_control_characters_of_a_document_do_not_reach_the_terminal() -> None:
    shown = show(Problem(1, 1, "yaml", "wrong", "a.yaml"), lambda number: "a: \x1b[31mred")
    assert "\x1b" not in shown
    assert "a:  [31mred" in shown
