"""What the language has and this version does not: refused with one line, never ignored.

A word stays listed here after it was built: what a model accepts is asked first.
"""

from __future__ import annotations

VERBS = frozenset(
    {
        "from", "select", "drop", "rename", "cast", "derive", "filter", "require", "fill", "deduplicate",
        "left_join", "inner_join", "full_join", "semi_join", "anti_join", "union", "aggregate", "window", "pivot",
        "unpivot", "explode", "sessionise", "cross", "look_back", "look_ahead", "sample", "limit", "sql", "custom",
    }
)  # fmt: skip
"""Every operation of the language."""

OPTIONS: dict[str, frozenset[str]] = {
    "deduplicate": frozenset({"keep", "order"}),
    **dict.fromkeys(("left_join", "inner_join", "full_join"), frozenset({"using", "take", "prefix", "expect"})),
    **dict.fromkeys(("semi_join", "anti_join"), frozenset({"using"})),
    "aggregate": frozenset({"by"}),
    "window": frozenset({"by", "order", "last", "itself"}),
    "pivot": frozenset({"by", "across", "values", "empty", "others"}),
    "look_back": frozenset({"in", "using", "at", "known_at", "within"}),
    "look_ahead": frozenset({"in", "using", "at", "known_at", "within"}),
    "sample": frozenset({"by", "salt"}),
    "limit": frozenset({"by", "order"}),
    "document": frozenset({"scoring", "model", "set", "rows", "keep"}),
    "source": frozenset({"format", "delimiter", "encoding", "multiline", "partitions", "where"}),
    "split": frozenset({"by", "test", "salt", "time", "test_from"}),
    "inputs": frozenset({"clip", "impute", "flag_missing", "log", "scale", "encode", "min_rows", "smooth"}),
    "evaluate": frozenset({"threshold", "by", "truth", "require"}),
    "score": frozenset({"rows", "keep"}),
}
"""Operation or section -> options of the language."""

VALUES: dict[str, frozenset[str]] = {
    "format": frozenset({"csv", "parquet", "json_lines", "orc", "avro"}),
    "impute": frozenset({"median", "mean", "most_common"}),
    "scale": frozenset({"standard", "min_max", "robust"}),
    "encode": frozenset({"one_hot", "ordinal", "frequency", "label_mean"}),
    "kind": frozenset({"logistic_regression", "linear_regression", "k_means"}),
    "expect": frozenset({"many_to_one", "one_to_one", "one_to_many", "many_to_many"}),
    "keep": frozenset({"first", "last"}),
    "others": frozenset({"refuse", "drop"}),
    "rows": frozenset({"all", "test"}),
}
"""Setting -> values of the language."""

TYPES = ("decimal",)
"""Reserved types."""

MESSAGE = "{what} is part of the language, but this version does not have it yet"
