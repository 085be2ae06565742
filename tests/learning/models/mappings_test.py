"""Every key under `train` is something to MLlib and to scikit-learn, or says why not."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from crossover.learning.models.mappings import MAPPINGS, Argument, Ours
from crossover.learning.models.specification import Train

KINDS = get_args(get_args(Train)[0])
PAGE = Path(__file__).parents[3] / "docs" / "models.md"


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_of_a_kind_is_mapped(kind: type[BaseModel]) -> None:
    assert set(MAPPINGS[kind]) == set(kind.model_fields) - {"kind"}


def test_all_kinds_are_there() -> None:
    assert set(MAPPINGS) == set(KINDS)


ARGUMENTS = sorted(
    {
        (each.owner, each.name)
        for keys in MAPPINGS.values()
        for mapped in keys.values()
        for side in (mapped.mllib, mapped.scikit_learn)
        if not isinstance(side, Ours)
        for each in side
    }
)


def _found(owner: str) -> Any:
    parts = owner.split(".")
    cut = next(place for place, part in enumerate(parts) if part[0].isupper())
    found = importlib.import_module(".".join(parts[:cut]))
    for part in parts[cut:]:
        found = getattr(found, part)
    return found


@pytest.mark.parametrize(("owner", "name"), ARGUMENTS)
def test_a_library_has_the_parameter(owner: str, name: str) -> None:
    pytest.importorskip(owner.split(".")[0])
    found = _found(owner)
    places = [found, found.__init__, getattr(found, "fit", found)]
    names = {parameter for place in places for parameter in inspect.signature(place).parameters}
    assert name in names


def test_the_manual_shows_the_mapping_of_every_key() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for keys in MAPPINGS.values():
        for key, mapped in keys.items():
            assert f"`{key}`" in text, key
            for side in (mapped.mllib, mapped.scikit_learn):
                for each in side if not isinstance(side, Ours) else ():
                    assert isinstance(each, Argument)
                    assert f"`{each.name}`" in text, each
