"""A comparison made by hand, in the form of comparison.json: figures by formulas, so that no machine is needed for them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from crossover.compare.measurement import Measurement
from crossover.compare.weighed import weighed

HOSTILE = "</title></svg><script>document.title='hit'</script>\"'&<img src=x onerror=alert(1)> |a| `b` $x^2$ \u202eabc\x00"
"""A name that is markup in HTML, SVG, Markdown and mathematics, with characters that cannot be seen."""
SIZES = {"0.01": 142_000, "0.1": 1_420_000, "0.3": 4_260_000, "1": 14_200_000}
LIMIT = 4 * 2**30
COSTS = {
    ("pandas", 1): (1.4, 5.1e-6, 0.21e9, 370.0),
    ("polars", 2): (1.1, 1.7e-6, 0.17e9, 190.0),
    ("spark", 1): (9.5, 2.1e-6, 0.92e9, 70.0),
    ("spark", 2): (9.8, 1.2e-6, 1.05e9, 70.0),
}
"""Fixed seconds, seconds a row, fixed bytes, bytes a row."""
CLOCKS = {"start": 0.0, "ingest": 0.34, "join": 0.2, "features": 0.16, "train": 0.2, "evaluate": 0.06, "score": 0.04}
"""Shares of the time after the session's start."""
IN_CLOCKS = {
    "start": (None, 0.3, 0, 0), "ingest": ("payments", 0.6, 58, 1), "join": ("payments", 0.8, 3, 5), "features": ("payments", 0.9, 0, 1),
    "train": ("fraud", 1.0, 0, 2), "evaluate": ("fraud", 0.95, 0, 0), "score": ("fraud", 0.85, 0, 0),
}  # fmt: skip
"""Of each clock the table, its share of the peak memory, and the bytes of a row that are read and that Spark shuffles."""


def comparison() -> dict[str, Any]:
    """Return four sizes, three engines, one of them with 1 and 2 cores, three repeats; pandas does not fit at the largest.

    Fits, crossover, COST and verdict are what the program makes of it.
    """
    return weighed(Measurement.from_json(measured())).to_json()


def measured() -> dict[str, Any]:
    """Return the same before anything is made of it."""
    runs = [run for size in SIZES for (engine, cores) in COSTS for run in _runs(size, engine, cores)]
    return {
        "format": 2,
        "pipeline": "fraud",
        "document": "conf/fraud.yaml",
        "document_hash": "7545313d6e685ba58cb7846c5caa3ac7f5bf0cacbdacd7cb9cea962d71a9a40c",
        "commands": ["crossover compare conf/fraud.yaml --scale 0.01,0.1,0.3,1 --engine pandas,polars,spark --parallelism 1,2 --repeat 3 --memory 4GB"],
        "started": "2026-11-21T20:00:00+00:00",
        "ended": "2026-11-21T20:31:12+00:00",
        "machine": {
            "cpus": 2, "cpu_model": "Example CPU @ 2.80GHz", "memory_bytes": 24 * 2**30, "system": "Linux-6.1-x86_64",
            "python": "3.11.7", "memory_limit_bytes": LIMIT,
        },
        "versions": {"crossover": "0.1.0", "pandas": "3.1.1", "polars": "2.1.0", "pyspark": "4.3.0", "scikit-learn": "1.9.1"},
        "request": {"engines": ["pandas", "polars", "spark"], "repeats": 3, "warm_ups": 0},
        "sizes": [_size(name, rows) for name, rows in SIZES.items()],
        "runs": runs,
        "summaries": [_summary(size, engine, cores) for size in SIZES for (engine, cores) in COSTS if _fits(size, engine, cores)],
        "latency": [
            {"model": "fraud", "one_row_p50_s": 11.2e-6, "one_row_p99_s": 19.8e-6, "batch_rows": 100_000, "batch_rows_per_s": 5.1e6}
        ],
        "models": {"fraud": _model()},
        "apart": [_apart("0.01", ("polars", 2), "ingest", 3.2), _apart("1", ("pandas", 1), "features", 31.0)],
    }  # fmt: skip


def hostile() -> dict[str, Any]:
    """Return the same comparison in which every text that data or users can set is an attack."""
    changed = _replaced(comparison())
    changed["models"] = {HOSTILE: changed["models"]["fraud"]}
    changed["fits"]["iterations"] = {engine: {HOSTILE: fits["fraud"]} for engine, fits in changed["fits"]["iterations"].items()}
    return changed


_KEPT = {"format", "outcome", "engine", "size", "name", "engines", "marks", "cpu_from", "memory_from", "same_answer", "what"}


def _replaced(value: Any, name: str = "") -> Any:
    if isinstance(value, Mapping):
        return {key: each if key in _KEPT and not isinstance(each, Mapping) else _replaced(each, key) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(each, name) for each in value]
    return HOSTILE if isinstance(value, str) else value


def _fits(size: str, engine: str, cores: int) -> bool:
    return _memory(size, engine, cores) <= LIMIT


def _memory(size: str, engine: str, cores: int) -> float:
    _, _, fixed, per_row = COSTS[engine, cores]
    return fixed + per_row * SIZES[size]


def _wall(size: str, engine: str, cores: int, repeat: int = 0) -> float:
    fixed, per_row, _, _ = COSTS[engine, cores]
    return (fixed + per_row * SIZES[size]) * (1.0, 0.98, 1.05)[repeat]


def _size(name: str, rows: int) -> dict[str, Any]:
    difference = {
        "what": "value", "column": "amount_mean", "key": {"account": 4711}, "absolute": 2.3e-13, "allowed": 1.7e-7,
        "values": {"pandas": 85.20134, "spark": 85.20134000000023},
    }  # fmt: skip
    parts = [_part(f"{kind} {of}", other, rows, difference) for other in ("polars", "spark") for kind, of in _COMPARED]
    return {
        "name": name, "scale": float(name), "rows": rows, "bytes": rows * 61, "parameters": {"data": f"data/payments-{name}"},
        "inputs": {
            "payments": {"files": 4, "bytes": rows * 58, "digest": f"{rows:064x}", "by": "content"},
            "accounts": {"files": 1, "bytes": rows * 3, "digest": f"{rows + 1:064x}", "by": "content"},
        },
        "certificate": {
            "same_answer": True, "engines": ["pandas", "polars", "spark"], "first_difference": None, "parts": parts,
            "tolerances": {"exact columns, keys, nulls, row counts, text": "nothing", "probabilities of two trainings": "1e-05"},
        },
        "same_answer": True,
    }  # fmt: skip


_COMPARED = (("table", "payments-for-fraud"), ("scores", "fraud"), ("fitted state", "fraud"), ("model", "fraud"), ("metrics", "fraud"))


def _part(name: str, other: str, rows: int, difference: Mapping[str, Any]) -> dict[str, Any]:
    of_rows = name.startswith(("table", "scores"))
    return {
        "name": name, "engines": ["pandas", other], "same": True, "rows": rows if of_rows else None, "columns": 11,
        "exact_columns": 8, "differences": 0, "first": None, "largest": dict(difference) if of_rows else None,
        "checksums": {engine: [rows, 2**40 + 5, 2**41 + 6] for engine in ("pandas", other)} if of_rows else {},
        "key": ["account"] if of_rows else [],
        "inexact": [{"column": "amount_mean", "tolerance": "1e-09 of the larger value", "differences": 0, "largest": dict(difference)}] if of_rows else [],
        "near": {"threshold": 0.5, "within": 1e-5, "rows": 3, "turned": 0} if name.startswith("scores") else None,
        "proofs": [{"name": "gradient_norm", "allowed": 1e-9, "values": {"pandas": 2.1e-13, other: 3.4e-12}}] if name.startswith("model") else [],
    }  # fmt: skip


def _runs(size: str, engine: str, cores: int) -> list[dict[str, Any]]:
    about = {"size": size, "engine": engine, "parallelism": cores, "discarded": False}
    if not _fits(size, engine, cores):
        return [{**about, "repeat": 0, "outcome": "does not fit", "message": "does not fit in 4 GB: stopped at 4.0 GiB after 31 s"}]
    return [{**about, "repeat": repeat, "outcome": "finished", **_finished(size, engine, cores, repeat)} for repeat in range(3)]


def _finished(size: str, engine: str, cores: int, repeat: int) -> dict[str, Any]:
    wall, memory = _wall(size, engine, cores, repeat), int(_memory(size, engine, cores))
    spark = {
        "jobs": 31, "stages": 44, "tasks": 212, "failed_tasks": 0, "scans": 3, "shuffle_read_bytes": SIZES[size] * 9,
        "shuffle_write_bytes": SIZES[size] * 9, "spill_bytes": 0, "gc_s": wall * 0.02, "executor_cpu_s": wall * cores * 0.5,
        "jvm_calls": 2841, "jvm_call_s": wall * 0.8, "planning_s": wall * 0.3, "event_log_lines": 900,
    }  # fmt: skip
    return {
        "message": None, "run": f"20261121-{repeat}", "folder": f"runs/fraud/attempts/20261121-{repeat}",
        "usage": _usage(wall, cores, memory, SIZES[size]),
        "session_start_s": 4.1 if engine == "spark" else None,
        "clocks": [_clock(name, seconds, cores, memory, SIZES[size], spark if engine == "spark" else None) for name, seconds in _clocks(wall, engine)],
        "spark": spark if engine == "spark" else None,
        "samples": _samples(wall, cores, memory),
        "metrics": {"fraud": {"auc": 0.913}},
        "iterations": {"fraud": 9}, "training_rows": {"fraud": int(SIZES[size] * 0.8)}, "marks": [],
    }  # fmt: skip


def _usage(wall: float, cores: int, memory: int, rows: int) -> dict[str, Any]:
    return {
        "wall_s": wall, "cpu_s": wall * cores * 0.8, "peak_memory": memory, "read_bytes": rows * 61,
        "written_bytes": rows * 9, "cpu_from": "cgroup", "memory_from": "polling", "limit_by": "cgroup",
    }  # fmt: skip


def _clock(name: str, seconds: float, cores: int, memory: int, rows: int, spark: Mapping[str, Any] | None) -> dict[str, Any]:
    table, of_memory, read, shuffled = IN_CLOCKS[name]
    moved = {"shuffle_read_bytes": rows * shuffled, "shuffle_write_bytes": rows * shuffled}
    return {
        "name": name, "table": table, "wall_s": seconds, "cpu_s": seconds * cores * 0.8, "peak_memory": int(memory * of_memory),
        "read_bytes": rows * read, "spark": None if spark is None else {**spark, **moved, "jobs": 4},
    }  # fmt: skip


def _apart(size: str, configuration: tuple[str, int], stage: str, wall: float) -> dict[str, Any]:
    """Return a stage that took so long, and half a GiB; beyond 30 s it did not fit."""
    engine, cores = configuration
    fits = wall < 30
    return {
        "size": size, "engine": engine, "parallelism": cores, "stage": stage, "outcome": "finished" if fits else "does not fit",
        "message": None if fits else "does not fit in 4 GB", "usage": _usage(wall, cores, 2**29 if fits else LIMIT, SIZES[size]),
        "session_start_s": 0.2 if fits else None,
    }  # fmt: skip


def _clocks(wall: float, engine: str) -> list[tuple[str, float]]:
    start = 4.1 if engine == "spark" else 0.0
    rest = (wall - start) * 0.93
    return [(name, start if name == "start" else rest * part) for name, part in CLOCKS.items() if part or start]


def _samples(wall: float, cores: int, memory: int) -> list[list[float]]:
    steps = 120
    return [
        [wall * place / steps, round(cores * (0.78 + 0.2 * math.sin(place / 3)) * (place > 3), 3), int(memory * min(1.0, 0.2 + place / 90))]
        for place in range(steps + 1)
    ]


def _summary(size: str, engine: str, cores: int) -> dict[str, Any]:
    walls = [_wall(size, engine, cores, repeat) for repeat in range(3)]
    wall, memory = _wall(size, engine, cores), _memory(size, engine, cores)
    rows = SIZES[size]
    train = dict(_clocks(wall, engine))["train"]
    return {
        "size": size, "engine": engine, "parallelism": cores, "repeats": 3,
        "wall_s": _spread(walls), "cpu_s": _spread([each * cores * 0.8 for each in walls]), "peak_memory": _spread([memory] * 3),
        "read_share": 1.0, "shuffle_share": 0.15 if engine == "spark" else None, "preprocessing_share": 0.7,
        "session_start_s": 4.1 if engine == "spark" else None,
        "clocks": [{"name": name, "wall_s": seconds, "cpu_s": seconds * cores * 0.8} for name, seconds in _clocks(wall, engine)],
        "rows_per_s": rows / wall, "training_rows_per_s_per_iteration": {"fraud": rows * 0.8 * 9 / train},
        "marks": ["noise"] if (size, engine, cores) == ("0.01", "spark", 1) else [],
    }  # fmt: skip


def _spread(values: Sequence[float]) -> dict[str, float]:
    middle = sum(values) / len(values)
    deviation = math.sqrt(sum((each - middle) ** 2 for each in values) / (len(values) - 1))
    return {"median": sorted(values)[len(values) // 2], "lowest": min(values), "highest": max(values), "cv": deviation / middle}


def _model() -> dict[str, Any]:
    curve = [_point(place / 100) for place in range(1, 101)]
    return {
        "kind": "logistic_regression", "label": "is_fraud", "settings": {},
        "metrics": {"auc": 0.913, "log_loss": 0.0812, "accuracy": 0.972, "precision": None, "rows": 2_840_000},
        "baseline": {"auc": 0.5, "log_loss": 0.131, "accuracy": 0.969},
        "gates": [{"reason": "ranks well", "expression": "auc >= 0.85", "held": True, "values": {"auc": 0.913}}],
        "evaluation": {
            "calibration": [
                {"from": place / 10, "to": (place + 1) / 10, "rows": 9**(7 - place) if place < 8 else 0,
                 "mean_probability": place / 10 + 0.04 if place < 8 else None, "share_positive": place / 10 + 0.05 if place < 8 else None}
                for place in range(10)
            ],
            "curve": curve,
            "lift": [
                {"tenth": place, "rows": 284_000.0, "positives": 88_000 * 0.45**place, "share_positive": 0.3 * 0.45**place,
                 "lift": 7.6 * 0.45**place, "recall_so_far": 1 - 0.3**place}
                for place in range(1, 11)
            ],
            "groups": {"country": [{"value": "DE", "rows": 1200, "auc": 0.9}, {"value": None, "rows": 3, "auc": None}]},
        },
        "facts": {
            "coefficients": {
                "spread_is": "standard error",
                "rows": [
                    {"name": "intercept", "coefficient": -4.21, "spread": 0.012},
                    {"name": "business_hour", "coefficient": -0.71, "spread": 0.006},
                    {"name": "share_of_limit", "coefficient": 3.13, "spread": 0.021},
                ],
            }
        },
        "coefficients": [{"column": "intercept", "value": -4.21}],
    }  # fmt: skip


def _point(share: float) -> dict[str, float]:
    recall = share**0.2
    precision = 0.032 * recall / (0.032 * recall + 0.968 * share)
    return {"threshold": 1 - share, "false_positive_rate": share, "recall": recall, "precision": precision}
