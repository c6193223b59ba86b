from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.answerer import Answerer, AnswerRequest
from bot.answerers.extractive import ExtractiveAnswerer
from bot.exchange import Outcome
from retrieval.support import StretchFinder
from tests.contracts.answerer import AnswererContract, ask, assert_keeps_its_word
from tests.examples import make_cues, make_passage, make_question, make_retrieval, make_segment
from tests.fakes_embedder import FakeEmbedder


@pytest.fixture
def extractive() -> Iterator[ExtractiveAnswerer]:
    with ThreadPoolExecutor(1) as executor:
        yield ExtractiveAnswerer(StretchFinder(FakeEmbedder(256), executor=executor), answerable_threshold=0.5)


class TestExtractiveAnswerer(AnswererContract):
    @pytest.fixture(autouse=True)
    def _take(self, extractive: ExtractiveAnswerer) -> None:
        self._extractive = extractive

    def answerer(self) -> Answerer:
        return self._extractive


async def test_it_says_in_the_questions_language_that_these_are_quotes(extractive: ExtractiveAnswerer) -> None:
    answer = await extractive.answer(ask("Where does the gradiente point?", language="en"))
    lead, first, *_ = answer.text.splitlines()
    assert lead == "No language model is configured; these are the lecturer's own words:"
    assert first == "“O gradiente aponta para a subida mais forte.” [1]"
    assert (answer.answerer, answer.model, answer.reason) == ("extractive", None, None)


async def test_weak_evidence_is_not_in_the_lectures(extractive: ExtractiveAnswerer) -> None:
    answer = await extractive.answer(ask(answerable=0.49))
    assert (answer.outcome, answer.text, answer.citations) == (
        Outcome.NOT_IN_LECTURES,
        "Não encontrei isso nas aulas.",
        (),
    )


async def test_with_a_reason_the_quotes_are_degraded(extractive: ExtractiveAnswerer) -> None:
    answer = await extractive.quote(ask(), lead="O modelo caiu:", reason="timeout", model="small")
    assert (answer.outcome, answer.reason, answer.model) == (Outcome.DEGRADED, "timeout", "small")
    assert answer.text.startswith("O modelo caiu:\n“O gradiente")


async def test_what_is_said_twice_is_quoted_once(extractive: ExtractiveAnswerer) -> None:
    texts = ("O gradiente aponta para a subida.", "Bom dia a todos.", "Até a semana que vem.", "Hoje é terça.")
    segments = [
        make_segment(place, cues=make_cues(texts, start_seconds=place * 500, cue_seconds=10)) for place in (1, 2)
    ]
    retrieval = make_retrieval([make_passage(segment, rank=place) for place, segment in enumerate(segments, start=1)])
    text = "para onde o gradiente aponta?"
    request = AnswerRequest(question=make_question(text), standalone_text=text, retrieval=retrieval)
    answer = await extractive.answer(request)
    assert [citation.second for citation in answer.citations] == [500.0]


async def test_hostile_captions_are_quoted_without_anything_live(extractive: ExtractiveAnswerer) -> None:
    cues = make_cues(["O gradiente aponta @everyone [9] https://evil.example <b>x</b> sim."], cue_seconds=10)
    request = AnswerRequest(
        question=make_question(),
        standalone_text="Para onde aponta o gradiente?",
        retrieval=make_retrieval([make_passage(make_segment(cues=cues))]),
    )
    answer = await extractive.answer(request)
    assert answer.citations[0].quote == "O gradiente aponta everyone [ 9 ] x sim."
    assert answer.text.endswith("“O gradiente aponta everyone [ 9 ] x sim.” [1]")


async def test_the_answer_keeps_its_word_for_another_lecture(extractive: ExtractiveAnswerer) -> None:
    request = ask("O que a poda corta da árvore?")
    answer = await extractive.answer(request)
    assert answer.citations[0].lecture_id == "aula-2"
    assert_keeps_its_word(answer, request)
