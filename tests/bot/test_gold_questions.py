"""The sample course's twelve questions, asked through the whole product with the real E5 and no language model."""

import json
from importlib.resources import files
from pathlib import Path
from shutil import copytree

import pytest

from bot.assembly import open_lectern
from bot.exchange import Exchange, Outcome
from config.loading import load_settings
from tests.conftest import SAMPLE

GOLD = [
    json.loads(line)
    for line in (files("config") / "sample_course" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]
OFF_TOPIC = [
    "Qual é a capital da Austrália?",
    "Who won the 2022 world cup?",
    "como faço um bolo de cenoura?",
    "quando é a prova de cálculo 2?",
]


async def ask_all(data: Path, texts: list[str]) -> list[Exchange]:
    settings = load_settings(data=data, file=None, environment={})
    async with open_lectern(settings, data=data) as lectern:
        questions = [
            lectern.question(text, course=SAMPLE, platform="console", person_id="ana", conversation_id=f"c{place}")
            for place, text in enumerate(texts)
        ]
        return [await lectern.assistant.ask(question) for question in questions]


@pytest.fixture
def data(sample_data: Path, tmp_path: Path) -> Path:
    return copytree(sample_data, tmp_path / "data")


async def test_the_right_lecture_is_first_and_the_second_is_close(data: Path) -> None:
    exchanges = await ask_all(data, [gold["text"] for gold in GOLD])
    lectures = [exchange.passages[0].segment.lecture.lecture_id for exchange in exchanges]
    right = sum(lecture == gold["lecture"] for lecture, gold in zip(lectures, GOLD, strict=True))
    close = sum(
        any(
            citation.lecture_id == gold["lecture"] and abs(citation.second - gold["start_seconds"]) <= 15
            for citation in exchange.answer.citations[:1]
        )
        for exchange, gold in zip(exchanges, GOLD, strict=True)
    )
    assert right >= 10
    assert close >= 9


async def test_what_the_lectures_answer_is_answered(data: Path) -> None:
    exchanges = await ask_all(data, [gold["text"] for gold in GOLD])
    assert [exchange.answer.outcome for exchange in exchanges].count(Outcome.ANSWERED) >= 11


async def test_what_the_lectures_do_not_answer_is_not(data: Path) -> None:
    exchanges = await ask_all(data, OFF_TOPIC)
    assert [exchange.answer.outcome for exchange in exchanges].count(Outcome.NOT_IN_LECTURES) >= 3
    for exchange in exchanges:
        assert exchange.answer.outcome is Outcome.NOT_IN_LECTURES or exchange.answer.citations
