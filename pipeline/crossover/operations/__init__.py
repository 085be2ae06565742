"""The steps of documents, one file each: parameters, contract, checks, and what they are lowered to."""

from __future__ import annotations

from crossover.operations.aggregate import Aggregate
from crossover.operations.deduplicate import Deduplicate
from crossover.operations.derive import Derive
from crossover.operations.filter import Filter
from crossover.operations.from_ import From
from crossover.operations.join import InnerJoin, LeftJoin
from crossover.operations.look_back import LookBack
from crossover.operations.operation import Operation
from crossover.operations.require import Require
from crossover.operations.window import Window

OPERATIONS: dict[str, type[Operation]] = {
    each.verb: each
    for each in (From, Derive, Filter, Require, LeftJoin, InnerJoin, Aggregate, Window, Deduplicate, LookBack)
}
"""Verb and class; the order is that of the reference."""

__all__ = ["OPERATIONS", "Operation"]
