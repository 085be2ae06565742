"""The data set of a workload."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from crossover.generate.making import PARTS, make_parts
from crossover.generate.request import Request
from crossover.generate.whole import Dataset, Told, nobody, whole


def generate(request: Request, folder: Path | None = None, *, workers: int | None = None, told: Told = nobody) -> Dataset:
    """Make a data set, or find that it is there. `folder` None: `data/WORKLOAD-SCALE`.

    Raises ConfigError if the folder holds anything else, DataError if its files are no longer those of its manifest.
    """
    make = partial(_make, request, workers or len(os.sched_getaffinity(0)), told)
    return whole(folder or request.folder(), request.to_json(), make)


def _make(request: Request, workers: int, told: Told, folder: Path) -> dict[str, Any]:
    rows, sizes, files = Counter[str](), Counter[str](), Counter[str]()
    workload = request.made()
    count = sum(1 for _ in workload.parts())
    (folder / PARTS).mkdir(exist_ok=True)
    told(0, count)
    for done, part in enumerate(make_parts(request, folder, workers), start=1):
        rows.update(part.rows)
        sizes.update(part.bytes)
        files.update(dict.fromkeys(part.rows, 1))
        told(done, count)
    shutil.rmtree(folder / PARTS)
    tables = {name: {"rows": rows[name], "files": files[name], "bytes": sizes[name]} for name in request.formats()}
    return {"about": workload.about, "truth": workload.truth(), "tables": tables}
