"""What a coefficient costs: an absolute penalty on the mean loss, the same for every library."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Penalty:
    """l1 |b|_1 + l2/2 |b|^2 on top of the mean loss; the intercept is not penalised."""

    l1: float = 0.0
    l2: float = 0.0

    @property
    def total(self) -> float:
        """l1 + l2: what libraries call the strength."""
        return self.l1 + self.l2

    @property
    def l1_ratio(self) -> float:
        """The share of l1 in the strength; 0 without a penalty."""
        return self.l1 / self.total if self.total else 0.0


NO_PENALTY = Penalty()
