"""`crossover help WORD`: what a mistake's code, an operation or a function means."""

from __future__ import annotations

from inspect import cleandoc
from textwrap import fill
from typing import Annotated

import typer

from crossover.cli.output import line
from crossover.core.errors import ConfigError
from crossover.core.nearest import did_you_mean
from crossover.document.codes import CODES
from crossover.language.functions import FUNCTIONS
from crossover.language.show import show
from crossover.language.tree import literal
from crossover.operations import OPERATIONS

Word = Annotated[str, typer.Argument(help="A code in [ ] behind a mistake, an operation or a function.", metavar="WORD")]


def help_word(word: Word) -> int:
    """Tell what a mistake's code, an operation or a function means."""
    if word in CODES:
        line(fill(CODES[word], 100))
    elif word in OPERATIONS:
        line(f"{word}\n\n{cleandoc(OPERATIONS[word].__doc__ or '')}\n\noptions: {', '.join(_options(word)) or 'none'}")
    elif word in FUNCTIONS:
        function = FUNCTIONS[word]
        text, value = function.example
        nulls = f"; {function.nulls}" if function.nulls else ""
        line(f"{function.signature}\n\n{function.meaning}{nulls}\n\nexample: {text} is {show(literal(value))}")
    else:
        known = (*CODES, *OPERATIONS, *FUNCTIONS)
        raise ConfigError(f"nothing is called `{word}`{did_you_mean(word, known)}", notes=[f"operations: {', '.join(OPERATIONS)}"])
    return 0


def _options(verb: str) -> list[str]:
    fields = OPERATIONS[verb].model_fields.items()
    return [field.alias or name for name, field in fields if field.alias != verb]
