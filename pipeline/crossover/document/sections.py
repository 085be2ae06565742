"""The typed document: what stands under each key, after all mistakes of syntax and shape were refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, ClassVar
from typing import Literal as Choice

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from crossover.document.scalars import Path
from crossover.language.tree import Expression
from crossover.language.types import TYPES, Type
from crossover.learning.evaluation.specification import Evaluate
from crossover.learning.models.specification import Train
from crossover.learning.preparation.specification import Input, Split
from crossover.sources.file_format import FileFormat, format_of
from crossover.sources.specification import CsvSource, FileSource, ParquetSource, Partition, SourceColumn

TypeName = Choice["boolean", "int", "double", "string", "date", "timestamp"]
WorkloadName = Choice["retail", "payments"]
"""Data that `crossover generate` can make."""
STAGES = ("clean", "join", "features")


class Section(BaseModel):
    """A part of the document. `shorthand` is the field that a bare scalar stands for."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    shorthand: ClassVar[str | None] = None


class ParameterDeclaration(Section):
    """A parameter: its type, its default (None: must be given), and whether a trained model freezes it."""

    type: TypeName
    list: bool = False
    default: Any = None
    one_of: tuple[Any, ...] = ()
    frozen: bool = True
    about: str = ""


class ColumnSection(Section):
    """A column of a source: `TYPE`, or `{from: HEADER or [HEADER, ...], type: TYPE, format: TEXT}`."""

    shorthand: ClassVar[str | None] = "type"

    header: str | tuple[str, ...] | None = Field(default=None, alias="from")
    type: TypeName
    format: str | None = None

    @model_validator(mode="after")
    def _format_fits(self) -> ColumnSection:
        if self.format and self.type not in ("date", "timestamp"):
            raise ValueError(f"`format` is for date and timestamp, not for {self.type}")
        return self

    def specification(self, name: str) -> SourceColumn:
        headers = (name,) if self.header is None else (self.header,) if isinstance(self.header, str) else self.header
        return SourceColumn(name, headers, TYPES[self.type], self.format)


class SourceSection(Section):
    """A source. `path` has its parameters put in."""

    path: str
    columns: dict[str, ColumnSection]
    key: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    nulls: tuple[str, ...] = ("",)
    format: FileFormat | None = None
    """None: the path tells."""
    delimiter: str = ","
    encoding: str = "utf-8"
    multiline: bool = False
    partitions: dict[str, TypeName] = Field(default_factory=dict)
    where: str | None = None

    _condition: Expression | None = PrivateAttr(default=None)
    """`where` in primitives."""
    _folders: dict[str, TypeName] = PrivateAttr(default_factory=dict)
    """Partitions of the place where the source lies now that are no columns."""

    def at(
        self, path: str, condition: Expression | None = None, partitions: Mapping[str, TypeName] | None = None
    ) -> SourceSection:
        """Return the source as it lies elsewhere. What stands at the ending of another path tells its format.

        `partitions` are those of that place; one that this document does not declare is no column. Without them
        and without a condition, those that were known stay.
        """
        own = PurePath(path).suffix == PurePath(self.path).suffix
        moved = self.model_copy(update={"path": path, "format": self.format if own else None})
        moved._folders = {**self._folders, **(partitions or {})}
        moved._condition = condition if condition is not None or partitions else self._condition
        return moved

    @property
    def file_format(self) -> FileFormat:
        return self.format or format_of(self.path)

    def specification(self, name: str) -> FileSource:
        """Return what the engines read."""
        columns = tuple(column.specification(each) for each, column in self.columns.items())
        folders = {**self.partitions, **self._folders}
        partitions = tuple(Partition(each, TYPES[type_name]) for each, type_name in folders.items())
        if self.file_format == "parquet":
            # A Parquet file has nulls of its own: an empty text in it is one, unless the document says otherwise.
            nulls = self.nulls if "nulls" in self.model_fields_set else ()
            return ParquetSource(name, self.path, columns, nulls, partitions, self._condition)
        dialect = (self.delimiter, self.encoding, self.multiline)
        return CsvSource(name, self.path, columns, self.nulls, *dialect, partitions, self._condition)

    def types(self) -> dict[str, Type]:
        partitions = {name: TYPES[type_name] for name, type_name in self.partitions.items()}
        return {**{name: TYPES[column.type] for name, column in self.columns.items()}, **partitions}


class Score(Section):
    """What a scored row holds beside probability and prediction."""

    rows: Choice["all", "test"] = "all"
    keep: tuple[str, ...] | None = None
    """None: the table's key."""


class ModelSection(Section):
    """A model: from which table, what it sees, how it is fitted and judged."""

    table: str = Field(alias="from")
    rows: str | None = None
    label: str | None = None
    split: Split | None = None
    inputs: tuple[Input, ...] = Field(min_length=1)
    train: Train
    evaluate: Evaluate = Evaluate()
    score: Score = Score()


class Step(Section):
    """A step: the verb and the operation's own model, or None after a mistake (reported: poison the table)."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True)

    verb: str
    operation: BaseModel | None
    path: Path
    """Where the step stands; the main argument is at `(*path, verb)`, an option at `(*path, option)`."""


class TableSection(Section):
    """The steps of one table in one stage."""

    name: str
    steps: tuple[Step, ...]
    path: Path


class StageSection(Section):
    """A stage: its tables, in order."""

    name: str
    tables: tuple[TableSection, ...]
    path: Path


class Document(Section):
    """A whole document. A part that is None was refused: its name exists, nothing else is known of it."""

    language: int = 1
    pipeline: str
    about: str = ""
    generate: WorkloadName | None = None
    """The data on which the document is tried at any size."""
    parameters: dict[str, ParameterDeclaration | None] = {}
    sources: dict[str, SourceSection | None]
    stages: tuple[StageSection, ...] = ()
    models: dict[str, ModelSection | None] = {}
    store: tuple[str, ...] = ()
