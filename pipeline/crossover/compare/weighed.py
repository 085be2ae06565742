"""What a comparison's runs say together: fits, the crossover, COST, the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crossover.compare.choices import choices, fastest
from crossover.compare.cost import cost
from crossover.compare.crossover_point import Contender, CrossoverPoint, crossover_point
from crossover.compare.fit import MEMORY, TIME, Fit, fit
from crossover.compare.measured_points import (
    Value,
    best_parallelism,
    counted,
    cpu,
    engines_of,
    of_clock,
    of_iteration,
    peak,
    points,
    wall,
    warm,
)
from crossover.compare.measurement import DOES_NOT_FIT, Measurement
from crossover.compare.memory_end import MemoryEnd, memory_end
from crossover.compare.resample import resampled
from crossover.compare.summary import clock_names
from crossover.compare.verdict import Findings, sentences
from crossover.compare.weighed_json import choice_json, end_json, fit_json, point_json
from crossover.core.errors import ConfigError
from crossover.engines.registry import capabilities_of

_QUANTITIES: Mapping[str, tuple[Value, tuple[str, ...]]] = {
    "wall_s": (wall, TIME),
    "warm_s": (warm, TIME),
    "cpu_s": (cpu, TIME),
    "memory": (peak, MEMORY),
}


@dataclass(frozen=True)
class _Engines:
    """Who was compared, each at its best parallelism."""

    cores: Mapping[str, int]
    distributed: tuple[str, ...]

    @property
    def single(self) -> tuple[str, ...]:
        return tuple(engine for engine in self.cores if engine not in self.distributed)


def weighed(measurement: Measurement) -> Measurement:
    """Return the measurement with `fits`, `crossover`, `cost` and `verdict` of what was measured so far."""
    engines = _engines(measurement)
    fits = {name: _fits(measurement, engines, *how) for name, how in _QUANTITIES.items()}
    answers = choices(measurement, engines.distributed)
    points_found = {name: _points(measurement, engines, fits[name]) for name in ("wall_s", "warm_s")}
    ends = {engine: end for engine in engines.single if (end := _end(measurement, engines, engine)) is not None}
    chosen = _challenger(measurement, engines)
    found = {name: each.get(chosen) for name, each in points_found.items()} if chosen else {}
    crossover = {
        **point_json(measurement, found.get("wall_s")),
        "warm": point_json(measurement, found.get("warm_s")),
        "against": _against(measurement, engines, fits["wall_s"], chosen),
        "memory": {engine: end_json(measurement, end) for engine, end in ends.items()},
        "choices": [choice_json(choice) for choice in answers],
    }
    return replace(
        measurement,
        fits={
            **{name: {engine: fit_json(each, engines.cores[engine]) for engine, each in of.items()} for name, of in fits.items()},
            "clocks": _parts(measurement, engines),
            "iterations": _iterations(measurement, engines),
        },
        crossover=crossover,
        cost=cost(measurement, chosen, fits["wall_s"].get(chosen), engines.distributed) if chosen else {},
        verdict=sentences(Findings(measurement, answers, found.get("wall_s"), ends, engines.distributed)),
    )


def _engines(measurement: Measurement) -> _Engines:
    found = {engine: best_parallelism(measurement, engine) for engine in engines_of(measurement)}
    cores = {engine: best for engine, best in found.items() if best is not None}
    return _Engines(cores, tuple(engine for engine in engines_of(measurement) if _distributed(engine)))


def _distributed(engine: str) -> bool:
    try:
        return capabilities_of(engine).distributed
    except (ConfigError, ModuleNotFoundError):
        # a comparison that was made where other engines are known
        return False


def _fits(measurement: Measurement, engines: _Engines, value: Value, terms: tuple[str, ...]) -> dict[str, Fit]:
    """Return the fit of a quantity for each engine of which enough was measured, with samples for intervals."""
    found = {engine: fit(points(measurement, engine, value), terms, cores) for engine, cores in engines.cores.items()}
    return {engine: resampled(each, seed) for seed, (engine, each) in enumerate(found.items()) if each is not None}


def _points(measurement: Measurement, engines: _Engines, fits: Mapping[str, Fit]) -> dict[str, CrossoverPoint]:
    """Return for each distributed engine where it beats the engines of one machine.

    One that no longer fits where another one finishes is beaten there anyway; it counts where the crossover would lie
    among the sizes that it finished.
    """
    gone = _outlived(measurement, engines)
    known = {engine: Contender(engine, engines.cores[engine], each) for engine, each in fits.items()}
    alive = [known.get(engine) for engine in engines.single if engine not in gone]
    holders = [each for each in alive if each is not None]
    if not holders or len(holders) < len(alive):
        return {}
    outlived = [known[engine] for engine in gone if engine in known]
    return {engine: _point(known[engine], holders, outlived) for engine in engines.distributed if engine in known}


def _point(challenger: Contender, holders: Sequence[Contender], outlived: Sequence[Contender]) -> CrossoverPoint:
    found = crossover_point(challenger, holders)
    here = [each for each in outlived if found.rows is not None and found.rows <= each.fit.sizes[-1]]
    return crossover_point(challenger, [*holders, *here]) if here else found


def _outlived(measurement: Measurement, engines: _Engines) -> list[str]:
    """Return the engines of one machine that did not fit at a size at which another one of them finished."""
    rows = {size.name: size.rows or 0 for size in measurement.sizes}
    most = {engine: max(rows[run.size] for run in counted(measurement, engine)) for engine in engines.single}
    found = []
    for engine in engines.single:
        failed = [rows.get(run.size, 0) for run in measurement.runs if run.engine == engine and run.outcome == DOES_NOT_FIT]
        if failed and most[engine] < min(failed) <= max(most.values()):
            found.append(engine)
    return found


def _against(measurement: Measurement, engines: _Engines, fits: Mapping[str, Fit], chosen: str | None) -> dict[str, Any]:
    """Return where the distributed engine beats each engine of one machine alone."""
    if chosen is None or chosen not in fits:
        return {}
    challenger = Contender(chosen, engines.cores[chosen], fits[chosen])
    holders = {engine: Contender(engine, engines.cores[engine], fits[engine]) for engine in engines.single if engine in fits}
    return {engine: point_json(measurement, crossover_point(challenger, [holder])) for engine, holder in holders.items()}


def _challenger(measurement: Measurement, engines: _Engines) -> str | None:
    """Return the distributed engine that was fastest at the largest size at which one finished."""
    rows = {size.name: size.rows or 0 for size in measurement.sizes}
    found = [each for each in measurement.summaries if each.engine in engines.distributed and rows.get(each.size)]
    most = max((rows[each.size] for each in found), default=0)
    best = fastest([each for each in found if rows[each.size] == most])
    return None if best is None else best.engine


def _end(measurement: Measurement, engines: _Engines, engine: str) -> MemoryEnd | None:
    return memory_end(measurement, engine, engines.cores[engine], engines.single.index(engine))


def _parts(measurement: Measurement, engines: _Engines) -> dict[str, Any]:
    """Return fits of each clock of each engine."""
    return {
        engine: _each(measurement, engine, cores, {name: of_clock(name) for name in clock_names(counted(measurement, engine))})
        for engine, cores in engines.cores.items()
    }


def _iterations(measurement: Measurement, engines: _Engines) -> dict[str, Any]:
    """Return fits of one iteration of each model's training, for each engine."""
    found = {}
    for engine, cores in engines.cores.items():
        models = dict.fromkeys(model for run in counted(measurement, engine) for model in run.iterations)
        found[engine] = _each(measurement, engine, cores, {model: of_iteration(model) for model in models})
    return {engine: each for engine, each in found.items() if each}


def _each(measurement: Measurement, engine: str, cores: int, values: Mapping[str, Value]) -> dict[str, Any]:
    fits = {name: fit(points(measurement, engine, value), TIME, cores) for name, value in values.items()}
    return {name: fit_json(each, cores) for name, each in fits.items() if each is not None}


