"""The same input has the same fingerprint, and other input another one."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from crossover.runs import fingerprint as fingerprint_module
from crossover.runs.fingerprint import fingerprint, hash_json


def write(folder: Path, **contents: str) -> list[Path]:
    folder.mkdir()
    for name, content in contents.items():
        (folder / name).write_text(content)
    return [folder / name for name in contents]


def test_order_and_names_of_files_do_not_matter_but_content_does(tmp_path: Path) -> None:
    first = fingerprint(write(tmp_path / "1", a="x", b="yy"))
    assert fingerprint(write(tmp_path / "2", d="yy", c="x")) == first
    assert fingerprint(write(tmp_path / "3", a="x", b="yz")).digest != first.digest
    assert fingerprint(write(tmp_path / "4", a="xyy")).digest != first.digest
    assert (first.files, first.bytes, first.by) == (2, 3, "content")
    digests = sorted(hashlib.sha256(content).hexdigest() for content in (b"x", b"yy"))
    assert first.digest == hashlib.sha256("\n".join(digests).encode()).hexdigest()


def test_a_source_too_big_to_be_read_twice_is_known_by_size_and_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint_module, "CONTENT_LIMIT", 2)
    files = write(tmp_path / "1", a="xyz")
    first = fingerprint(files)
    assert first.by == "names, sizes and times"
    files[0].write_text("xyzz")
    assert fingerprint(files).digest != first.digest


def test_order_of_keys_means_nothing_and_order_of_lists_something() -> None:
    assert hash_json({"a": 1, "b": [1, 2]}) == hash_json({"b": [1, 2], "a": 1})
    assert hash_json({"a": [1, 2]}) != hash_json({"a": [2, 1]})
    assert hash_json({"a": 1}) != hash_json({"a": "1"})
