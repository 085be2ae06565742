"""`crossover model show|export`: a trained model as a readable card, and in the formats of other libraries."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crossover.cli.choose import choose_engines
from crossover.cli.options import Json, Settings, parse_settings
from crossover.cli.output import line, print_json
from crossover.core.errors import ConfigError
from crossover.export.export import export as export_model
from crossover.report.card import card_of
from crossover.report.show import as_markdown, as_text

model = typer.Typer(
    name="model",
    help="Show a trained model as a card, or export it to scikit-learn, MLlib or ONNX.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

ModelPath = Annotated[
    Path, typer.Argument(help="The model's folder: runs/PIPELINE/current/MODEL.", metavar="MODEL_PATH", show_default=False)
]
Out = Annotated[Path, typer.Argument(help="Where the export goes; nothing is there yet.", metavar="OUT", show_default=False)]
To = Annotated[str, typer.Option("--to", metavar="FORMAT", help="sklearn, mllib or onnx.", show_default=False)]
Markdown = Annotated[bool, typer.Option("--markdown", help="Print Markdown instead of text.")]
Reader = Annotated[str, typer.Option("--engine", metavar="NAME", help="Reads the rows of the run on which the export is proved.")]


@model.command("show")
def show(path: ModelPath, as_json: Json = False, markdown: Markdown = False) -> int:
    """Show what a model is: what it was learned from, what it sees, how good it is, what to beware of, how to score with it."""
    if as_json and markdown:
        raise ConfigError("`--json` and `--markdown` are two forms of one card: choose one")
    card = card_of(path)
    if as_json:
        print_json(card.facts)
    else:
        line(as_markdown(card) if markdown else as_text(card))
    return 0


@model.command("export")
def export(path: ModelPath, out: Out, to: To, settings: Settings = None, engine: Reader = "pandas", as_json: Json = False) -> int:
    """Write a model for another library, and prove on rows of the run that it scores as the model does."""
    (reader, *others) = choose_engines(engine)
    if others:
        raise ConfigError("`model export` takes one engine; every engine reads the same rows")
    done = export_model(path, to, out, parse_settings(settings), reader)
    if as_json:
        print_json(
            {
                "model": done.model, "kind": done.kind, "format": done.format, "out": str(done.out),
                "rows_of_run": done.rows_of_run, "rows_at_edges": done.rows_at_edges,
                "compared": list(done.proof.compared), "largest_difference": done.proof.largest, "how": list(done.how),
            }
        )  # fmt: skip
        return 0
    line(f"{done.out}: {done.model} ({done.kind}) for {done.format}")
    rows = f"{done.rows_of_run:,} rows of the run and {done.rows_at_edges:,} at the edges"
    line(f"largest difference of {', '.join(done.proof.compared)} on {rows}: {done.proof.largest:.1e}")
    for each in done.how:
        line(f"    {each}")
    return 0
