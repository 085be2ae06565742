"""A wide table and its document: numbers of several kinds with nulls, and one text of many values.

    python -m benchmarks.wide.data FOLDER ROWS NUMBERS VALUES

A seed gives the same file. Columns come in groups of six, one for each way of preparing numbers, so that none is cheap.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

BLOCK = 50_000
PREPARED = (
    "impute: median, scale: standard",
    "clip: [0.01, 0.99], impute: median, log: true, scale: standard",
    "impute: mean, scale: min_max",
    "impute: 0, flag_missing: true, scale: standard",
    "clip: [0.05, 0.95], impute: mean, scale: standard",
    "impute: median, scale: robust",
)
"""The inputs of each sixth of the numbers."""


def names(numbers: int) -> list[str]:
    return [f"n{number:03d}" for number in range(numbers)]


def write(folder: Path, rows: int, numbers: int, values: int, seed: int = 11) -> Path:
    """Write wide.parquet and wide.yaml; return the document's path."""
    folder.mkdir(parents=True, exist_ok=True)
    blocks = _blocks(rows, numbers, values, seed)
    first = next(blocks)
    with pq.ParquetWriter(folder / "wide.parquet", first.schema, compression="zstd") as file:
        file.write_table(first)
        for block in blocks:
            file.write_table(block)
    document = folder / "wide.yaml"
    document.write_text(_document(numbers), encoding="utf-8")
    return document


def _blocks(rows: int, numbers: int, values: int, seed: int) -> Iterator[pa.Table]:
    draw = np.random.default_rng(seed)
    weights = draw.normal(scale=0.15, size=numbers)
    effects = draw.normal(scale=0.5, size=values)
    for start in range(0, rows, BLOCK):
        count = min(BLOCK, rows - start)
        columns: dict[str, pa.Array] = {"id": pa.array(np.arange(start, start + count))}
        margin = np.full(count, -1.0)
        for place, name in enumerate(names(numbers)):
            normal = draw.normal(size=count)
            margin += weights[place] * normal
            # logged ones are skewed and above 0, others around a level of their own
            number = np.exp(normal) if place % len(PREPARED) == 1 else normal * (1 + place % 7) + place
            columns[name] = pa.array(np.round(number, 4), mask=draw.random(count) < 0.05)
        code = np.minimum(draw.geometric(4 / values, count) - 1, values - 1)
        columns["place"] = pa.array(np.char.add("p", code.astype(str)))
        margin += effects[code]
        columns["bought"] = pa.array(draw.random(count) < 1 / (1 + np.exp(-margin)))
        yield pa.table(columns)


def _document(numbers: int) -> str:
    columns = [f"      {name}: double" for name in names(numbers)]
    inputs = [
        f"      - {{columns: [{', '.join(names(numbers)[group :: len(PREPARED)])}], {how}}}" for group, how in enumerate(PREPARED)
    ]
    return "\n".join(
        [
            "pipeline: wide",
            "parameters:",
            "  data: {type: string}",
            "sources:",
            "  visits:",
            "    path: $data/wide.parquet",
            "    key: [id]",
            "    columns:",
            "      id: int",
            *columns,
            "      place: string",
            "      bought: boolean",
            "    outcomes: [bought]",
            "models:",
            "  buys:",
            "    from: visits",
            "    label: bought",
            "    split: {by: [id], test: 0.2}",
            "    inputs:",
            *inputs,
            "      - {columns: [place], encode: one_hot}",
            "    train: {kind: logistic_regression, l2: 0.001}",
            "",
        ]
    )


if __name__ == "__main__":
    write(Path(sys.argv[1]), *map(int, sys.argv[2:5]))
