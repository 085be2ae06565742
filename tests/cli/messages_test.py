"""What a user sees of a wrong command or a broken world: one clear message each, kept as a file, and nothing half-written."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from crossover.engines.registry import ENGINES
from tests.cli.conftest import REPOSITORY, STRANGE, Shop

GOLDEN = REPOSITORY / "tests" / "golden" / "messages"
Prepare = Callable[[Shop], None]


def nothing(shop: Shop) -> None:
    """The world is as it should be."""


def runs_is_a_file(shop: Shop) -> None:
    (shop.folder / "runs").write_text("")


def no_data(shop: Shop) -> None:
    (shop.folder / "data" / "visits.csv").rename(shop.folder / "data" / "visit.csv")


def data_is_cut(shop: Shop) -> None:
    path = shop.folder / "data" / "visits.csv"
    path.write_bytes(path.read_bytes()[:20])


def data_lacks_a_column(shop: Shop) -> None:
    path = shop.folder / "data" / "visits.csv"
    path.write_text(path.read_text().replace("minutes", "minuets", 1))


def data_is_empty(shop: Shop) -> None:
    (shop.folder / "data" / "visits.csv").write_bytes(b"")


MESSAGES: dict[str, tuple[int, list[str], Prepare]] = {
    "command-unknown": (2, ["rum", "shop.yaml"], nothing),
    "command-unknown-option": (2, ["run", "shop.yaml", "--engin", "pandas"], nothing),
    "command-missing-argument": (2, ["run"], nothing),
    "command-unknown-engine": (2, ["run", "shop.yaml", "--engine", "polar"], nothing),
    "command-no-engine": (2, ["run", "shop.yaml", "--engine", ","], nothing),
    "command-engine-lacking": (4, ["run", "shop.yaml", "--engine", "lacking"], nothing),
    "command-set-without-value": (2, ["run", "shop.yaml", "--set", "longest"], nothing),
    "command-set-unknown": (2, ["run", "shop.yaml", "--set", "longst=5"], nothing),
    "command-no-document": (2, ["run", "shop.yml"], nothing),
    "command-unknown-example": (2, ["example", "flihgts"], nothing),
    "runs-not-writable": (2, ["run", "shop.yaml"], runs_is_a_file),
    "data-no-file": (3, ["run", "shop.yaml", "-q"], no_data),
    "data-cut-in-the-header": (3, ["run", "shop.yaml", "-q"], data_is_cut),
    "data-lacks-a-column": (3, ["run", "shop.yaml", "-q"], data_lacks_a_column),
    "data-empty": (3, ["run", "shop.yaml", "-q"], data_is_empty),
    "engine-killed": (4, ["run", "shop.yaml", "-q", "--engine", "killed,pandas"], nothing),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_the_message_is_the_golden_one(shop: Shop, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    code, arguments, prepare = MESSAGES[name]
    for strange in set(STRANGE) - set(" ".join(arguments).replace(",", " ").split()):
        monkeypatch.delitem(ENGINES, strange)
    prepare(shop)
    done = shop(*arguments)
    assert (done.code, done.out) == (code, "")
    shown = plain(done.err, shop.folder)
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("WRITE_GOLDEN") == "yes":
        path.write_text(shown)
    assert shown == path.read_text()
    assert not list(shop.folder.glob("runs/*/commits/*"))
    assert not list(shop.folder.glob("runs/*/current.json"))


@pytest.mark.parametrize("name", [name for name, (_, arguments, _) in MESSAGES.items() if arguments[0] == "run"])
def test_json_says_the_same(shop: Shop, name: str) -> None:
    code, arguments, prepare = MESSAGES[name]
    prepare(shop)
    done = shop(*arguments, "--json")
    assert done.code == code
    error = done.json["error"]
    assert error["exit_code"] == code
    first = plain(error["message"], shop.folder).splitlines()[0]
    assert first in (GOLDEN / f"{name}.txt").read_text()


def test_without_java_spark_says_what_it_needs(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(shop.folder))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr("crossover.engines.spark.java._homes_of_packages", list)
    for strange in STRANGE:
        monkeypatch.delitem(ENGINES, strange)
    done = shop("run", "shop.yaml", "--engine", "spark")
    assert (done.code, done.out) == (4, "")
    shown = re.sub(r"Spark \d\S*", "Spark N", plain(done.err, shop.folder)).replace("Java 17 or 21", "Java 17 or newer")
    assert shown == (GOLDEN / "engine-no-java.txt").read_text()
    assert not list(shop.folder.glob("runs/*/commits/*"))


def test_a_value_of_the_wrong_kind_names_the_option(shop: Shop) -> None:
    done = shop("run", "shop.yaml", "--partitions", "many")
    assert done.code == 2
    assert done.err.startswith("crossover: invalid value for `--partitions`: ")


def plain(text: str, folder: Path) -> str:
    """Return a message without what differs from machine to machine."""
    text = text.replace(str(folder), "FOLDER").replace(socket.gethostname(), "HOST")
    return re.sub(r"\d+\.\d GiB", "N GiB", text)
