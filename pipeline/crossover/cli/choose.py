"""Which engines a command means."""

from __future__ import annotations

from crossover.cli.output import tell
from crossover.core.errors import ConfigError, EngineError
from crossover.engines.registry import ENGINES, check_name, missing

ALL = "all"


def choose_engines(text: str) -> tuple[str, ...]:
    """Return the engines named by `--engine`, in that order.

    `all` means those that can run here; what the others need is told in one line each. An engine that is named and
    cannot run is an EngineError, an unknown one a ConfigError.
    """
    if text == ALL:
        needs = {name: missing(name) for name in ENGINES}
        for name, need in needs.items():
            if need is not None:
                tell(f"crossover: {name} is left out: {need}")
        return tuple(name for name, need in needs.items() if need is None)
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names:
        raise ConfigError("`--engine` names no engine", notes=[f"engines: {', '.join(ENGINES)}, {ALL}"])
    for name in names:
        check_name(name)
    for name in names:
        need = missing(name)
        if need is not None:
            raise EngineError(f"{name} cannot run here: {need}")
    return names
