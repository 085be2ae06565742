"""A scoring document and the document that trained its model, checked against each other, as one plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from crossover.core.errors import ConfigError, DataError
from crossover.core.nearest import did_you_mean
from crossover.document.canonical import canonical
from crossover.document.literals import as_setting
from crossover.document.load import Loaded, read_text
from crossover.document.partitions import condition
from crossover.document.scoring import LoadedScoring
from crossover.document.sections import SourceSection
from crossover.document.uses import in_paths_alone
from crossover.language.errors import ExpressionError
from crossover.language.lower import lower
from crossover.language.parse import parse
from crossover.language.tree import Expression, columns_of
from crossover.language.types import BOOLEAN
from crossover.plan.build import build_plan
from crossover.plan.plan import ModelPlan, Plan, TablePlan
from crossover.plan.scoring import Asked, scoring_plan


@dataclass(frozen=True)
class TrainedDocument:
    """The document that trained a model, as the model's folder holds it."""

    path: str
    text: str
    parameters: Mapping[str, str]
    """Values of all its parameters, as `--set` takes them."""
    model: str

    @cached_property
    def loaded(self) -> Loaded:
        """The document with the parameters that trained the model."""
        return read_text(self.text, self.path, self.parameters)

    @cached_property
    def in_paths(self) -> tuple[str, ...]:
        """Parameters that only say where data lies: any run may change them."""
        return in_paths_alone(self.text)

    @cached_property
    def unfrozen(self) -> tuple[str, ...]:
        """Parameters that each scoring run gives."""
        declared = self.loaded.document.parameters
        return tuple(name for name, each in declared.items() if each is not None and not each.frozen and name not in self.in_paths)

    def where(self, name: str) -> str:
        """Return `file:line` of a parameter."""
        return f"{self.path}:{self.loaded.source_map.key(('parameters', name))[0]}"

    def plan(self, settings: Mapping[str, str], sources: Mapping[str, SourceSection] | None = None) -> tuple[Plan, ModelPlan]:
        """Return the plan of the document with other parameters and sources, and that of the model."""
        loaded = read_text(self.text, self.path, {**self.parameters, **settings})
        document = loaded.document.model_copy(update={"sources": {**loaded.document.sources, **(sources or {})}})
        plan = build_plan(replace(loaded, document=document))
        found = next((each for each in plan.models if each.name == self.model), None)
        if found is None:
            raise DataError(f"{self.path}: the document that trained `{self.model}` has no such model")
        return plan, found


def plan_with_settings(trained: TrainedDocument, settings: Mapping[str, str]) -> Plan:
    """Return the plan that scores what the training document's sources hold now; `settings` are texts of `--set`.

    Raises ConfigError for a parameter that the model has frozen, and where one is missing that each run gives.
    """
    known = trained.parameters
    free = f"free: {', '.join([*trained.unfrozen, *trained.in_paths]) or 'none'}"
    for name in settings:
        if name not in known:
            raise ConfigError(f"the model's document has no parameter `{name}`{did_you_mean(name, known)}", notes=[free])
        if name not in (*trained.unfrozen, *trained.in_paths):
            raise ConfigError(
                f"`{name}` is frozen in the model ({known[name]}); it cannot be set",
                notes=[free, f"to change it, train again: crossover run {trained.path} --set {name}=..."],
            )
    missing = [name for name in trained.unfrozen if name not in settings]
    if missing:
        named = ", ".join(f"`{name}`" for name in missing)
        asked = " ".join(f"--set {name}=..." for name in missing)
        raise ConfigError(f"each scoring run gives {named} anew (`frozen: false` in {trained.where(missing[0])})", notes=[f"add: {asked}"])
    return scoring_plan(*trained.plan(settings), Asked())


def plan_of_document(loaded: LoadedScoring, trained: TrainedDocument) -> Plan:
    """Return the plan of a scoring document. Raises ConfigError with all its mistakes."""
    settings = _settings(loaded, trained)
    sources = _sources(loaded, trained)
    if len(loaded.problems):
        # rows and keep are still checked, against the tables that training had
        plan, model = trained.plan({})
        _asked(loaded, plan.tables[model.table])
        raise loaded.problems.error()
    plan, model = trained.plan(settings, sources)
    asked = _asked(loaded, plan.tables[model.table])
    if loaded.document.scoring == plan.pipeline:
        message = f"`{plan.pipeline}` is the pipeline that trained the model: its runs and these scores would take each other's place"
        loaded.problems.problem(("scoring",), "name", message, f"another name: {plan.pipeline}_scores")
    loaded.problems.raise_if_any()
    scored = replace(
        scoring_plan(plan, model, asked),
        pipeline=loaded.document.scoring, parameters=dict(loaded.parameters.values), document=canonical(loaded.tree),
    )  # fmt: skip
    for name in sources:
        if name not in scored.sources:
            loaded.problems.warning(("sources", name), "unused", f"scoring reads nothing of source `{name}`", key=True)
    return scored


def _settings(loaded: LoadedScoring, trained: TrainedDocument) -> dict[str, str]:
    declared = trained.loaded.document.parameters
    found: dict[str, str] = {}
    for name in loaded.settings:
        declaration = declared.get(name)
        if declaration is None:
            message = f"the model's document has no parameter `{name}`{did_you_mean(name, declared)}"
            known = ", ".join(declared) or "none"
            loaded.problems.problem(("set", name), "unknown-parameter", message, f"parameters of {trained.path}: {known}", key=True)
        elif declaration.frozen and name not in trained.in_paths:
            _refuse_frozen(loaded, trained, name)
        else:
            value = loaded.setting(name, declaration)
            if value is not None:
                found[name] = as_setting(value)
    for name in trained.unfrozen:
        if name not in loaded.settings:
            message = f"the scoring document does not set `{name}`, which each scoring run gives anew"
            note = f"`frozen: false` in {trained.where(name)}. Write: set: {{{name}: ...}}"
            loaded.problems.problem(("set",), "missing-parameter", message, note, key=True)
    return found


def _refuse_frozen(loaded: LoadedScoring, trained: TrainedDocument, name: str) -> None:
    node = loaded.settings[name]
    value = node if isinstance(node, str) else "..."
    loaded.problems.problem(
        ("set", name), "frozen-parameter",
        f"`{name}` is frozen in the model ({trained.parameters[name]}, {trained.where(name)}); it cannot be set",
        f"unfrozen: {', '.join(trained.unfrozen) or 'none'}. To change {name}, train again: crossover run {trained.path} --set {name}={value}",
        key=True,
    )  # fmt: skip


def _sources(loaded: LoadedScoring, trained: TrainedDocument) -> dict[str, SourceSection]:
    known = trained.loaded.document.sources
    found: dict[str, SourceSection] = {}
    for name, source in loaded.document.sources.items():
        section = known.get(name)
        if section is None:
            message = f"the model's document has no source `{name}`{did_you_mean(name, known)}"
            loaded.problems.problem(("sources", name), "unknown-source", message, f"sources of {trained.path}: {', '.join(known)}", key=True)
        elif source is not None:
            path = ("sources", name, "where")
            where = None if source.where is None else condition(source.where, source.partitions, loaded.parameters, path, loaded.problems)
            found[name] = section.at(source.path, where, source.partitions)
    return found


def _asked(loaded: LoadedScoring, table: TablePlan) -> Asked:
    return Asked(_rows(loaded, table), _keep(loaded, table))


def _rows(loaded: LoadedScoring, table: TablePlan) -> Expression | None:
    text = loaded.document.rows
    if text is None:
        return None
    try:
        tree = parse(text)
        unknown = [name for name in columns_of(tree) if name in table.outcomes]
        if unknown:
            message = f"`{unknown[0]}` is not known when the question is asked, so it cannot say which rows are scored"
            loaded.problems.problem(("rows",), "outcome-rows", message)
            return None
        return lower(tree, table.schema, loaded.parameters.values, table=table.name, expected=BOOLEAN).expression
    except ExpressionError as error:
        loaded.problems.problem(("rows",), error.code, error.message, *error.notes, offset=error.span.start)
        return None


def _keep(loaded: LoadedScoring, table: TablePlan) -> tuple[str, ...] | None:
    wanted = loaded.document.keep
    for index, column in enumerate(wanted or ()):
        if column not in table.schema:
            message = f"no column `{column}` in `{table.name}`, the model's table{did_you_mean(column, table.schema)}"
            loaded.problems.problem(("keep", index), "unknown-column", message)
    return wanted
