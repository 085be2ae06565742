"""A model may not see what is not known when the question is asked (LANGUAGE 5, Outcomes)."""

from __future__ import annotations

from crossover.document.problems import Problems
from crossover.operations.table import OutcomeFilter, Path, Table
from crossover.plan.lineage import is_over_all_rows_of


def check_input(model: str, column: str, path: Path, table: Table, report: Problems) -> bool:
    """Report an input that is an outcome, or is made of one; return whether it is. One that saw later rows is warned of."""
    outcome = table.outcomes.get(column)
    if outcome is None:
        _warn_of_later_rows(model, column, path, table, report)
        return False
    if not outcome.made:
        line = report.line(("sources", outcome.source, "outcomes"))
        report.problem(
            path,
            "outcome-input",
            f"`{column}` is not known when the question is asked, so it cannot be an input of `{model}`",
            f"it is in outcomes of source {outcome.source} ({line}). Remove it here, or there if it is known in time",
        )
        return True
    note, remedy = _cause(outcome.made, report)
    made = report.source_map.key(outcome.made)[0]
    why = f"depends on `{outcome.column}`, an outcome" if column != outcome.column else "is not known when the question is asked"
    report.problem(
        path,
        "outcome-input",
        f"`{column}` {why}, so it cannot be an input of `{model}`",
        remedy,
        beside=[(made, f"made here{note}")],
    )
    return True


def _warn_of_later_rows(model: str, column: str, path: Path, table: Table, report: Problems) -> None:
    """Warn of an input over all rows of a table whose future the label is taken from."""
    for name in dict.fromkeys(name for name, relation in table.looked_into if is_over_all_rows_of(table.relation, column, relation)):
        report.warning(
            path,
            "later-rows",
            f"`{column}` is computed over all rows of `{name}`, later ones too, and `{model}` looks ahead into `{name}`",
            "take it by `look_back`: it sees only what was known",
        )


def _cause(made: Path, report: Problems) -> tuple[str, str]:
    """Return what is wrong with a column made at (stage, table, step, verb ...), and the way out."""
    verb = str(made[3]) if len(made) > 3 else "derive"
    if verb == "window" and (*made[:3], "order") not in report.source_map.keys:
        return _OVER_ALL_ROWS
    return _MADE.get(verb, _MADE["derive"])


_LOOK_BACK = "`look_back` with at: and known_at: takes only what was known: crossover help look_back"
_OVER_ALL_ROWS = (
    ": over all rows, later ones too",
    "use `encode: label_mean`, which sees training rows alone, or `look_back`, which sees only what was known",
)
_BY_AN_OUTCOME = (": an outcome decides which rows meet", "let rows meet by what is known when the question is asked")
_OF_CHOSEN_ROWS = (": an outcome decides which rows are there", "a table whose rows were dropped by an outcome can only be looked back into")
_MADE = {
    "window": (": the row before may not have ended yet", _LOOK_BACK),
    "aggregate": _OVER_ALL_ROWS,
    "pivot": _OVER_ALL_ROWS,
    "filter": _OF_CHOSEN_ROWS,
    "require": _OF_CHOSEN_ROWS,
    "deduplicate": _OF_CHOSEN_ROWS,
    **dict.fromkeys(("left_join", "inner_join", "full_join", "semi_join", "anti_join", "look_back"), _BY_AN_OUTCOME),
    "look_ahead": (": it is the future", "it can be what the label is made of; the past is taken by `look_back`"),
    "derive": ("", _LOOK_BACK),
}
"""By the verb that made a column."""


def check_label(model: str, label: str, table: Table, report: Problems) -> bool:
    """Report a label that depends on no outcome; return whether it does not."""
    if label in table.outcomes or table.unknown or label in table.broken:
        return False
    report.problem(
        ("models", model, "label"),
        "label-outcome",
        f"the label `{label}` depends on no outcome, so nothing says what is not known when the question is asked",
        "name the columns that are known only afterwards in `outcomes:` of their source",
    )
    return True


def check_rows_kept(model: str, table: Table, report: Problems) -> bool:
    """Report each filter or require on an outcome that the model's rows went through; return whether there is one."""
    for each in table.filters:
        report.problem(
            each.path,
            "outcome-rows",
            f"`{each.verb}` drops rows by `{each.column}`, an outcome; when scoring, it is not known yet",
            f"models.{model} learns from these rows. {_remedy(each)}",
        )
    return bool(table.filters)


def _remedy(dropped: OutcomeFilter) -> str:
    if not dropped.condition:
        return "Choose rows by what is known when the question is asked"
    return f"Write `rows: {dropped.condition}` in the model, or leave it out: a null label is not learnt from"
