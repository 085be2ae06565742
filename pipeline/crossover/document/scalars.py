"""Scalars of a document: their text, whether it was quoted, and what YAML readers do not agree on."""

from __future__ import annotations

import re
from typing import Any, Literal

Path = tuple[str | int, ...]
"""The way from the document's root to a value: keys and indices."""

Style = Literal["", "'", '"', "|", ">"]
"""How a scalar is written: plain, in quotes, as a literal or folded block."""


class Scalar(str):
    """The text of a scalar. What it is a text *of* is decided by its place in the document."""

    quoted: bool
    """True for quotes and blocks: then it is text for every YAML reader."""

    __slots__ = ("quoted",)

    def __new__(cls, text: str, *, quoted: bool = False) -> Scalar:
        self = super().__new__(cls, text)
        self.quoted = quoted
        return self


Node = dict[str, Any] | list[Any] | Scalar
"""What the reader gives: mappings, lists and scalars, nothing else."""

INTEGER = re.compile(r"[+-]?[0-9]+")
DOUBLE = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}

_BOOLEAN_WORDS = frozenset({"y", "n", "yes", "no", "on", "off"})
_NULL_WORDS = frozenset({"~", "null"})
_READINGS = (
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "a date"),
    (re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}.*"), "a timestamp"),
    (re.compile(r"[+-]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"), "a number to the base of 60"),
    (re.compile(r"[+-]?0o[0-7]+|[+-]?0x[0-9a-fA-F_]+|[+-]?0b[01_]+"), "a number"),
    (re.compile(r"[+-]?0[0-9]+"), "an octal number"),
    (re.compile(r"(?=.*_)([+-]?[0-9][0-9_]*(\.[0-9_]*)?|[+-][0-9_]+|[+-]?\.[0-9_]+)([eE][+-]?[0-9]+)?"), "a number"),
    (re.compile(r"[+-]?\.inf", re.IGNORECASE), "infinity"),
    (re.compile(r"\.nan", re.IGNORECASE), "not a number"),
    (re.compile(r"=|<<"), "a word of YAML 1.1"),
)


def other_reading(text: str) -> str | None:
    """Return what some YAML reader takes a plain scalar for, where another reads a text; None if all agree."""
    if text.lower() in _BOOLEAN_WORDS:
        return "a boolean"
    if text.lower() in _NULL_WORDS:
        return "a null"
    return next((reading for pattern, reading in _READINGS if pattern.fullmatch(text)), None)


def infer(scalar: Scalar) -> bool | int | float | str:
    """Return the literal that a scalar is when its place does not say: boolean, int, double or string."""
    text = str(scalar)
    if scalar.quoted:
        return text
    if text in BOOLEANS:
        return BOOLEANS[text]
    if INTEGER.fullmatch(text):
        return int(text)
    if DOUBLE.fullmatch(text):
        return float(text)
    return text
