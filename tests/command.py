"""The command in this process, and what it left."""

from __future__ import annotations

import json
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from crossover.cli.main import main


@dataclass
class Done:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.out)
        return value


def run_command(capture: pytest.CaptureFixture[str], arguments: Sequence[str]) -> Done:
    """Run `crossover` in this process, whose signal handlers stay as they are."""
    capture.readouterr()
    handlers: dict[int, Any] = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    code = main(arguments)
    for number, handler in handlers.items():
        signal.signal(number, handler)
    told = capture.readouterr()
    return Done(code, told.out, told.err)
