"""Secrets are hidden, everything else stays as it is."""

from __future__ import annotations

import pytest

from crossover.core.redaction import bounded, redact, redact_settings, redact_values


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("s3://key:hidden@lake/x", "s3://***@lake/x"),
        ("jdbc:postgresql://user:hidden@host/db?password=hidden&ssl=true", "jdbc:postgresql://***@host/db?password=***&ssl=true"),
        ("AWS_SECRET_ACCESS_KEY=hidden next", "AWS_SECRET_ACCESS_KEY=*** next"),
        ("'fs.s3a.secret.key': 'hidden', 'a': 'b'", "'fs.s3a.secret.key': '***', 'a': 'b'"),
        ("token: hidden", "token: ***"),
        ("AKIAABCDEFGHIJKLMNOP is here", "*** is here"),
    ],
)
def test_a_secret_is_hidden(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize("text", ["s3://lake/day=2013-01-01", "conf/flights.yaml:45:27: no column `keys`", "key: [carrier, flight]", "tokens 5"])
def test_other_text_stays(text: str) -> None:
    assert redact(text) == text


def test_settings_with_secret_names_are_hidden_whole() -> None:
    settings = {"spark.hadoop.fs.s3a.secret.key": "a b c", "spark.sql.shuffle.partitions": "8", "spark.authenticate.secret": "x"}
    assert redact_settings(settings) == {
        "spark.hadoop.fs.s3a.secret.key": "***",
        "spark.sql.shuffle.partitions": "8",
        "spark.authenticate.secret": "***",
    }


def test_json_values_lose_their_secrets_before_they_are_written() -> None:
    told = {"error": 'login with password="hidden" failed', "settings": {"db.password": ["hidden"], "rows": 7, "why": None}, "kept": (True, 0.5)}
    assert redact_values(told) == {
        "error": 'login with password="***" failed',
        "settings": {"db.password": "***", "rows": 7, "why": None},
        "kept": [True, 0.5],
    }


def test_a_long_text_keeps_both_ends() -> None:
    text = bounded("a" * 5000 + "z" * 5000, 1000)
    assert len(text) <= 1000
    assert text.startswith("aaa")
    assert text.endswith("zzz")
    assert bounded("short", 1000) == "short"
