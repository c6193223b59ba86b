"""The sample course's twelve questions, asked through the whole product with the real E5 and no language model.

What is hard in them is hard in students' questions too: other words than the lecturer's, another language, a slip of
the keyboard.
"""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from shutil import copytree

import pytest

from bot.assembly import open_lectern
from bot.exchange import Citation, Exchange, Outcome
from config.loading import load_settings
from retrieval.embedders.bundled import BundledE5
from retrieval.neighbours import merge_neighbours
from retrieval.segment import Segment
from retrieval.support import StretchFinder
from tests.conftest import SAMPLE

CLOSE_SECONDS = 15

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
            await lectern.question(
                text, course=SAMPLE, platform="console", person_id="ana", conversation_id=f"c{place}"
            )
            for place, text in enumerate(texts)
        ]
        return [await lectern.assistant.ask(question) for question in questions]


@pytest.fixture(scope="module")
def data(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copytree(sample_data, tmp_path_factory.mktemp("gold") / "data")


@pytest.fixture(scope="module")
def exchanges(data: Path) -> list[Exchange]:
    """Every question asked once, in the order of GOLD."""
    return asyncio.run(ask_all(data, [gold["text"] for gold in GOLD]))


def is_close(citation: Citation, gold: dict[str, str | float]) -> bool:
    truth = float(gold["start_seconds"])
    return citation.lecture_id == gold["lecture"] and abs(citation.second - truth) <= CLOSE_SECONDS


def holds_answer(segment: Segment, gold: dict[str, str | float]) -> bool:
    begins = float(gold["start_seconds"])
    return segment.lecture.lecture_id == gold["lecture"] and segment.start_seconds <= begins <= segment.end_seconds


def test_the_right_lecture_is_found_first(exchanges: list[Exchange]) -> None:
    first = [exchange.passages[0].segment.lecture.lecture_id for exchange in exchanges]
    assert sum(lecture == gold["lecture"] for lecture, gold in zip(first, GOLD, strict=True)) >= 10


async def test_a_true_claim_is_linked_at_the_second_where_it_is_said(exchanges: list[Exchange]) -> None:
    # As with a language model that answers right and cites the right source: both are given here, so this measures the
    # pinpointing alone, not the way from question to link.
    close = 0
    with ThreadPoolExecutor(1) as executor:
        finder = StretchFinder(BundledE5(), executor=executor)
        for exchange, gold in zip(exchanges, GOLD, strict=True):
            around = [passage for passage in exchange.passages if holds_answer(passage.segment, gold)]
            for source in merge_neighbours(around)[:1]:
                support = await finder.find(gold["answer"], source, language=gold["language"], question=gold["text"])
                close += abs(support.stretch.start_seconds - gold["start_seconds"]) <= CLOSE_SECONDS
    assert close >= 9


def test_without_a_language_model_one_of_the_links_is_close_to_the_answer(exchanges: list[Exchange]) -> None:
    # Measured: 8.
    answers = [exchange.answer.citations for exchange in exchanges]
    assert sum(any(is_close(each, gold) for each in links) for links, gold in zip(answers, GOLD, strict=True)) >= 8


def test_without_a_language_model_the_first_link_is_close_for_three_of_twelve(exchanges: list[Exchange]) -> None:
    # Measured: 4. A question shares few words with its answer; the claim of a language model shares many.
    answers = [exchange.answer.citations[:1] for exchange in exchanges]
    assert sum(any(is_close(each, gold) for each in links) for links, gold in zip(answers, GOLD, strict=True)) >= 3


@pytest.mark.xfail(strict=True, reason="the goal for a bare question; 4 of 12 so far, with the bundled small E5")
def test_without_a_language_model_the_first_link_is_close_for_nine_of_twelve(exchanges: list[Exchange]) -> None:
    answers = [exchange.answer.citations[:1] for exchange in exchanges]
    assert sum(any(is_close(each, gold) for each in links) for links, gold in zip(answers, GOLD, strict=True)) >= 9


def test_what_the_lectures_answer_is_answered(exchanges: list[Exchange]) -> None:
    assert [exchange.answer.outcome for exchange in exchanges].count(Outcome.ANSWERED) >= 11


async def test_what_the_lectures_do_not_answer_is_not(data: Path) -> None:
    exchanges = await ask_all(data, OFF_TOPIC)
    assert [exchange.answer.outcome for exchange in exchanges].count(Outcome.NOT_IN_LECTURES) >= 3
    for exchange in exchanges:
        assert exchange.answer.outcome is Outcome.NOT_IN_LECTURES or exchange.answer.citations
