"""`crossover help WORD` knows codes, operations and functions."""

from __future__ import annotations

import pytest

from crossover.cli.main import main
from crossover.document.codes import CODES
from crossover.language.functions import FUNCTIONS
from crossover.operations import OPERATIONS


@pytest.mark.parametrize("word", [*CODES, *OPERATIONS, *FUNCTIONS])
def test_a_word_is_explained(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", word]) == 0
    assert len(capsys.readouterr().out) > 20


def test_an_unknown_word_gets_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", "lookback"]) == 2
    assert "did you mean `look_back`?" in capsys.readouterr().err
