"""Values in the names of folders, and conditions on them in the language's own three-valued logic."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from crossover.core.errors import DataError
from crossover.language.lower import lower
from crossover.language.parse import parse
from crossover.language.types import DATE, DOUBLE, INT, STRING, TIMESTAMP, Fact
from crossover.sources.conditions import unsupported, value_of
from crossover.sources.csv import read
from crossover.sources.partitions import files_of
from crossover.sources.specification import CsvSource, Partition, SourceColumn

SCHEMA = {"d": Fact(DATE), "n": Fact(INT), "x": Fact(DOUBLE), "s": Fact(STRING), "t": Fact(TIMESTAMP), "nothing": Fact(INT)}
ROW: dict[str, Any] = {"d": date(2019, 12, 31), "n": 7, "x": 2.5, "s": "EWR", "t": datetime(2019, 12, 31, 10), "nothing": None}
PARAMETERS = {"first": date(2019, 1, 1), "months": (1, 7)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("d > $first", True),
        ("d = date '2019-12-31'", True),
        ("d < t", True),
        ("t = timestamp '2019-12-31 10:00:00'", True),
        ("add_days(d, 1) = date '2020-01-01'", True),
        ("add_days(d, 3000000) is null", True),
        ("year(d) = 2019 and month(d) = 12 and day(d) = 31 and weekday(d) = 2", True),
        ("make_date(2019, n, 31) = date '2019-07-31'", True),
        ("make_date(2019, n, 32) is null", True),
        ("n in (1, 7)", True),
        ("n in $months", True),
        ("n not in (1, 2)", True),
        ("n in (1, null)", None),
        ("n in (7, null)", True),
        ("n between 7 and 8", True),
        ("n % 4 = 3", True),
        ("-n % 4 = -3", True),
        ("n % 0 is null", True),
        ("n + 1 = 8 and n - 1 = 6 and n * 2 = 14", True),
        ("n * 9223372036854775807 is null", True),
        ("n > 6.5", True),
        ("x = 2.5", True),
        ("nothing = 1", None),
        ("nothing = 1 and n = 0", False),
        ("nothing = 1 or n = 7", True),
        ("not (nothing = 1)", None),
        ("nothing = 1 or n = 0", None),
        ("nothing is null", True),
        ("coalesce(nothing, n) = 7", True),
        ("greatest(nothing, n, 9) = 9 and least(nothing, n) = 7", True),
        ("s >= 'E' and s < 'F' and s != 'ewr'", True),
        ("starts_with(s, 'E') and ends_with(s, 'R') and contains(s, 'W') and length(s) = 3", True),
        ("concat(s, '-', cast(n as string)) = 'EWR-7'", True),
        ("case when nothing = 1 then false when n = 7 then true end", True),
        ("case when nothing = 1 then true end", None),
    ],
)
def test_a_condition_has_the_meaning_of_the_language(text: str, value: bool | None) -> None:
    expression = lower(parse(text), SCHEMA, PARAMETERS).expression
    assert unsupported(expression) is None
    assert value_of(expression, ROW) is value


@pytest.mark.parametrize(("text", "lacking"), [("ln(x) > 0", "ln"), ("n = 1 or sqrt(x) = 2", "sqrt"), ("case when n = 1 then sin(x) > 0 end", "sin")])
def test_what_a_condition_cannot_have_is_found(text: str, lacking: str) -> None:
    expression = lower(parse(text), SCHEMA).expression
    assert unsupported(expression) is not None
    assert lacking in str(expression)


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("a\n1\n")


def source(path: Path, where: str | None = None, **partitions: Any) -> CsvSource:
    declared = tuple(Partition(name, type_) for name, type_ in partitions.items())
    condition = lower(parse(where), {name: Fact(type_) for name, type_ in partitions.items()}).expression if where else None
    return CsvSource("s", str(path), (SourceColumn("a", ("a",), INT),), partitions=declared, where=condition)


def test_values_are_typed_and_decoded(tmp_path: Path) -> None:
    write(tmp_path, "day=2019-01-01/n=07/s=a%2Fb%20c=d/t.csv", "day=__HIVE_DEFAULT_PARTITION__/n=-1/s=/t.csv")
    files = files_of(source(tmp_path, day=DATE, s=STRING, n=INT))
    assert [file.values for file in files] == [(date(2019, 1, 1), "a/b c=d", 7), (None, "", -1)]


def test_the_innermost_folder_of_a_key_counts(tmp_path: Path) -> None:
    write(tmp_path, "n=1/n=2/t.csv")
    assert [file.values for file in files_of(source(tmp_path, n=INT))] == [(2,)]


def test_only_files_for_which_the_condition_is_true_are_left(tmp_path: Path) -> None:
    write(tmp_path, "n=1/t.csv", "n=2/t.csv", "n=3/t.csv", "n=__HIVE_DEFAULT_PARTITION__/t.csv")
    assert [file.values for file in files_of(source(tmp_path, "n > 1", n=INT))] == [(2,), (3,)]
    assert [file.values for file in files_of(source(tmp_path, "not (n > 1)", n=INT))] == [(1,)]
    assert [file.values for file in files_of(source(tmp_path, "n is null", n=INT))] == [(None,)]


def test_a_file_that_is_left_out_is_never_opened(tmp_path: Path) -> None:
    write(tmp_path, "n=1/t.csv")
    (tmp_path / "n=2").mkdir()
    (tmp_path / "n=2" / "t.csv").write_bytes(b"PAR1 no text")
    assert read(source(tmp_path, "n = 1", n=INT), ("n", "a")).to_pylist() == [{"n": 1, "a": 1}]


@pytest.mark.parametrize(
    ("names", "where", "message"),
    [
        (["n=1/t.csv", "m=2/t.csv"], None, "m=2/t.csv lies in no folder `n=...`\n        declared in partitions: n: int"),
        (["n=x/t.csv"], None, "n=x/t.csv: the folder `n=x` is not an int"),
        (["n=1/t.csv", "n=5/t.csv"], "n = 2", "`where` leaves none of the 2 files"),
    ],
)
def test_folders_that_do_not_say_what_is_declared_are_told(tmp_path: Path, names: list[str], where: str | None, message: str) -> None:
    write(tmp_path, *names)
    with pytest.raises(DataError) as caught:
        files_of(source(tmp_path, where, n=INT))
    assert message in str(caught.value)
    if where:
        assert caught.value.notes == ("n of the first file: 1; of the last: 5",)
