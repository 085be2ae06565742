"""One file, one meaning: a plain word that YAML readers type differently is refused."""

from __future__ import annotations

import pytest
import ruamel.yaml
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crossover.document.literals import NotOfTypeError, parse
from crossover.document.scalars import DOUBLE, INTEGER, Scalar, infer, other_reading

YAML_1_1 = yaml.SafeLoader("")
YAML_1_2 = ruamel.yaml.YAML(typ="safe", pure=True)
LOOKALIKES = st.text(alphabet="0123456789_-+.:xobeETtz nfaNIul~=<", min_size=1, max_size=10) | st.sampled_from(
    [word for base in ("y", "n", "yes", "no", "on", "off", "true", "false", "null", ".inf", ".nan") for word in (base, base.title(), base.upper())]
)


def tag_1_1(text: str) -> str:
    return str(YAML_1_1.resolve(yaml.ScalarNode, text, (True, False))).rpartition(":")[2]


def tag_1_2(text: str) -> str:
    resolver = ruamel.yaml.resolver.VersionedResolver(loader=YAML_1_2)
    return str(resolver.resolve(ruamel.yaml.nodes.ScalarNode, text, (True, False))).rpartition(":")[2]


@settings(deadline=None)  # the machine may be busy
@given(LOOKALIKES)
@example("2011-09-01")
@example("0o17")
@example("1:30")
@example("+.inf")
@example("._")
def test_what_yaml_1_1_and_1_2_read_differently_is_refused(text: str) -> None:
    first, second = tag_1_1(text), tag_1_2(text)
    same_text_for_both = first == second and first not in ("null", "timestamp")
    assert same_text_for_both or other_reading(text) or DOUBLE.fullmatch(text)


@settings(deadline=None)  # the machine may be busy
@given(LOOKALIKES)
def test_what_is_inferred_is_what_yaml_1_2_reads(text: str) -> None:
    if other_reading(text) is None:
        expected = {"int": int, "float": float, "bool": bool}.get(tag_1_2(text), str)
        assert type(infer(Scalar(text))) is expected


@pytest.mark.parametrize("text", ["y", "N", "Yes", "NO", "on", "OFF", "~", "Null", "0123", "0x1F", "1_000", "12:30", "2011-09-01", "<<"])
def test_words_of_the_specification_are_refused(text: str) -> None:
    assert other_reading(text)


@pytest.mark.parametrize("text", ["1e-4", "-999", "0", "0.5", "true", "False", "NA", "a b", "0..23", "yes please", "2011-09", "$day", "count(*)"])
def test_words_with_one_meaning_are_taken(text: str) -> None:
    assert other_reading(text) is None


def test_a_quoted_scalar_is_a_text() -> None:
    assert infer(Scalar("15", quoted=True)) == "15"
    assert infer(Scalar("15")) == 15


@pytest.mark.parametrize(
    ("text", "type_name"),
    [("1.0", "int"), (str(2**63), "int"), ("1e999", "double"), ("nan", "double"), ("2011-9-1", "date"), ("20110901", "date"), ("yes", "boolean"), ("1", "boolean")],
)
def test_texts_that_are_no_value_of_a_type(text: str, type_name: str) -> None:
    with pytest.raises(NotOfTypeError):
        parse(text, type_name)


def test_integers_are_doubles_where_a_double_belongs() -> None:
    value = parse("15", "double")
    assert isinstance(value, float)
    assert value == 15.0
    assert INTEGER.fullmatch("+5")
    assert parse("+5", "int") == 5
