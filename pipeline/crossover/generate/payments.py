"""Payments, some of them fraudulent: after the tables of TPCx-AI's UC10, with coefficients that are known."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from crossover.core.hashing import share
from crossover.generate.columns import digits, letters, table, text
from crossover.generate.draws import Draws, Numbers, Reals, below
from crossover.generate.inverse_cdf import log_normal, logistic, nearest_quantile, quantile, weighted
from crossover.generate.workload import Part, Workload, split

ACCOUNTS = 70_710
TRANSACTIONS = 7_000_000
"""At scale 1."""
INTERCEPT, OF_BUSINESS_HOUR, OF_SHARE_OF_LIMIT = -1.0, -3.0, 2.5
"""P(fraud) = 1 / (1 + exp(-x)), x = intercept + the coefficients times hour / 23 and amount / limit."""
LIMIT = (Decimal("7.0"), Decimal("0.7"))
"""Of the logarithm of an account's limit: mean and spread."""
SHARE_OF_LIMIT = (Decimal("-1.5"), Decimal("1.0"))
HOURS = (2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 9, 9, 9, 9, 9, 9, 9, 8, 7, 6, 5, 4, 3)
"""Weights of the hours 0 to 23."""
FIRST_MINUTE = np.datetime64("2023-01-01T00:00", "us")
DAYS = 365
_TRANSACTIONS_IN_A_PART = 1 << 18
_ACCOUNTS_IN_A_PART = 1 << 20


class Payments(Workload):
    """Tables accounts and transactions."""

    name: ClassVar[str] = "payments"
    about: ClassVar[str] = "accounts and transactions; inspired by TPCx-AI UC10, not comparable with its results"
    formats: ClassVar[dict[str, str]] = {"accounts": "parquet", "transactions": "csv"}

    def parts(self) -> Iterator[Part]:
        yield from split("accounts", self.accounts, _ACCOUNTS_IN_A_PART)
        yield from split("transactions", self.rows(TRANSACTIONS), _TRANSACTIONS_IN_A_PART)

    def make(self, part: Part) -> dict[str, pa.Table]:
        rows = np.arange(part.first, part.last, dtype=np.int64)
        return {part.group: self._accounts(rows) if part.group == "accounts" else self._transactions(rows)}

    def truth(self) -> dict[str, Any]:
        coefficients = {"business_hour": OF_BUSINESS_HOUR, "share_of_limit": OF_SHARE_OF_LIMIT}
        return {"column": "isFraud", "intercept": INTERCEPT, "coefficients": coefficients}

    @property
    def accounts(self) -> int:
        return self.rows(ACCOUNTS)

    def _accounts(self, rows: Numbers) -> pa.Table:
        return table({"fa_customer_sk": rows + 1, "transaction_limit": self._limits[rows]})

    @cached_property
    def _limits(self) -> Reals:
        """Limit of each account, in whole cents."""
        bits = Draws(self.seed, "payments.accounts").of("limit", np.arange(self.accounts, dtype=np.int64))
        return np.floor(nearest_quantile(log_normal(*LIMIT), bits) * 100 + 0.5) / 100

    def _transactions(self, rows: Numbers) -> pa.Table:
        draws = Draws(self.seed, "payments.transactions")
        sender = below(draws.of("sender", rows), self.accounts)
        limit = self._limits[sender]
        ratio = quantile(log_normal(*SHARE_OF_LIMIT), draws.of("amount", rows))
        amount = np.maximum(np.floor(limit * ratio * 100 + 0.5), 1) / 100
        bits = draws.of("time", rows)
        hour = weighted(*HOURS).of(bits << np.uint64(32))
        minute = below(bits, DAYS * 60)
        # days and minutes from one draw, the hour from its other half
        minutes = minute // 60 * 1440 + hour * 60 + minute % 60
        score = INTERCEPT + OF_BUSINESS_HOUR * (hour / 23) + OF_SHARE_OF_LIMIT * (amount / limit)
        fraud = share(draws.of("fraud", rows)) < logistic(score)
        return table(
            {
                "amount": amount,
                "IBAN": _ibans(draws.of("iban", rows)),
                "senderID": sender + 1,
                "receiverID": text([letters(b"R", len(rows)), digits(below(draws.of("receiver", rows), 10**9), 9)]),
                "transactionID": rows + 1,
                "isFraud": fraud,
                "time": FIRST_MINUTE + minutes.astype("timedelta64[m]"),
            }
        )


def _ibans(bits: npt.NDArray[np.uint64]) -> pa.Array:
    """Return German account numbers with the check digits of ISO 13616."""
    account = (bits % np.uint64(10**18)).astype(np.int64)
    check = 98 - (account % 97 * (10**6 % 97) + 131_400) % 97
    return text([letters(b"DE", len(bits)), digits(check, 2), digits(account, 18)])
