"""Why a row is set aside, word for word: every engine gives the same text.

A row whose structure is broken has one reason, the first that applies in the order of this file. Any other row
has one for each declared column that does not fit, in declared order, joined by SEPARATOR.
"""

from __future__ import annotations

from crossover.sources.specification import RAW_LIMIT, SourceColumn

NOT_UTF8 = "not valid UTF-8"
NUL = "a NUL character"
QUOTE_LEFT_OPEN = "quote left open"
TEXT_BEHIND_QUOTE = "text behind a closing quote"

SEPARATOR = "; "


def fields(found: int, expected: int) -> str:
    """Return the reason of a row that is too short or too long."""
    return f"{found} field{'' if found == 1 else 's'}, expected {expected}"


def misfit(column: SourceColumn) -> str:
    """Return the reason of a row whose cell in this column does not fit the declared type."""
    article = "an" if column.type.name == "int" else "a"
    form = f" of the form {column.format}" if column.format else ""
    return f"{column.name}: not {article} {column.type}{form}"


def bounded(raw: str) -> str:
    """Return the first RAW_LIMIT characters of the text of a row, its line end left out."""
    return raw[:RAW_LIMIT]
