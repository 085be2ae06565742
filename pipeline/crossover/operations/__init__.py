"""The steps of documents, one file each: parameters, contract, checks, and what they are lowered to."""

from __future__ import annotations

from crossover.operations.aggregate import Aggregate
from crossover.operations.anti_join import AntiJoin
from crossover.operations.cast import Cast
from crossover.operations.cross import Cross
from crossover.operations.deduplicate import Deduplicate
from crossover.operations.derive import Derive
from crossover.operations.drop import Drop
from crossover.operations.fill import Fill
from crossover.operations.filter import Filter
from crossover.operations.from_ import From
from crossover.operations.full_join import FullJoin
from crossover.operations.join import InnerJoin, LeftJoin
from crossover.operations.look_ahead import LookAhead
from crossover.operations.look_back import LookBack
from crossover.operations.operation import Operation
from crossover.operations.pivot import Pivot
from crossover.operations.rename import Rename
from crossover.operations.require import Require
from crossover.operations.select import Select
from crossover.operations.semi_join import SemiJoin
from crossover.operations.union import Union
from crossover.operations.unpivot import Unpivot
from crossover.operations.window import Window

_ALL: tuple[type[Operation], ...] = (
    From, Select, Drop, Rename, Cast, Derive, Filter, Require, Fill, Deduplicate, LeftJoin, InnerJoin, FullJoin, SemiJoin, AntiJoin,
    Union, Aggregate, Window, Pivot, Unpivot, Cross, LookBack, LookAhead,
)  # fmt: skip
OPERATIONS: dict[str, type[Operation]] = {each.verb: each for each in _ALL}
"""Verb and class; the order is that of the reference."""

__all__ = ["OPERATIONS", "Operation"]
