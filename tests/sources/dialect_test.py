"""The patterns of the dialect, for engines that have regular expressions alone, against the slow tokeniser."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossover.sources.dialect import Dialect, field_pattern, open_quote_pattern, record_pattern, split_fields
from crossover.sources.records import quoting_fault
from tests.sources.tokeniser import tokenise

LINES = st.text(alphabet='",;^]ab \\', max_size=14)


@pytest.mark.parametrize("delimiter", [",", ";", "^", "]", "\\", " "])
@given(line=LINES)
@settings(max_examples=400, deadline=None)
def test_a_line_is_what_the_tokeniser_says(delimiter: str, line: str) -> None:
    dialect = Dialect(delimiter, "utf-8", multiline=False)
    record = next(tokenise(line.encode(), delimiter), None)
    fault = record.fault if record else None
    assert quoting_fault(line.encode(), dialect) == fault
    assert bool(re.fullmatch(record_pattern(delimiter), line)) == (fault is None)
    assert bool(re.fullmatch(open_quote_pattern(delimiter), line)) == (fault == "quote left open")
    if fault is None and record:
        assert split_fields(line.encode(), dialect) == record.fields


def test_fields_can_be_counted_by_their_pattern() -> None:
    fields = re.compile(field_pattern(",") + "(?:,|$)")
    assert [found.group() for found in fields.finditer('a,"b,""c",')][:3] == ["a,", '"b,""c",', ""]
