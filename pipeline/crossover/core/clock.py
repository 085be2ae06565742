"""The time of day, in one form: UTC, microseconds."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the present moment, with its zone (UTC)."""
    return datetime.now(UTC)


def iso(instant: datetime) -> str:
    """Return `2026-11-21T10:04:05.123456Z`: always 27 characters, so that text sorts as time."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_iso(text: str) -> datetime:
    """Return the moment that `iso` wrote. Raises ValueError for anything else."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
