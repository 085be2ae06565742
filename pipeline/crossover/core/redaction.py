"""Secret values never reach a message, a log or a record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "***"

_SECRET_NAME = re.compile(
    r"(password|passwd|secret|token|credential|access[._-]?key|api[._-]?key|private[._-]?key|signature|account[._-]?key)",
    re.IGNORECASE,
)
_IN_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)[^/\s@]+@")
_ASSIGNED = re.compile(
    r"(?P<name>[\w.-]*(?:password|passwd|secret|token|credential|access[._-]?key|api[._-]?key|private[._-]?key|signature)[\w.-]*"
    r"[\"']?\s*[=:]\s*[\"']?)[^\s\"',;&})]+",
    re.IGNORECASE,
)
_KEY_ID = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")


def redact(text: str) -> str:
    """Return the text without what looks like a secret: `user:password@` of a URL, `secret=...`, AWS key ids."""
    text = _IN_URL.sub(rf"\g<scheme>{HIDDEN}@", text)
    text = _ASSIGNED.sub(rf"\g<name>{HIDDEN}", text)
    return _KEY_ID.sub(HIDDEN, text)


def redact_settings(settings: Mapping[str, str]) -> dict[str, str]:
    """Return settings with the values of secret names hidden, and secrets inside other values too."""
    shown: dict[str, str] = redact_values(settings)
    return shown


def redact_values(value: Any) -> Any:
    """Return JSON values without what looks like a secret: in texts, and all that stands under a secret name."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {name: HIDDEN if _SECRET_NAME.search(str(name)) else redact_values(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [redact_values(each) for each in value]
    return value if isinstance(value, int | float | None) else redact(str(value))


def bounded(text: str, limit: int = 4000) -> str:
    """Return at most `limit` characters, the middle left out: the cause stands first or last."""
    if len(text) <= limit:
        return text
    half = (limit - 40) // 2
    return f"{text[:half]}\n... {len(text) - 2 * half} characters left out ...\n{text[-half:]}"
