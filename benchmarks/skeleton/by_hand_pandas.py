"""The skeleton as an expert writes it by hand, in NumPy, pandas and pyarrow, for this one document and file.

It gives the same rows, the same rows set aside with file, row and reason, and writes the same Parquet file. What a
careful person would check is checked (null logic, division by zero, unique keys of the join); what this data cannot
do is not (an int that leaves 64 bits).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

HEADER = ["id", "customer", "product", "price", "quantity", "discount", "bought_at", "note"]
HOUR = 3_600_000_000
NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"
WHOLE = r"^[+-]?[0-9]+(\.0*)?$"


def main(data: Path, out: Path) -> dict[str, int]:
    """Run the pipeline; return counts of rows."""
    out.mkdir(parents=True, exist_ok=True)
    orders, rows, bad = read_orders(data / "orders.csv")
    total = orders.num_rows + len(bad)
    orders, rows, bad = check_types(orders, rows, bad)
    fitting = len(rows)
    price, quantity = column(orders, "price"), column(orders, "quantity")
    product = orders["product"].combine_chunks().dictionary_encode()
    positive, known = np.nan_to_num(price, nan=-1) > 0, valid(product)
    kept = positive & known
    quarantine(out, data / "orders.csv", bad, rows[~kept], positive[~kept], known[~kept])
    counted = int((~kept).sum())
    note = orders["note"].combine_chunks().dictionary_encode()
    is_test = np.array([each == "test" for each in note.dictionary.to_pylist()] + [False])[codes(note)]
    keep = np.flatnonzero(kept & (np.nan_to_num(quantity, nan=0) > 0) & ~is_test)
    table = features(orders.take(pa.array(keep)), pa.csv.read_csv(data / "products.csv"))
    pq.write_table(table, out / "orders.parquet", compression="zstd", write_page_checksum=True)
    return {"rows": total, "misfits": total - fitting, "set aside": counted, "kept": table.num_rows}


def read_orders(path: Path) -> tuple[pa.Table, np.ndarray, list[tuple[int, str, str]]]:
    """Read all as text but the columns that are always clean; take ragged rows and open quotes out."""
    content = path.read_bytes()
    bad: list[tuple[int, str, str]] = []
    if b'"' in content:
        content, bad = without_open_quotes(content)
    ragged: list[tuple[int, str, str]] = []

    def misfit(row: pa.csv.InvalidRow) -> str:
        ragged.append((row.number, f"{row.actual_columns} fields, expected {row.expected_columns}", row.text))
        return "skip"

    text = {name: pa.string() for name in ("product", "price", "quantity", "bought_at", "note")}
    table = pa.csv.read_csv(
        pa.BufferReader(content),
        read_options=pa.csv.ReadOptions(use_threads=False),
        parse_options=pa.csv.ParseOptions(invalid_row_handler=misfit),
        convert_options=pa.csv.ConvertOptions(
            column_types={**text, "id": pa.int64(), "customer": pa.int64(), "discount": pa.float64()},
            null_values=["", "NA"], strings_can_be_null=True,
        ),
    )  # fmt: skip
    lines = np.arange(1, table.num_rows + len(ragged) + len(bad) + 2)
    lines = np.delete(lines, np.array([row - 1 for row, _, _ in bad], dtype=np.int64))
    ragged = [(int(lines[number - 1]), reason, raw) for number, reason, raw in ragged]
    rows = np.setdiff1d(lines[1:], np.array([row for row, _, _ in ragged], dtype=np.int64), assume_unique=True)
    return table, rows, bad + ragged


def without_open_quotes(content: bytes) -> tuple[bytes, list[tuple[int, str, str]]]:
    """Take out the lines with an odd number of quotes."""
    array = np.frombuffer(content, np.uint8)
    ends = np.flatnonzero(array == 10)
    quotes = np.flatnonzero(array == 34)
    lines = np.searchsorted(ends, quotes)
    odd, counts = np.unique(lines, return_counts=True)
    odd = odd[counts % 2 == 1]
    starts = np.concatenate([[0], ends + 1])
    bad, parts, last = [], [], 0
    for line in odd:
        bad.append((int(line) + 1, "quote left open", content[starts[line] : ends[line]].decode()))
        parts.append(content[last : starts[line]])
        last = int(starts[line + 1])
    return b"".join([*parts, content[last:]]), bad


def check_types(
    table: pa.Table, rows: np.ndarray, bad: list[tuple[int, str, str]]
) -> tuple[pa.Table, np.ndarray, list[tuple[int, str, str]]]:
    """Cast the dirty columns; rows with a value that does not fit are set aside."""
    price, wrong_price = numbers(table["price"].combine_chunks(), NUMBER, pa.float64())
    quantity, wrong_quantity = numbers(table["quantity"].combine_chunks(), WHOLE, pa.int64())
    moment, wrong_moment = moments(table["bought_at"].combine_chunks())
    wrong = wrong_price | wrong_quantity | wrong_moment
    reasons = ((wrong_price, "price: not a double"), (wrong_quantity, "quantity: not an int"), (wrong_moment, "bought_at: not a timestamp"))
    places = np.flatnonzero(wrong)
    for place in places:
        bad.append((int(rows[place]), "; ".join(reason for flags, reason in reasons if flags[place]), ""))
    for name, values in (("price", price), ("quantity", quantity), ("bought_at", moment)):
        table = table.set_column(table.column_names.index(name), name, values)
    fits = pa.array(~wrong)
    return table.filter(fits), rows[~wrong], bad


def numbers(text: pa.Array, pattern: str, type_: pa.DataType) -> tuple[pa.Array, np.ndarray]:
    try:
        return text.cast(type_), np.zeros(len(text), bool)
    except pa.ArrowInvalid:
        trimmed = pc.utf8_trim(text, " \t")
        matches = pc.match_substring_regex(trimmed, pattern)
        plain = pc.if_else(matches, pc.replace_substring_regex(trimmed, r"^\+", ""), None)
        values = plain.cast(pa.float64())
        values = pc.if_else(pc.is_finite(values), values, None)
        if pa.types.is_integer(type_):
            values = pc.if_else(pc.less(pc.abs(values), 2.0**53), values, None).cast(pa.int64())
        return values, valid(text) & ~valid(values)


def moments(text: pa.Array) -> tuple[pa.Array, np.ndarray]:
    try:
        return text.cast(pa.timestamp("us")), np.zeros(len(text), bool)
    except pa.ArrowInvalid:
        plain = pc.match_substring_regex(text, r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d$")
        values = pc.strptime(pc.if_else(plain, text, None), "%Y-%m-%dT%H:%M:%S", "us", error_is_null=True)
        shifted = np.flatnonzero(valid(pc.if_else(plain, None, text)))
        result = values.to_numpy(zero_copy_only=False).copy()
        for place in shifted:
            try:
                stamp = pd.Timestamp(text[int(place)].as_py())
                result[place] = stamp.tz_convert("UTC").tz_localize(None).to_datetime64()
            except (ValueError, TypeError):
                continue
        made = pa.array(result, pa.timestamp("us"))
        return _same_day(text, made)


def _same_day(text: pa.Array, made: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """strptime takes 30 February for 1 March: what does not read back the same was no date."""
    back = pc.strftime(made, "%Y-%m-%d")
    plain = pc.match_substring_regex(text, r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d$")
    rolled = pc.and_(plain, pc.not_equal(back, pc.utf8_slice_codeunits(text, 0, 10)))
    made = pc.if_else(pc.fill_null(rolled, False), None, made)
    return made, valid(text) & ~valid(made)


def quarantine(
    out: Path, path: Path, bad: list[tuple[int, str, str]], rows: np.ndarray, positive: np.ndarray, known: np.ndarray
) -> None:
    """Write both quarantines."""
    content = path.read_bytes()
    starts = np.concatenate([[0], np.flatnonzero(np.frombuffer(content, np.uint8) == 10) + 1])
    bad = [(row, why, raw or content[starts[row - 1] : starts[row] - 1].decode()) for row, why, raw in sorted(bad)]
    misfits = pa.table({"file": [str(path)] * len(bad), "row": [row for row, _, _ in bad], "reason": [why for _, why, _ in bad], "raw": [raw for *_, raw in bad]})
    pq.write_table(misfits, out / "misfits.parquet", compression="zstd", write_page_checksum=True)
    reasons = np.where(positive, "product is known", np.where(known, "price is positive", "price is positive; product is known"))
    broken = pa.table({"file": [str(path)] * len(rows), "row": rows, "reason": reasons.astype(object)})
    pq.write_table(broken, out / "broken.parquet", compression="zstd", write_page_checksum=True)


def features(orders: pa.Table, products: pa.Table) -> pa.Table:
    """Join, derive sixty columns, look back over the last orders of a customer and the last hours of a product."""
    price, quantity, discount = column(orders, "price"), column(orders, "quantity"), column(orders, "discount")
    quantity = quantity.astype(np.int64)
    product = orders["product"].combine_chunks().dictionary_encode()
    note = orders["note"].combine_chunks().dictionary_encode()
    at = orders["bought_at"].combine_chunks()
    micros = at.cast(pa.int64()).to_numpy(zero_copy_only=False)
    known_time = valid(at)
    result = {name: orders[name] for name in HEADER}
    # the join: products by their key, checked to be unique
    index = pd.Index(products["product"].to_pylist())
    assert index.is_unique
    found = index.get_indexer(np.array(product.dictionary.to_pylist(), dtype=object))[codes(product)]
    matched = found >= 0
    family_names = products["family"].combine_chunks().dictionary_encode()
    family = np.where(matched, codes(family_names)[found], -1)
    weight = np.where(matched, products["weight"].to_numpy()[found], np.nan)
    since_days = products["since"].combine_chunks().cast(pa.int32()).to_numpy()
    since = np.where(matched, since_days[found], 0).astype(np.int64)
    result["family"] = pa.DictionaryArray.from_arrays(masked(family, matched), family_names.dictionary).cast(pa.string())
    result["weight"] = floats(weight)
    result["since"] = pa.array(since.astype(np.int32), mask=~matched).cast(pa.date32())
    with np.errstate(all="ignore"):
        paid = price * quantity
        discounted = paid * (1 - np.where(np.isnan(discount), 0.0, discount))
        saved = paid - discounted
        result |= {"paid": floats(paid), "discounted": floats(discounted), "saved": floats(saved), "share_saved": floats(saved / paid)}
        result |= {"unit": floats(discounted / quantity), "ratio": floats(price / np.where(discount == 0, np.nan, discount))}
        load = weight * quantity
        heavy, large = load > 50, paid >= 100.0
        result["heavy"] = flags(heavy, ~matched)
        result["large"] = flags(large)
        result["both"] = flags(heavy & large, ~matched & large)
        either_unknown = ~matched & ~large
        result["either"] = flags(heavy | large, either_unknown)
        result["neither"] = flags(~(heavy | large), either_unknown)
        odd, seventh = quantity % 2 == 1, quantity % 7
        result |= {"odd": flags(odd), "rest": ints(seventh)}
        result |= {"bucket": ints(np.floor(price / 10)), "upper_bucket": ints(np.ceil(price / 10))}
        result |= {"cents": floats(half_away(price * 100)), "rounded": floats(half_away(price * 10) / 10)}
        log_price = np.log(price)
        wave = np.sin(price * (np.pi / 180))
        direction = np.sign(price - 50)
        result |= {"log_price": floats(log_price), "log_paid": floats(np.log10(1 + paid)), "root": floats(np.sqrt(paid))}
        result |= {"square": floats(np.power(price, 2.0)), "growth": floats(np.exp(-price / 100)), "wave": floats(wave)}
        result |= {"distance": floats(np.abs(price - 50)), "direction": ints(direction)}
        result |= {"capped": floats(np.minimum(paid, 1000.0)), "floored": floats(np.maximum(paid, 10.0))}
        days = np.floor_divide(micros, 24 * HOUR)
        in_day = micros - days * 24 * HOUR
        hour = in_day // HOUR
        moment = micros.astype("datetime64[us]")
        day_number = days.astype("datetime64[D]")
        month_number = day_number.astype("datetime64[M]")
        year_number = day_number.astype("datetime64[Y]")
        month = (month_number - year_number.astype("datetime64[M]")).astype(np.int64) + 1
        weekday = (days + 3) % 7 + 1
        yearday = (day_number - year_number.astype("datetime64[D]")).astype(np.int64) + 1
        unknown = ~known_time
        result |= {"hour": ints(hour, unknown), "weekday": ints(weekday, unknown), "month": ints(month, unknown)}
        result["day"] = ints((day_number - month_number.astype("datetime64[D]")).astype(np.int64) + 1, unknown)
        thursday = (days + 4 - weekday).astype("datetime64[D]")
        week = (thursday - thursday.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64) // 7 + 1
        result |= {"week": ints(week, unknown), "quarter": ints((month + 2) // 3, unknown), "yearday": ints(yearday, unknown)}
        result |= {"weekend": flags(weekday >= 6, unknown), "night": flags((hour < 6) | (hour >= 22), unknown)}
        result["opened"] = pa.array(month_number.astype("datetime64[D]"), mask=unknown).cast(pa.date32())
        age = (micros - since * 24 * HOUR) / (24.0 * HOUR)
        result["age_days"] = floats(np.where(matched & known_time, age, np.nan))
        result["due_at"] = pa.array(moment + np.timedelta64(90, "m"), pa.timestamp("us"), mask=unknown)
        result["day_start"] = pa.array((days * 24 * HOUR).astype("datetime64[us]"), pa.timestamp("us"), mask=unknown)
        result["minutes_in"] = floats(np.where(known_time, in_day / 60e6, np.nan))
        texts(result, product, note, family, family_names, matched, large, heavy)
        result["level"] = ints(np.select([price < 10, price < 50, price < 90], [1, 2, 3], 0), ~(price < 90))
        result["winter"] = flags(np.isin(month, (12, 1, 2)), unknown)
        normal = (price >= 5) & (price <= 95)
        result |= {"normal": flags(normal), "unusual": flags(~normal & (quantity > 3))}
        result["score"] = floats(0.3 * log_price + 0.2 * wave - 0.1 * direction)
        result["index"] = ints((quantity + 1) * (weekday + 1), unknown)
        result["per_weight"] = floats(paid / np.where(weight == 0, np.nan, weight))
        result["known"] = floats(np.where(np.isnan(discount), price / 100, discount))
        result |= {"side": floats(np.arctan2(price, quantity)), "half": ints(np.trunc(price / 2))}
        result["text"] = pa.array(np.arange(quantity.max() + 1)).cast(pa.string()).take(pa.array(quantity))
    identity = orders["id"].to_numpy()
    customer_window(result, orders, identity, micros, known_time, price, paid)
    product_window(result, codes(product), micros, known_time, price)
    return pa.table(result)


def texts(
    result: dict[str, Any], product: pa.DictionaryArray, note: pa.DictionaryArray, family: np.ndarray,
    family_names: pa.DictionaryArray, matched: np.ndarray, large: np.ndarray, heavy: np.ndarray,
) -> None:  # fmt: skip
    """What needs strings: on the dictionaries, then by code."""
    names, families = product.dictionary.to_pylist(), family_names.dictionary.to_pylist()
    pair = np.where(matched, codes(product) * np.int64(len(families)) + family, -1)
    used, inverse = np.unique(pair, return_inverse=True)
    words = [None if each < 0 else f"{names[each // len(families)]}-{families[each % len(families)]}" for each in used]
    result["code"] = pa.DictionaryArray.from_arrays(pa.array(inverse.astype(np.int32)), pa.array(words, pa.string())).cast(pa.string())
    result["prefix"] = by_code(product, [name[:2] for name in names])
    shouted = pa.array([name.upper() for name in families], pa.string())
    result["shout"] = pa.DictionaryArray.from_arrays(masked(family, matched), shouted).cast(pa.string())
    said, has = note.dictionary.to_pylist(), valid(note)
    place = codes(note)
    result["has_note"] = flags(has)
    result["note_length"] = ints(np.where(has, np.array([len(each) for each in said] + [0])[place], 0))
    result["gift"] = flags(np.array(["gift" in each for each in said] + [False])[place], ~has)
    result["urgent"] = flags(np.array([each.startswith("urgent") for each in said] + [False])[place], ~has)
    kind = np.select([large & heavy, large, heavy], [0, 1, 2], 3).astype(np.int32)
    result["kind"] = pa.DictionaryArray.from_arrays(pa.array(kind), pa.array(["bulk", "dear", "heavy", "plain"])).cast(pa.string())


def customer_window(
    result: dict[str, Any], orders: pa.Table, identity: np.ndarray, micros: np.ndarray, known: np.ndarray, price: np.ndarray, paid: np.ndarray
) -> None:
    """The order before, and the sum of the ten orders before, of each customer; null is a customer of its own."""
    customers = orders["customer"].combine_chunks()
    customer = np.where(valid(customers), pc.fill_null(customers, 0).to_numpy(), -1)
    time = np.where(known, micros, np.iinfo(np.int64).max)
    order = np.lexsort((identity, time, customer))
    rank = np.empty(len(order), np.int64)
    sorted_customer = customer[order]
    first = np.concatenate([[True], sorted_customer[1:] != sorted_customer[:-1]])
    start = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    rank = np.arange(len(order)) - start
    ordered_price, ordered_paid = price[order], paid[order]
    before = np.full(len(order), np.nan)
    before[1:] = np.where(rank[1:] > 0, ordered_price[:-1], np.nan)
    spent = np.zeros(len(order))
    for back in range(1, 11):
        spent[back:] += np.where(rank[back:] >= back, ordered_paid[:-back], 0.0)
    spent[rank == 0] = np.nan
    result["before"], result["spent"] = floats(unsorted(before, order)), floats(unsorted(spent, order))


def product_window(result: dict[str, Any], product: np.ndarray, micros: np.ndarray, known: np.ndarray, price: np.ndarray) -> None:
    """Number and mean price of the orders of the product in the two hours before."""
    seen = np.flatnonzero(known)
    span = np.int64(2**55)
    low_time = micros[seen].min() - 3 * HOUR
    key = product[seen] * span + (micros[seen] - low_time)
    order = np.argsort(key, kind="stable")
    keys = key[order]
    high = np.searchsorted(keys, key, "left")
    low = np.searchsorted(keys, key - 2 * HOUR, "left")
    count = high - low
    total = np.zeros(len(seen))
    prices = price[seen][order]
    for step in range(int(count.max(initial=0))):
        more = np.flatnonzero(count > step)
        total[more] += prices[low[more] + step]
    counts, mean = np.zeros(len(product), np.int64), np.full(len(product), np.nan)
    counts[seen] = count
    mean[seen] = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    result["sold_lately"], result["mean_lately"] = ints(counts), floats(mean)


def unsorted(values: np.ndarray, order: np.ndarray) -> np.ndarray:
    back = np.empty_like(values)
    back[order] = values
    return back


def half_away(values: np.ndarray) -> np.ndarray:
    whole = np.trunc(values)
    return whole + np.where(np.abs(values - whole) >= 0.5, np.copysign(1.0, values), 0.0)


def column(table: pa.Table, name: str) -> np.ndarray:
    """A column of numbers, NaN where it is null."""
    return table[name].combine_chunks().to_numpy(zero_copy_only=False).astype(np.float64, copy=False)


def valid(array: pa.Array) -> np.ndarray:
    return array.is_valid().to_numpy(zero_copy_only=False)


def codes(array: pa.DictionaryArray) -> np.ndarray:
    return pc.fill_null(array.indices, -1).to_numpy(zero_copy_only=False)


def masked(values: np.ndarray, keep: np.ndarray) -> pa.Array:
    return pa.array(values.astype(np.int32), mask=~keep)


def floats(values: np.ndarray) -> pa.Array:
    return pa.array(values, from_pandas=True)


def ints(values: np.ndarray, unknown: np.ndarray | None = None) -> pa.Array:
    return pa.array(values.astype(np.int64), mask=unknown)


def flags(values: np.ndarray, unknown: np.ndarray | None = None) -> pa.Array:
    return pa.array(values, mask=unknown)


def by_code(array: pa.DictionaryArray, values: list[Any]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(array.indices, pa.array(values, pa.string())).cast(pa.string())


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), Path(sys.argv[2])))  # noqa: T201
