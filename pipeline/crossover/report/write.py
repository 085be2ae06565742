"""A comparison's report, written: one HTML file and the same in Markdown, from comparison.json alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crossover.compare.measurement import FORMAT, Measurement
from crossover.core.errors import DataError
from crossover.report.blocks import Page
from crossover.report.html import as_html
from crossover.report.markdown import as_markdown
from crossover.report.pages import certificate, crossover, data, machine, measured, models, pictures, verdict
from crossover.report.reading import Reading
from crossover.runs.durable import write_bytes

HTML, MARKDOWN = "report.html", "report.md"


def write_report(comparison: Mapping[str, Any], folder: Path) -> tuple[Path, ...]:
    """Write report.html and report.md into a folder and return their paths. The same comparison gives the same bytes.

    Raises DataError for what is no comparison of this format.
    """
    reading = read(comparison)
    pages = pages_of(reading)
    folder.mkdir(parents=True, exist_ok=True)
    written = {HTML: as_html(f"{reading.measured.pipeline}: engines compared", pages), MARKDOWN: as_markdown(pages)}
    for name, text in written.items():
        write_bytes(folder / name, text.encode())
    return tuple(folder / name for name in written)


def read(comparison: Mapping[str, Any]) -> Reading:
    """Return a comparison to ask. Raises DataError for what is no comparison of this format."""
    if comparison.get("format") != FORMAT:
        raise DataError(f"no comparison of format {FORMAT}, but of {comparison.get('format')!r}")
    try:
        return Reading(Measurement.from_json(comparison))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"not a comparison: {type(error).__name__}: {error}") from error


def pages_of(reading: Reading) -> tuple[Page, ...]:
    """Return all parts of the report, its head first."""
    return (
        verdict.page(reading),
        certificate.page(reading),
        measured.page(reading),
        pictures.page(reading),
        *filter(None, [crossover.page(reading)]),
        *models.pages(reading),
        data.page(reading),
        machine.page(reading),
        machine.repeat(reading),
    )
