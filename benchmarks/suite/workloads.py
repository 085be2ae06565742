"""Which documents the suite runs, and who does the same work by hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DOCUMENTS = Path(__file__).parents[2] / "conf"


@dataclass(frozen=True)
class Workload:
    """A document, its generated data, and for each engine the programs that it is held against, its own library's first."""

    name: str
    generate: str
    model: str
    table: str
    """What our run calls the table that the model reads."""
    by_hand: dict[str, tuple[str, ...]]
    formats: tuple[str, ...]
    is_given: bool = False
    """Whether the program is given centres and rows by our run."""

    def document(self, file_format: str, folder: Path) -> Path:
        """Return the document over files of a format; a copy where that is not its own."""
        text = (DOCUMENTS / f"{self.name}.yaml").read_text(encoding="utf-8")
        if file_format != "as written":
            text = text.replace("*.parquet", f"*.{file_format}").replace("*.csv", f"*.{file_format}")
        path = folder / f"{self.name}-{file_format.replace(' ', '-')}.yaml"
        path.write_text(text, encoding="utf-8")
        return path


WORKLOADS = {
    each.name: each
    for each in (
        Workload(
            "segments",
            "retail",
            "segments",
            "customers-for-segments",
            {"pandas": ("by_hand_pandas", "by_expert_pandas"), "polars": ("by_hand_polars", "by_hand_pandas", "by_expert_pandas"), "spark": ("by_hand_spark",)},
            ("parquet", "csv"),
            is_given=True,
        ),
        Workload(
            "fraud",
            "payments",
            "fraud",
            "transactions-for-fraud",
            {"pandas": ("by_hand_pandas",), "polars": ("by_hand_polars",), "spark": ("by_hand_spark",)},
            ("as written",),
        ),
    )
}
