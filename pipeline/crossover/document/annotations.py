"""What a field of a pydantic model takes, for shaping and for messages."""

from __future__ import annotations

import types
from datetime import date, datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

_DESCRIPTIONS: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    date: 'a date, as "2011-09-01"',
    datetime: 'a timestamp, as "2011-09-01 10:00:00"',
}


def alternatives(annotation: Any) -> tuple[Any, ...]:
    """Return the alternatives of an annotation, unions and `Annotated` opened, without None."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return alternatives(get_args(annotation)[0])
    if hasattr(annotation, "__value__"):
        return alternatives(annotation.__value__)
    if origin in (Union, types.UnionType):
        return tuple(each for part in get_args(annotation) if part is not type(None) for each in alternatives(part))
    return (annotation,)


def is_mapping(annotation: Any) -> bool:
    origin = get_origin(annotation) or annotation
    return isinstance(origin, type) and (issubclass(origin, dict) or origin.__name__ == "Mapping")


def is_list(annotation: Any) -> bool:
    origin = get_origin(annotation) or annotation
    return isinstance(origin, type) and (issubclass(origin, tuple | list | frozenset | set) or origin.__name__ == "Sequence")


def is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def is_choice(annotation: Any) -> bool:
    return get_origin(annotation) is Literal


def item_of(annotation: Any) -> Any:
    """Return what the items of a list, or the values of a mapping, are."""
    arguments = get_args(annotation)
    if not arguments:
        return Any
    return arguments[1] if is_mapping(annotation) else arguments[0]


def name_in_document(name: str, field: FieldInfo) -> str:
    """Return the key that a field has in a document."""
    return str(field.alias) if field.alias else name


def fields_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of a model by their keys in a document."""
    return {name_in_document(name, field): field for name, field in model.model_fields.items()}


def choices(annotation: Any) -> tuple[str, ...]:
    """Return the words that an annotation allows, over all its alternatives."""
    return tuple(str(word) for each in alternatives(annotation) if is_choice(each) for word in get_args(each))


def describe(annotation: Any) -> str:
    """Return what a value of an annotation looks like: `median or a number`."""
    unique = list(dict.fromkeys(part for each in alternatives(annotation) for part in _descriptions(each)))
    return unique[0] if len(unique) == 1 else f"{', '.join(unique[:-1])} or {unique[-1]}"


def _descriptions(annotation: Any) -> list[str]:
    if is_choice(annotation):
        return [str(word) for word in get_args(annotation)]
    if is_list(annotation):
        return ["a list, as [a, b]"]
    if is_mapping(annotation) or is_model(annotation):
        return ["a mapping, `name: value` on each line"]
    return [_DESCRIPTIONS.get(annotation, "a value")]
