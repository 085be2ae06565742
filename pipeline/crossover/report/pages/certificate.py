"""The parity certificate: at each size, what was compared and how far apart the answers are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crossover.compare.certificate_words import certificate_lines
from crossover.compare.difference import Difference
from crossover.compare.measurement import MeasuredSize
from crossover.report.amounts import NOT_KNOWN, count
from crossover.report.blocks import Block, Code, Grid, Page, Points, Text
from crossover.report.reading import Reading

SAME = {True: "yes", False: "NO", None: "not compared"}


def page(reading: Reading) -> Page:
    """Return the page; every figure on it comes from the certificates."""
    rows = [_size(reading, size) for size in reading.sizes]
    header = ("size", "same answer", "comparisons", "that differ", "cells compared", "largest difference / allowed")
    blocks: list[Block] = [
        Text("Each engine's tables, fitted states, models, metrics and scores are compared with those of the first, cell by cell and row by row."),
        Grid(header, rows, left=2),
    ]
    blocks += _allowed(reading)
    blocks += _details(reading)
    blocks += _in_full(reading)
    return Page("same-answer", "Is it the same answer?", tuple(blocks))


def _size(reading: Reading, size: MeasuredSize) -> tuple[str, ...]:
    parts = _parts(size)
    cells = sum(part["rows"] * part["columns"] for part in parts if part.get("rows") is not None and part.get("columns"))
    strains = [strain for part in parts if (strain := _strain(part)) is not None]
    differing = sum(not part["same"] for part in parts)
    part = f"{max(strains):.2%}" if strains and max(strains) >= 0.0001 else "under 0.01%" if strains else NOT_KNOWN
    return (reading.told(size), SAME[size.same_answer], count(len(parts)), count(differing), count(cells), part)


def _details(reading: Reading) -> Iterator[Grid]:
    rows = [
        (
            size.name, str(part["name"]), " and ".join(part["engines"]), SAME[bool(part["same"])], _difference(part),
            count(part.get("differences", 0)), count(part.get("rows")),
        )
        for size in reading.sizes
        for part in _parts(size)
    ]  # fmt: skip
    if rows:
        header = ("size", "compared", "engines", "same", "the first difference, or else the largest", "differences", "rows")
        yield Grid(header, rows, left=5, folded=f"All {len(rows)} comparisons", wide=True)


def _in_full(reading: Reading) -> Iterator[Code]:
    """Return the certificate of the largest size that has one: keys, checksums, each inexact column, proofs, rows near a threshold."""
    size = next((size for size in reversed(reading.sizes) if size.certificate), None)
    if size is not None and size.certificate:
        yield Code(tuple(certificate_lines(size.certificate)), folded=f"The certificate of size {reading.told(size)}, in full")


def _difference(part: Mapping[str, Any]) -> str:
    found = part.get("first") or part.get("largest")
    return str(Difference(**found)) if found else "none"


def _strain(part: Mapping[str, Any]) -> float | None:
    """Return the largest difference divided by what is allowed, where that is judged."""
    found = part.get("largest")
    if not found or not found.get("allowed") or found.get("absolute") is None:
        return None
    return float(found["absolute"]) / float(found["allowed"])


def _allowed(reading: Reading) -> Iterator[Block]:
    tolerances: dict[str, str] = {}
    for size in reading.sizes:
        tolerances |= {str(what): str(allowed) for what, allowed in (size.certificate or {}).get("tolerances", {}).items()}
    if tolerances:
        yield Text("What may differ, and by how much:")
        yield Points(tuple(f"{what}: {allowed}" for what, allowed in tolerances.items()))


def _parts(size: MeasuredSize) -> list[Mapping[str, Any]]:
    return list((size.certificate or {}).get("parts", ()))
