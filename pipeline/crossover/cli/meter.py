"""`crossover engines --meter`: how far the meter is off on this machine."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from crossover.cli.output import end, error_json, line, print_json, show
from crossover.core.errors import EngineError
from crossover.engines.base import EngineOptions
from crossover.engines.registry import ENGINES, missing, open_engine
from crossover.runs.measure.process import COUNTS_BYTES
from crossover.runs.measure.self_test import BOUND, Check, check_child, check_engine, check_run


def meter(*, as_json: bool) -> int:
    """Let work of known cost be done, print what the meter saw, and return 0; 4 if it is off by more than BOUND."""
    if not COUNTS_BYTES:
        raise EngineError("the meter can prove itself on Linux only: no other system tells the bytes that a process reads")
    checks = check_child()
    for name in ENGINES:
        if missing(name) is None:
            with open_engine(name, EngineOptions()) as engine:
                found = check_engine(engine)
            # an engine that works in this process alone is a child like the first
            checks += [*found, *(check_run(name) if found else [])]
    error = _error([each for each in checks if not each.held])
    if as_json:
        print_json({"checks": [each.to_json() for each in checks], "bound": BOUND, **error_json(error)})
    else:
        _show(checks)
    return end(error, as_json=as_json)


def _error(wrong: Sequence[Check]) -> EngineError | None:
    if not wrong:
        return None
    what = ", ".join(f"{each.what} of {each.way}" for each in wrong)
    return EngineError(
        f"the meter is off by more than {BOUND:.0%} on this machine: {what}",
        notes=["a machine that is busy with other work makes it worse"],
    )


def _show(checks: Sequence[Check]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    for name in ("who worked", "what", "known", "measured", "off by", "by"):
        table.add_column(name, justify="right" if name in ("known", "measured", "off by") else "left")
    for each in checks:
        table.add_row(each.way, each.what, _amount(each, each.known), _amount(each, each.measured), f"{each.error:+.1%}", each.by)
    show(table)
    line(f"all within {BOUND:.0%}" if all(each.held for each in checks) else f"not all within {BOUND:.0%}")


def _amount(check: Check, value: float) -> str:
    return f"{value:.2f} s" if check.what == "cpu" else f"{value / 2**20:.1f} MiB"
