"""The nearest right name, for messages."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the one of `names` that `name` was probably meant to be, or None."""
    candidates = list(names)
    lowered = {candidate.lower(): candidate for candidate in candidates}
    if name.lower() in lowered:
        return lowered[name.lower()]
    found = get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else None


def did_you_mean(name: str, names: Iterable[str], *, quote: str = "`") -> str:
    """Return `; did you mean ...?` or an empty string."""
    found = nearest(name, names)
    return f"; did you mean {quote}{found}{quote}?" if found else ""
