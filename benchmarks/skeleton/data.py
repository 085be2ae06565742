"""The skeleton's files: orders with about one bad row in a hundred, and clean products. A seed gives the same bytes."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

PRODUCTS = 400
BLOCK = 500_000
START = np.datetime64("2024-01-01", "s")
YEAR = 365 * 86_400
NOTES = ("", "", "", "", "gift", "urgent gift", "test", "call before", "NA", "äö für Oma")


def write(folder: Path, rows: int, dirt: float = 0.01, seed: int = 7) -> None:
    """Write orders.csv and products.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(seed)
    with (folder / "orders.csv").open("wb") as file:
        file.write(b"id,customer,product,price,quantity,discount,bought_at,note\n")
        for start in range(0, rows, BLOCK):
            file.write(_block(draw, start, min(BLOCK, rows - start), rows, dirt))
    (folder / "products.csv").write_bytes(_products(draw))


def _block(draw: np.random.Generator, start: int, count: int, rows: int, dirt: float) -> bytes:
    columns = {
        "id": _text(np.arange(start, start + count)),
        "customer": _text(draw.integers(0, max(rows // 25, 2), count)),
        "product": pc.binary_join_element_wise(pa.array(["p"] * count), _text(draw.integers(0, PRODUCTS + 5, count)), ""),
        "price": _text(np.round(draw.gamma(2.0, 20.0, count), 2)),
        "quantity": _text(draw.integers(0, 9, count)),
        "discount": _text(np.round(draw.random(count) * 0.4, 3)),
        "bought_at": _times(draw, count),
        "note": pa.array(np.array(NOTES, dtype=object)[draw.integers(0, len(NOTES), count)], pa.string()),
    }
    columns["discount"] = _some(draw, columns["discount"], 0.3, ("",))
    columns["customer"] = _some(draw, columns["customer"], 0.01, ("", "NA"))
    columns["product"] = _some(draw, columns["product"], dirt / 2, ("", "NA"))
    columns["price"] = _some(draw, columns["price"], dirt / 2, ("oops", "-1", "1d", "0x10", "1e400", "nan"))
    columns["quantity"] = _some(draw, columns["quantity"], dirt / 4, ("1.5", "3.0", "1_0", "+2", "99999999999999999999"))
    columns["bought_at"] = _some(draw, columns["bought_at"], dirt / 4, ("2024-02-30 10:00:00", "2024-03-01T10:00:00+02:00", "soon"))
    # the last value ends the row: one field too many, one too few, a quote that is never closed
    columns["note"] = _some(draw, columns["note"], dirt / 8, ("a,b", '"open'))
    lines = pc.binary_join_element_wise(*columns.values(), ",")
    return "\n".join(lines.to_pylist()).encode() + b"\n"


def _text(values: npt.NDArray[np.generic]) -> pa.Array:
    return pa.array(values).cast(pa.string())


def _times(draw: np.random.Generator, count: int) -> pa.Array:
    seconds = START + draw.integers(0, YEAR, count).astype("timedelta64[s]")
    return pa.array(np.datetime_as_string(seconds).astype(object), pa.string())


def _some(draw: np.random.Generator, column: pa.Array, share: float, values: tuple[str, ...]) -> pa.Array:
    chosen = draw.random(len(column)) < share
    replacement = pa.array(np.array(values, dtype=object)[draw.integers(0, len(values), len(column))], pa.string())
    return pc.if_else(pa.array(chosen), replacement, column)


def _products(draw: np.random.Generator) -> bytes:
    lines = ["product,family,weight,since"]
    for number in range(PRODUCTS):
        day = np.datetime64("2015-01-01") + int(draw.integers(0, 3000))
        lines.append(f"p{number},f{number % 12},{draw.random() * 20 + 0.1:.3f},{day}")
    return ("\n".join(lines) + "\n").encode()


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
