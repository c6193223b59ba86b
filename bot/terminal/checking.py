"""`lectern check`: is this installation able to answer, and if not, what mends it."""

import asyncio

import typer
from rich.text import Text

from bot.checks import State, run_checks
from bot.terminal.output import screen
from bot.terminal.places import Data, Place, find_place

MARKS = {State.GOOD: ("✓", "green"), State.NOTE: ("·", "yellow"), State.FAULT: ("✗", "red")}


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("check", rich_help_panel="Look inside")(check)


def check(context: typer.Context, data: Data = None) -> None:
    """Verify settings, data folder, SQLite, log, embedder, index and language model; say what mends each fault."""
    place = find_place(context, data)
    if asyncio.run(_show(place)):
        raise typer.Exit(1)


async def _show(place: Place) -> int:
    console = screen()
    console.print(Text("✓ settings: read, no fault", style="green"))
    faults = 0
    async for found in run_checks(place.settings, data=place.data):
        mark, style = MARKS[found.state]
        console.print(Text(f"{mark} {found.name}: {found.sentence}", style=style), soft_wrap=True)
        faults += found.state is State.FAULT
    return faults
