"""The language of a question that shows none, through the assembled Lectern and a sitting at the console."""

from pathlib import Path
from shutil import copytree

import pytest
from rich.console import Console

from bot.assembly import open_lectern
from bot.exchange import Turn
from bot.platforms.console_sitting import Sitting
from config.loading import load_settings
from tests.conftest import SAMPLE


@pytest.fixture
def data(sample_data: Path, tmp_path: Path) -> Path:
    return copytree(sample_data, tmp_path / "data")


async def test_one_word_is_asked_in_the_conversations_language_else_in_the_courses(data: Path) -> None:
    english = (Turn(question="What is precision?", answer="The share of hits."),)
    async with open_lectern(load_settings(data=data, file=None, environment={}), data=data) as lectern:
        asked = [
            await lectern.question(
                "recall?",
                course=SAMPLE,
                platform="console",
                person_id="ana",
                conversation_id="c",
                conversation=conversation,
            )
            for conversation in (english, ())
        ]
    assert [question.language for question in asked] == ["en", "pt"]


async def test_a_sitting_goes_on_in_its_language(data: Path) -> None:
    async with open_lectern(load_settings(data=data, file=None, environment={}), data=data) as lectern:
        sitting = Sitting(
            lectern=lectern, course=SAMPLE, person_id="ana", console=Console(quiet=True), new_id=lambda: "c"
        )
        await sitting.hear("What is the precision of a model?")
        await sitting.hear("recall?")
        languages = [exchange.question.language for exchange in await lectern.log.latest(limit=2)]
    assert languages == ["en", "en"]
