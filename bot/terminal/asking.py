"""`lectern ask`: one question, one cited answer."""

import asyncio
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from rich.console import Console
from rich.text import Text

from bot.assembly import open_lectern
from bot.exchange import Exchange, Outcome
from bot.platforms.console import PLATFORM, answer_being_written, save_picture, show_answer
from bot.platforms.rendering import printable
from bot.terminal.output import aside, exchange_record, print_json, refuse_unwritable, screen
from bot.terminal.places import AsJson, Course, Data, Place, find_place, local_person, read_course

Lecture = Annotated[str | None, typer.Option("--lecture", metavar="ID", help="Keep to one lecture.")]


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("ask", rich_help_panel="Ask")(ask)


def ask(
    context: typer.Context,
    course: Course,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="In any language; quote it.")],
    lecture: Lecture = None,
    picture: Annotated[Path | None, typer.Option("--picture", metavar="FILE", help="Also save it as an SVG.")] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Ask one question and get an answer that links the second of the lecture that supports it."""
    if not question.strip():
        raise typer.BadParameter("the question is empty")
    if picture is not None:
        refuse_unwritable(picture)
    place = find_place(context, data)
    read_course(place, course)
    console = screen()
    exchange = asyncio.run(_ask(place, course, question, lecture=lecture, console=None if as_json else console))
    if as_json:
        print_json(exchange_record(exchange))
    else:
        show_answer(console, exchange)
    if picture is not None:
        save_picture(exchange, picture)
    for warning in exchange.warnings:
        aside().print(Text(f"! {printable(warning)}", style="yellow"), soft_wrap=True)
    if exchange.answer.outcome is Outcome.FAILED:
        aside().print(Text(f"lectern: {exchange.answer.reason}"), soft_wrap=True)
        raise typer.Exit(1)


async def _ask(place: Place, course: str, question: str, *, lecture: str | None, console: Console | None) -> Exchange:
    async with open_lectern(place.settings, data=place.data) as lectern:
        asked = await lectern.question(
            question,
            course=course,
            platform=PLATFORM,
            person_id=local_person(),
            conversation_id=uuid4().hex,
            lecture_id=lecture,
        )
        if console is None:
            return await lectern.assistant.ask(asked)
        with answer_being_written(console) as on_text:
            return await lectern.assistant.ask(asked, on_text=on_text)
