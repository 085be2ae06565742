"""The command. The single place where an error becomes a message and an exit code."""

from __future__ import annotations

import errno
import gc
import re
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

import crossover
from crossover.cli.output import line, report_error, tell
from crossover.cli.own_process import OWN_PROCESS
from crossover.core.errors import NO_ROOM, ConfigError, CrossoverError, DoesNotFit, EngineError, InternalError
from crossover.core.nearest import did_you_mean
from crossover.core.redaction import redact

COMMANDS = ("run", "check", "explain", "score", "compare", "diff", "report", "engines", "example", "generate", "help", "model")
"""Each is a module of this folder, loaded when it is asked for: all of them take a fifth of a second more than one."""
USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]
"""Base of the errors of a wrong command line; typer gives it no public name that all its versions share."""
_FAULTS_OF_A_DISK = NO_ROOM | {errno.EIO, errno.EROFS}

def about(
    version: Annotated[bool, typer.Option("--version", is_eager=True, help="Print the version.", callback=lambda asked: _version(asked))] = False,
) -> None:
    """One ML pipeline, written once; pandas, Polars and PySpark run it and give the same answer."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1 internal, 2 command or document, 3 data, 4 engine, 5 gate, 6 differ."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given in ([], ["model"]):
        given.append("--help")
    as_json = "--json" in given
    OWN_PROCESS.set(arguments is None)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as `nohup` leaves it
            signal.signal(number, _stopped)
    try:
        app = _app(_asked_command(given))
        _collect_garbage_again()
        return int(app(args=given, prog_name="crossover", standalone_mode=False) or 0)
    except CrossoverError as error:
        return report_error(error, as_json=as_json)
    except USAGE_ERROR as error:
        return report_error(_usage(error), as_json=as_json)
    except KeyboardInterrupt:
        tell("crossover: interrupted; an unfinished run commits nothing")
        return 130
    except MemoryError as error:
        return report_error(DoesNotFit(f"memory ran out: {error or 'no more could be had'}"), as_json=as_json)
    except OSError as error:
        if error.errno in _FAULTS_OF_A_DISK:
            where = f" on `{error.filename}`" if error.filename else ""
            return report_error(EngineError(f"{(error.strerror or str(error)).lower()}{where}"), as_json=as_json)
        return report_error(_internal(error), as_json=as_json)
    except Exception as error:  # noqa: BLE001  (the last line of defence: one line for the user, the rest in a file)
        return report_error(_internal(error), as_json=as_json)


def _collect_garbage_again() -> None:
    """End what `crossover.__main__` began: what is loaded by now stays, and is looked at no more."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def _asked_command(given: Sequence[str]) -> str | None:
    """Return the command that is asked for; None if an option stands first, or nothing."""
    command = given[0] if given else ""
    if not command or command.startswith("-"):
        return None
    if command not in COMMANDS:
        raise ConfigError(f"unknown command `{command}`{did_you_mean(command, COMMANDS)}", notes=[f"commands: {', '.join(COMMANDS)}"])
    return command


def _app(asked: str | None) -> typer.Typer:
    """Return the command line: the one command that is asked for, or all of them to be listed."""
    app = typer.Typer(
        name="crossover", add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
    )
    app.callback()(about)
    for name in COMMANDS if asked is None else (asked,):
        command = getattr(import_module(f"crossover.cli.{name}"), "help_word" if name == "help" else name)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def _usage(error: Exception) -> ConfigError:
    """Return what a wrong command line means, with the nearest option."""
    context = getattr(error, "ctx", None)
    known = [option for parameter in context.command.params for option in parameter.opts] if context else []
    name = getattr(error, "option_name", None)
    help_line = [f"see: {context.command_path} --help"] if context else []
    if name is not None and name not in known:
        dashed = name if name.startswith("-") else f"--{name}"
        hidden = ("--uncommitted", "--measured")
        return ConfigError(
            f"unknown option `{dashed}`{did_you_mean(dashed, [each for each in known if each.startswith('--') and each not in hidden])}",
            notes=help_line,
        )
    told = getattr(error, "format_message", lambda: str(error))()
    text = re.sub(r"'([^']*)'", r"`\1`", " ".join(told.split()).rstrip("."))
    return ConfigError(text[:1].lower() + text[1:], notes=help_line)


def _internal(error: Exception) -> InternalError:
    with tempfile.NamedTemporaryFile("w", prefix="crossover-", suffix=".txt", delete=False, encoding="utf-8") as file:
        file.write(redact("".join(traceback.format_exception(error))))
    return InternalError(
        f"a fault of Crossover itself: {type(error).__name__}: {error}", notes=[f"the traceback is in {Path(file.name)}"]
    )


def _stopped(number: int, frame: FrameType | None) -> NoReturn:
    """A signal that asks us to end: everything is given back on the way out, nothing is committed."""
    del frame
    signal.signal(number, signal.SIG_IGN)
    tell(f"crossover: stopped by {signal.Signals(number).name}; an unfinished run commits nothing")
    raise SystemExit(128 + number)


def _version(asked: bool) -> None:
    if asked:
        line(f"crossover {crossover.__version__}")
        raise typer.Exit
