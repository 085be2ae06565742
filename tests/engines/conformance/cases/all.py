"""All primitives and their golden answers."""

from __future__ import annotations

from tests.engines.conformance.cases import Cases
from tests.engines.conformance.cases.hashing import HASHING
from tests.engines.conformance.cases.logic import LOGIC
from tests.engines.conformance.cases.numbers import NUMBERS
from tests.engines.conformance.cases.strings import STRINGS
from tests.engines.conformance.cases.time import TIME

CASES: dict[str, list[Cases]] = {**LOGIC, **NUMBERS, **STRINGS, **TIME, **HASHING}
