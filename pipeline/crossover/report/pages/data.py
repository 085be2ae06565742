"""The data that was read: sizes, parameters and fingerprints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossover.report.amounts import NOT_KNOWN, count, size
from crossover.report.blocks import Grid, Page, Text
from crossover.report.reading import Reading


def page(reading: Reading) -> Page:
    """Return the page."""
    sizes = [(at.name, _parameters(at.parameters), count(at.rows), size(at.bytes)) for at in reading.sizes]
    inputs = [
        (at.name, str(source), count(fact.get("files")), size(fact.get("bytes")), str(fact.get("digest", NOT_KNOWN))[:16])
        for at in reading.sizes
        for source, found in at.inputs.items()
        for fact in [found if isinstance(found, Mapping) else {"digest": found}]
    ]
    return Page(
        "data",
        "The data",
        (
            Text("Every engine read the same files; a run on files with another fingerprint is refused."),
            Grid(("size", "parameters", "rows of all sources", "bytes"), sizes, left=2),
            Grid(("size", "source", "files", "bytes", "fingerprint"), inputs, left=2, folded="Fingerprints of the sources"),
        ),
    )


def _parameters(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in parameters.items()) or "none"
