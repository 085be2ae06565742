"""Fraud in pandas and scikit-learn, in the order of the document.

    python -m benchmarks.suite.fraud.by_hand_pandas DATA OUT
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.suite.clocks import clock, finish

TRANSACTIONS = {"transactionID": "int64", "senderID": "int64", "amount": "float64", "time": "timestamp", "isFraud": "bool"}
ACCOUNTS = ["fa_customer_sk", "transaction_limit"]


def main(data: Path, out: Path) -> None:
    """Run the pipeline; write scores and metrics."""
    out.mkdir(parents=True, exist_ok=True)
    with clock("read"):
        transactions, accounts = read(data / "transactions"), read_accounts(data / "accounts")
    with clock("join + features"):
        transactions = transactions[transactions["amount"] > 0]
        joined = transactions.merge(accounts, left_on="senderID", right_on="fa_customer_sk", validate="m:1")
        x = np.column_stack((joined["time"].dt.hour / 23, joined["amount"] / joined["transaction_limit"]))
    with clock("import scikit-learn"):
        from benchmarks.suite.classifier import learned
        from benchmarks.suite.split import is_test
    with clock("split"):
        test = is_test(pa.array(joined["transactionID"]))
    fraud = joined["isFraud"].to_numpy()
    probability, metrics = learned((x[~test], fraud[~test]), x, fraud, test)
    with clock("write"):
        scores = {"transaction": joined["transactionID"], "sender": joined["senderID"], "probability": probability, "prediction": probability >= 0.5}
        pd.DataFrame(scores).to_parquet(out / "scores.parquet", index=False, compression="zstd")
    finish(out, metrics)


def read(folder: Path) -> pd.DataFrame:
    """Return the wanted columns of a folder of CSV or Parquet files."""
    if any(folder.glob("*.parquet")):
        return pq.read_table(folder, columns=list(TRANSACTIONS)).to_pandas()
    types = {name: kind for name, kind in TRANSACTIONS.items() if kind != "timestamp"}
    parts = [
        pd.read_csv(path, usecols=list(TRANSACTIONS), dtype=types, parse_dates=["time"], engine="pyarrow")
        for path in sorted(folder.glob("*.csv"))
    ]
    return pd.concat(parts, ignore_index=True)


def read_accounts(folder: Path) -> pd.DataFrame:
    if any(folder.glob("*.parquet")):
        return pd.read_parquet(folder, columns=ACCOUNTS)
    return pd.concat([pd.read_csv(path, usecols=ACCOUNTS) for path in sorted(folder.glob("*.csv"))], ignore_index=True)


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:3]))
