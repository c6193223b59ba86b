"""`lectern demo`: the sample course is ingested and asked six questions, so that a newcomer sees all of it at work."""

import asyncio
import sys
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import typer
from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from bot.assembly import open_lectern, open_log_of
from bot.platforms.console import show_log
from bot.terminal.chatting import hold_sitting, make_sitting
from bot.terminal.lectures import ingest_with_progress
from bot.terminal.output import screen
from bot.terminal.places import Data, Place, find_place

COURSE = "demo"
# Beside where the command runs, so that a trial leaves nothing in the user's data folder.
DEMO_FOLDER = Path("lectern-data") / "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A line of the demo and what it shows."""

    shows: str
    line: str


SCENES = (
    Scene(shows="A question in Portuguese", line="Por que o F1 usa média harmônica em vez da média aritmética?"),
    Scene(
        shows="A question in English about a lecture in Portuguese",
        line="How many points do I lose if I hand in the exercise list late?",
    ),
    Scene(
        shows="Typing errors, no accents",
        line="pq nao da certo botar todos os pesos zerados no inicio da rede nueral??",
    ),
    Scene(shows="A follow-up, which knows the question before", line="e como inicializo então?"),
    Scene(shows="A question the lectures do not answer", line="Quem ganhou a Copa do Mundo de 2022?"),
    Scene(
        shows="A question in Portuguese about a lecture in English",
        line="Qual é a diferença entre bagging e boosting?",
    ),
    Scene(shows="A thumb for the last answer", line="+ era isso mesmo"),
)


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("demo", rich_help_panel="Start here")(demo)


def demo(context: typer.Context, data: Data = None) -> None:
    """See Lectern at work on a bundled sample course; at a terminal, go on asking yourself."""
    place = find_place(context, data or DEMO_FOLDER)
    console = screen()
    with as_file(files("config") / "sample_course") as folder:
        ingest_with_progress(place, COURSE, folder)
    asyncio.run(_play(place, console))
    asyncio.run(_show_log(place, console))
    command = sys.argv[0] if Path(sys.argv[0]).name == "lectern" else "lectern"
    console.print(
        f"\nGo on asking:       {command} chat {COURSE} --data {place.data}\n"
        f"Your own lectures:  {command} ingest my-course FOLDER   then   {command} chat my-course",
        soft_wrap=True,
    )
    if console.is_terminal:
        hold_sitting(place, COURSE, console)


async def _play(place: Place, console: Console) -> None:
    async with open_lectern(place.settings, data=place.data) as lectern:
        sitting = make_sitting(lectern, COURSE, console)
        for scene in SCENES:
            console.print(Rule(Text(scene.shows, style="bold"), align="left"))
            console.print(Text(f"❯ {scene.line}"))
            await sitting.hear(scene.line)


async def _show_log(place: Place, console: Console) -> None:
    async with open_log_of(place.settings, data=place.data, read_only=True) as log:
        exchanges = await log.latest(course=COURSE, limit=6)
        show_log(console, exchanges, [await log.feedback(exchange.exchange_id) for exchange in exchanges])
