"""Which metrics people see on the screen: all of them stand in metrics.json, and a model may have a hundred."""

from __future__ import annotations

import re
from collections.abc import Iterable

BASELINE = "baseline_"
"""Begins the name of a metric of the constant answer, which is shown beside the metric."""
_NOT_SHOWN = re.compile(
    f"{BASELINE}.*|(true|false)_(positives|negatives)|auc_(low|high)|expected_calibration_error|macro_(precision|recall)"
    "|most_(?!rmse_).*_by_.*|least_(?!auc_).*_by_.*|residual_(25|50|75)"
)


def shown(metrics: Iterable[str]) -> list[str]:
    """Return the names that are shown, in their order. `rows` says nothing beside `test_rows`."""
    names = list(metrics)
    return [name for name in names if not _NOT_SHOWN.fullmatch(name) and (name != "rows" or "test_rows" not in names)]
