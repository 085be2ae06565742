"""Fraud in Polars and scikit-learn: lazy, streaming, in the order of the document.

    python -m benchmarks.suite.fraud.by_hand_polars DATA OUT
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.suite.clocks import clock, finish
from benchmarks.suite.polars_tables import check_unique, scanned

TRANSACTIONS = {
    "transactionID": pl.Int64,
    "senderID": pl.Int64,
    "amount": pl.Float64,
    "time": pl.Datetime("us"),
    "isFraud": pl.Boolean,
}
ACCOUNTS = {"fa_customer_sk": pl.Int64, "transaction_limit": pl.Float64}


def main(data: Path, out: Path) -> None:
    """Run the pipeline; write scores and metrics."""
    out.mkdir(parents=True, exist_ok=True)
    with clock("read + join + features"):
        transactions, accounts = scanned(data / "transactions", TRANSACTIONS), scanned(data / "accounts", ACCOUNTS)
        check_unique(accounts.select("fa_customer_sk"))
        joined = transactions.filter(pl.col("amount") > 0).join(accounts, left_on="senderID", right_on="fa_customer_sk")
        hour, share = pl.col("time").dt.hour() / 23, pl.col("amount") / pl.col("transaction_limit")
        table = joined.select("transactionID", "senderID", "isFraud", hour=hour, share=share).collect(engine="streaming")
        x = np.column_stack((table["hour"].to_numpy(), table["share"].to_numpy()))
    with clock("import scikit-learn"):
        from benchmarks.suite.classifier import learned
        from benchmarks.suite.split import is_test
    with clock("split"):
        test = is_test(table["transactionID"].to_arrow())
    fraud = table["isFraud"].to_numpy()
    probability, metrics = learned((x[~test], fraud[~test]), x, fraud, test)
    with clock("write"):
        scores = table.select(transaction="transactionID", sender="senderID").with_columns(
            probability=pl.Series(probability), prediction=pl.Series(probability >= 0.5)
        )
        scores.write_parquet(out / "scores.parquet")
    finish(out, metrics)


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:3]))
