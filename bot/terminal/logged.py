"""`lectern log`: what was asked lately, and how it ended."""

import asyncio
from typing import Annotated

import typer

from bot.assembly import open_log_of
from bot.exchange import Exchange, Feedback
from bot.feedback import count_thumbs
from bot.platforms.console import show_log
from bot.terminal.output import exchange_record, print_json_line, screen
from bot.terminal.places import Data, Place, find_place


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("log", rich_help_panel="Look inside")(log)


def log(
    context: typer.Context,
    course: Annotated[str | None, typer.Option("--course", help="Only this course.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many, newest first.")] = 20,
    as_lines: Annotated[bool, typer.Option("--jsonl", help="Print one line of JSON an exchange.")] = False,
    data: Data = None,
) -> None:
    """Show the latest exchanges with their outcomes, sources and thumbs."""
    exchanges, feedback = asyncio.run(_read(find_place(context, data), course=course, limit=limit))
    if not as_lines:
        show_log(screen(), exchanges, feedback)
        return
    for exchange, events in zip(exchanges, feedback, strict=True):
        count = count_thumbs(events)
        thumbs = {"helpful": count.helpful, "not_helpful": count.not_helpful}
        print_json_line(
            {**exchange_record(exchange), "asked_at": exchange.question.asked_at.isoformat(), "thumbs": thumbs}
        )


async def _read(
    place: Place, *, course: str | None, limit: int
) -> tuple[tuple[Exchange, ...], list[tuple[Feedback, ...]]]:
    async with open_log_of(place.settings, data=place.data, read_only=True) as kept:
        exchanges = await kept.latest(course=course, limit=limit)
        return exchanges, [await kept.feedback(exchange.exchange_id) for exchange in exchanges]
