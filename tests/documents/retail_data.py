"""An online shop made up, with the columns of Online Retail: invoices of customers who come and go, and cancelled ones."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

FIRST, LAST = datetime(2010, 12, 1, 8), datetime(2011, 12, 9, 18)
HEADER = "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
COUNTRIES = ("United Kingdom", "United Kingdom", "United Kingdom", "France", "Germany", "Norway")


def write(folder: Path, customers: int = 240, seed: int = 11) -> None:
    """Write two files of invoice lines; some have no customer, no price, or a quantity that is no number."""
    random = Random(seed)
    lines = [line for customer in range(customers) for line in _lines(customer, random)]
    random.shuffle(lines)
    folder.mkdir(parents=True)
    half = len(lines) // 2
    for name, part in (("first.csv", lines[:half]), ("second.csv", lines[half:])):
        (folder / name).write_text("\n".join([HEADER, *part]) + "\n", encoding="utf-8")


def _lines(customer: int, random: Random) -> list[str]:
    """The lines of one customer: every so many days until they stay away for good."""
    pause = random.choice((9, 20, 45))
    when = FIRST + timedelta(days=random.uniform(0, 200))
    until = when + timedelta(days=random.choice((30, 120, 400)))
    country = random.choice(COUNTRIES)
    lines: list[str] = []
    number = 0
    while when < min(until, LAST):
        invoice = f"{500_000 + customer * 100 + number}"
        for _ in range(random.randint(1, 3)):
            lines.append(_line(invoice, random.randint(1, 12), when, customer, country, random))
        if random.random() < 0.15:
            back = min(when + timedelta(days=random.uniform(0.1, 9)), LAST)
            lines.append(_line(f"C{invoice}", -random.randint(1, 3), back, customer, country, random))
        number += 1
        when += timedelta(days=random.uniform(0.4, 1.6) * pause)
    return lines


def _line(invoice: str, quantity: int, when: datetime, customer: int, country: str, random: Random) -> str:
    dirt = random.random()
    written = "many" if dirt < 0.005 else str(quantity)
    price = "0" if 0.005 < dirt < 0.015 else f"{random.uniform(0.5, 20):.2f}"
    who = "" if 0.015 < dirt < 0.03 else f"{12_000 + customer}.0"
    return f"{invoice},{random.randint(1, 50)},{written},{when:%Y-%m-%d %H:%M:%S},{price},{who},{country}"
