"""The command `lectern`: gathers the commands of bot/terminal/ and turns expected faults into sentences."""

import sys
from collections.abc import Sequence
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from bot.platforms.rendering import printable
from bot.store.log import LogUnavailable
from bot.terminal import asking, chatting, checking, demo, inspecting, lectures, logged
from bot.terminal.places import CommonOptions
from config.loading import SettingsRefused
from retrieval.segment import RetrievalError


def build_app() -> typer.Typer:
    """Put all commands under one roof, in the order in which a newcomer needs them."""
    app = typer.Typer(
        name="lectern",
        help="The teaching assistant that has watched every lecture: answers cited at the second.",
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )
    app.callback()(_common)
    for room in (demo, lectures, asking, chatting, logged, inspecting, checking):
        room.register(app)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `lectern` on the process's arguments, or on `arguments`.

    Exits with 0 done, 1 a fault that was named, 2 the command's words are off, 130 stopped by the keyboard.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot write a letter shows its code instead of ending the program.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        build_app()(arguments)
    except (RetrievalError, SettingsRefused, LogUnavailable) as error:
        _complain(str(error))
        sys.exit(1)
    except OSError as error:
        _complain(f"{error.filename or 'The output'}: {error.strerror or error}.")
        sys.exit(1)


def _complain(sentence: str) -> None:
    print(printable(f"lectern: {sentence}"), file=sys.stderr)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"lectern {version('lectern-bot')}")
        raise typer.Exit


def _common(
    context: typer.Context,
    data: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help="Folder where everything lives (or LECTERN_DATA).")
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="Settings file (or LECTERN_CONFIG).")
    ] = None,
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    context.obj = CommonOptions(data=data, config=config)
