"""Customers who order and send back: after the tables of TPCx-AI's UC01, with segments that are known."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import count
from math import gcd
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from crossover.core.hashing import Words
from crossover.generate.columns import table
from crossover.generate.draws import Draws, Numbers, Reals, below
from crossover.generate.inverse_cdf import log_normal, nearest_quantile, negative_binomial, poisson, threshold, weighted
from crossover.generate.workload import Part, Workload, split

CUSTOMERS = 70_710
"""At scale 1; with 52 orders each and 6.26 lines an order: 3.7 and 23 million."""
PRODUCTS = 707
LEAST_PRODUCTS = 101
SEGMENTS = (
    # share of customers, probability that a line is sent back, mean number of orders
    (Fraction(36, 100), Fraction(2, 100), 25),
    (Fraction(35, 100), Fraction(2, 100), 80),
    (Fraction(15, 100), Fraction(15, 100), 25),
    (Fraction(14, 100), Fraction(15, 100), 80),
)
DISPERSION = 200
FURTHER_LINES = Fraction(526, 100)
"""Mean number of lines of an order beyond the first, Poisson."""
QUANTITIES = (40, 22, 13, 8, 6, 4, 3, 2, 1, 1)
"""Weights of the quantities 1, 2, ..."""
FIRST_DAY = np.datetime64("2021-01-04")
"""A Monday."""
WEEKS = 156
WEEKDAYS = (12, 12, 13, 14, 17, 19, 13)
"""Weights of Monday to Sunday."""
PRICE = (Decimal("2.2"), Decimal("0.6"))
"""Of the logarithm of a product's price: mean and spread."""
_ORDERS_IN_A_PART = 1 << 17
_CUSTOMERS_IN_A_PART = 1 << 20
_LINES_OF_AN_ORDER = 64
"""Numbers kept free for the lines of one order; more lines than this have a probability below 1e-40."""


class Retail(Workload):
    """Tables customers, orders, lines and returns. (order, product) is unique in lines and in returns."""

    name: ClassVar[str] = "retail"
    about: ClassVar[str] = "customers, orders, lines and returns; inspired by TPCx-AI UC01, not comparable with its results"
    formats: ClassVar[dict[str, str]] = dict.fromkeys(("customers", "orders", "lines", "returns"), "parquet")

    def parts(self) -> Iterator[Part]:
        yield from split("customers", self.customers, _CUSTOMERS_IN_A_PART)
        yield from split("orders", int(self._orders_before[-1]), _ORDERS_IN_A_PART)

    def make(self, part: Part) -> dict[str, pa.Table]:
        rows = np.arange(part.first, part.last, dtype=np.int64)
        return {"customers": self._customers(rows)} if part.group == "customers" else self._orders(rows)

    def truth(self) -> dict[str, Any]:
        columns = ("share", "returned", "orders")
        segments = [dict(zip(columns, (float(each) for each in segment), strict=True)) for segment in SEGMENTS]
        return {"column": "true_segment", "segments": segments}

    @property
    def customers(self) -> int:
        return self.rows(CUSTOMERS)

    def _customers(self, rows: Numbers) -> pa.Table:
        return table({"customer_id": rows + 1, "true_segment": self._segments[rows]})

    @cached_property
    def _segments(self) -> Numbers:
        """Segment of each customer."""
        bits = Draws(self.seed, "retail.customers").of("segment", np.arange(self.customers, dtype=np.int64))
        return weighted(*(share for share, _, _ in SEGMENTS)).of(bits)

    @cached_property
    def _orders_before(self) -> Numbers:
        """Orders of all customers before each one, and at the end of all."""
        bits = Draws(self.seed, "retail.customers").of("orders", np.arange(self.customers, dtype=np.int64))
        counts = np.zeros(self.customers, dtype=np.int64)
        for segment, (_, _, mean) in enumerate(SEGMENTS):
            of_segment = self._segments == segment
            counts[of_segment] = negative_binomial(mean, DISPERSION).of(bits[of_segment])
        return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])

    def _customer_of(self, orders: Numbers) -> Numbers:
        """Return who placed each order: the orders of one customer are spread over the whole table."""
        total = int(self._orders_before[-1])
        places = (orders * _stride(total) + total // 3) % total
        return np.searchsorted(self._orders_before, places, side="right").astype(np.int64) - 1

    def _orders(self, orders: Numbers) -> dict[str, pa.Table]:
        draws = Draws(self.seed, "retail.orders")
        customer = self._customer_of(orders)
        bits = draws.of("date", orders)
        days = 7 * below(bits, WEEKS) + weighted(*WEEKDAYS).of(bits << np.uint64(32))
        dates = FIRST_DAY + days.astype("timedelta64[D]")
        placed = table({"order_id": orders + 1, "customer_id": customer + 1, "ordered_on": dates})
        line_counts = 1 + poisson(FURTHER_LINES).of(draws.of("lines", orders))
        return {"orders": placed, **self._lines(orders, line_counts, self._segments[customer], draws.of("products", orders))}

    def _lines(self, orders: Numbers, counts: Numbers, segments: Numbers, product_bits: Words) -> dict[str, pa.Table]:
        """Return lines and returns of orders; which products an order has hangs on `product_bits`, of each order."""
        order = np.repeat(orders, counts)
        place = np.arange(len(order), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
        products = len(self._prices)
        # a prime number of products: an order's products are in arithmetic progression, so no two are equal
        first = (product_bits & np.uint64(0xFFFFFFFF)).astype(np.int64) % products
        step = 1 + below(product_bits, products - 1)
        product = (np.repeat(first, counts) + place * np.repeat(step, counts)) % products
        draws = Draws(self.seed, "retail.lines")
        line = order * _LINES_OF_AN_ORDER + place
        quantity = 1 + weighted(*QUANTITIES).of(draws.of("quantity", line))
        limits = np.array([threshold(probability) for _, probability, _ in SEGMENTS])[segments]
        sent_back = np.flatnonzero(draws.of("returned", line) < np.repeat(limits, counts))
        lines = {"order_id": order + 1, "product_id": product + 1, "quantity": quantity, "price": self._prices[product]}
        # a line is sent back whole, so that the mean of returned / paid is the probability
        returns = {"order_id": order + 1, "product_id": product + 1, "returned": quantity}
        return {"lines": table(lines), "returns": table({name: each[sent_back] for name, each in returns.items()})}

    @cached_property
    def _prices(self) -> Reals:
        """Price of each product, in whole cents."""
        products = np.arange(_prime_from(max(LEAST_PRODUCTS, self.rows(PRODUCTS))), dtype=np.int64)
        bits = Draws(self.seed, "retail.products").of("price", products)
        cents = np.floor(nearest_quantile(log_normal(*PRICE), bits) * 100 + 0.5)
        return np.maximum(cents, 1) / 100


def _stride(total: int) -> int:
    """Return a step near the golden section of `total` that shares no divisor with it, below 2**31 (so no product overflows)."""
    return next(step for step in count(int(min(total, 1 << 31) * 0.6180339887)) if gcd(step, total) == 1)


def _prime_from(least: int) -> int:
    """Return the smallest prime not below `least`."""
    return next(number for number in count(least) if all(number % divisor for divisor in range(2, int(number**0.5) + 1)))
