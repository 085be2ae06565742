"""What a child process of a comparison said last, and how it ended."""

from __future__ import annotations

import json
import signal
from typing import Any


def last_object(output: str) -> dict[str, Any]:
    """Return the JSON object of the last line, an empty one if it holds none."""
    lines = output.strip().splitlines()
    try:
        value = json.loads(lines[-1]) if lines else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def how_it_ended(code: int) -> str:
    """Return how a child ended that gave no answer; a negative code is a signal's."""
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code} and no answer"
