"""Which documents the suite runs, and who does the same work by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DOCUMENTS = Path(__file__).parents[2] / "conf"


@dataclass(frozen=True)
class Workload:
    """A document, its data, and for each engine the programs that it is held against, its own library's first."""

    name: str
    model: str
    table: str
    """What our run calls the table that the model reads."""
    by_hand: Mapping[str, tuple[str, ...]]
    generate: str = ""
    """Which data is generated; empty where real data is copied, so many times as the scale says."""
    scales: tuple[str, ...] = ("0.1", "1")
    formats: tuple[str, ...] = ("as written",)
    settings: Mapping[str, str] = field(default_factory=dict)
    """Parameters beside `data`; `{data}` stands for its folder."""
    is_given: bool = False
    """Whether the program is given centres and rows by our run."""

    def document(self, file_format: str, folder: Path) -> Path:
        """Return the document over files of a format; a copy where that is not its own."""
        text = self.own_document.read_text(encoding="utf-8")
        if file_format != "as written":
            text = text.replace("*.parquet", f"*.{file_format}").replace("*.csv", f"*.{file_format}")
        path = folder / f"{self.name}-{file_format.replace(' ', '-')}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    @property
    def own_document(self) -> Path:
        return DOCUMENTS / f"{self.name}.yaml"

    def data_at(self, folder: Path) -> dict[str, str]:
        """Return the parameters that let the document read a folder."""
        return {"data": str(folder), **{name: value.format(data=folder) for name, value in self.settings.items()}}


EACH_ALONE = {"pandas": ("by_hand_pandas",), "polars": ("by_hand_polars",), "spark": ("by_hand_spark",)}

WORKLOADS = {
    each.name: each
    for each in (
        Workload(
            "segments",
            "segments",
            "customers-for-segments",
            {"pandas": ("by_hand_pandas", "by_expert_pandas"), "polars": ("by_hand_polars", "by_hand_pandas", "by_expert_pandas"), "spark": ("by_hand_spark",)},
            generate="retail",
            formats=("parquet", "csv"),
            is_given=True,
        ),
        Workload("fraud", "fraud", "transactions-for-fraud", EACH_ALONE, generate="payments"),
        # 5 million rows each, of 336,776 flights and 240,000 trips
        Workload("flights", "late", "flights-for-late", EACH_ALONE, scales=("15",)),
        Workload("taxi", "generous", "trips-for-generous", EACH_ALONE, scales=("21",), settings={"trips": "{data}/trips/*.csv"}),
    )
}
