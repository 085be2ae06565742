"""Times are written in one form that sorts as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from crossover.core.clock import from_iso, iso, utc_now


def test_every_time_is_utc_with_microseconds() -> None:
    assert iso(datetime(2026, 11, 21, 12, 4, 5, tzinfo=timezone(timedelta(hours=2)))) == "2026-11-21T10:04:05.000000Z"


def test_text_comes_back_as_the_same_moment() -> None:
    now = utc_now()
    assert from_iso(iso(now)) == now
    assert now.tzinfo == UTC


def test_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="does not match"):
        from_iso("2026-11-21 10:04:05")
