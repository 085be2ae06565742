"""The workloads by name."""

from __future__ import annotations

from crossover.core.errors import ConfigError
from crossover.core.nearest import did_you_mean
from crossover.generate.payments import Payments
from crossover.generate.retail import Retail
from crossover.generate.workload import Workload

WORKLOADS: dict[str, type[Workload]] = {each.name: each for each in (Retail, Payments)}


def workload_named(name: str) -> type[Workload]:
    """Return a workload. Raises ConfigError for an unknown name."""
    if name not in WORKLOADS:
        raise ConfigError(f"no workload `{name}`{did_you_mean(name, WORKLOADS)}", notes=[f"workloads: {', '.join(WORKLOADS)}"])
    return WORKLOADS[name]
