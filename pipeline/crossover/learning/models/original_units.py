"""From what the trainer saw to the units of the table: how each prepared column was centred and scaled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crossover.learning.models.matrix import Floats
from crossover.learning.models.state import LabelMean, OneHot, Preparation


@dataclass(frozen=True, eq=False)
class Units:
    """The trainer's column is (x - centre) / spread of the original one; 0 where the spread is 0. Shapes (d,)."""

    centres: Floats
    spreads: Floats

    @staticmethod
    def of(preparation: Preparation, *, scaled_inside: bool) -> Units:
        """Return the units; `scaled_inside` if numbers that the document leaves unscaled were scaled for the trainer."""
        centres, spreads = np.zeros(len(preparation.names)), np.ones(len(preparation.names))
        place = 0
        for each in preparation.fitted:
            if isinstance(each, OneHot):
                continue
            if not isinstance(each, LabelMean) and (each.scale or scaled_inside):
                centres[place], spreads[place] = each.centre, each.spread
            place += len(each.dense)
        return Units(centres, spreads)

    @property
    def map(self) -> Floats:
        """(d + 1, d + 1): what coefficients with the intercept first are multiplied by to be in original units.

        A column without spread gets 0: the intercept says the same.
        """
        shares = np.divide(1.0, self.spreads, out=np.zeros_like(self.spreads), where=self.spreads != 0)
        whole = np.diag(np.concatenate(([1.0], shares)))
        whole[0, 1:] = -self.centres * shares
        return whole
