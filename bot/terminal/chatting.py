"""`lectern chat`: a sitting in the terminal that knows what was said before."""

import asyncio
import sys
from contextlib import AsyncExitStack
from uuid import uuid4

import typer
from rich.console import Console
from rich.text import Text

from bot.assembly import open_lectern
from bot.lectern import Lectern
from bot.platforms.console_sitting import Sitting
from bot.terminal.output import screen
from bot.terminal.places import Course, Data, Place, find_place, local_person, read_course


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("chat", rich_help_panel="Ask")(chat)


def chat(context: typer.Context, course: Course, data: Data = None) -> None:
    """Ask as in the class's chat: follow-ups, thumbs with + and -, /why for the passages behind an answer."""
    place = find_place(context, data)
    read_course(place, course)
    hold_sitting(place, course, screen())


def make_sitting(lectern: Lectern, course: str, console: Console) -> Sitting:
    """Open a sitting of this computer's user."""
    return Sitting(
        lectern=lectern, course=course, person_id=local_person(), console=console, new_id=lambda: uuid4().hex
    )


def hold_sitting(place: Place, course: str, console: Console) -> None:
    """Read lines until the end of input; reading blocks the main thread so that Ctrl-C ends the sitting at once."""
    if sys.stdin is None:
        raise typer.BadParameter("the chat reads lines from standard input, which is closed")
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        lectern = runner.run(stack.enter_async_context(open_lectern(place.settings, data=place.data)))
        try:
            sitting = make_sitting(lectern, course, console)
            console.print(sitting.greeting())
            while not sitting.is_over:
                runner.run(sitting.hear(console.input(Text("❯ ", style="bold") if console.is_terminal else "")))
        except EOFError:
            console.print()
        finally:
            runner.run(stack.aclose())
