"""The manual shows what is: its examples stand in the documents, its messages are those that are printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crossover.document.sections import Document, ModelSection, SourceSection
from crossover.operations import OPERATIONS

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", MANUAL, re.DOTALL))
def test_examples_are_parts_of_documents(example: str) -> None:
    assert any(example in document.read_text(encoding="utf-8") for document in (ROOT / "conf").glob("*.yaml"))


def test_the_message_is_the_one_that_is_printed() -> None:
    golden = (ROOT / "tests" / "golden" / "messages" / "unknown-option.txt").read_text(encoding="utf-8")
    assert f"```text\n{golden}```" in MANUAL


def test_every_operation_that_exists_is_named_and_no_other() -> None:
    assert re.findall(r"\]\(operations\.md#(\w+)\)", MANUAL) == list(OPERATIONS)


@pytest.mark.parametrize("section", [Document, SourceSection, ModelSection])
def test_every_setting_is_described(section: type[Document | SourceSection | ModelSection]) -> None:
    settings = {field.alias or name for name, field in section.model_fields.items()} - {"stages", "format"}
    described = set(re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in MANUAL.splitlines() if line.startswith("| `"))))
    assert settings <= described
