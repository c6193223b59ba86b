"""The path of one question: what is asked of each part, what is logged, and that nothing fails silently."""

from dataclasses import dataclass, field
from itertools import count

import pytest

from bot.answerer import AnswerRequest
from bot.assistant import Assistant
from bot.exchange import Answer, Outcome, Question, Turn, Usage
from bot.llm import OnText
from bot.rewriting import Rewriting, WordRewriter
from bot.store.log import LogUnavailable
from retrieval.search import Query, Retrieval
from retrieval.segment import CourseUnknown
from tests.examples import make_answer, make_question, make_retrieval
from tests.fakes_log import InMemoryLog


@dataclass
class FixedRetriever:
    result: Retrieval | Exception
    asked: list[Query] = field(default_factory=list)

    async def retrieve(self, query: Query) -> Retrieval:
        self.asked.append(query)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@dataclass
class FixedAnswerer:
    result: Answer | Exception
    asked: list[AnswerRequest] = field(default_factory=list)

    async def answer(self, request: AnswerRequest, *, on_text: OnText | None = None) -> Answer:
        self.asked.append(request)
        if isinstance(self.result, Exception):
            raise self.result
        if on_text is not None:
            on_text(self.result.text)
        return self.result


class RewritingTo:
    def __init__(self, rewriting: Rewriting) -> None:
        self._rewriting = rewriting

    async def stand_alone(self, question: Question, conversation: tuple[Turn, ...]) -> Rewriting:
        return self._rewriting


class FullLog(InMemoryLog):
    async def record(self, exchange: object) -> int:
        raise LogUnavailable("The disk is full.", fix="Make room.")


@dataclass
class Setting:
    retriever: FixedRetriever = field(default_factory=lambda: FixedRetriever(make_retrieval()))
    answerer: FixedAnswerer = field(default_factory=lambda: FixedAnswerer(make_answer()))
    log: InMemoryLog = field(default_factory=InMemoryLog)
    rewriter: WordRewriter | RewritingTo = field(default_factory=WordRewriter)

    def assistant(self) -> Assistant:
        ids, seconds = count(1), count()
        return Assistant(
            retriever=self.retriever,
            answerer=self.answerer,
            rewriter=self.rewriter,
            log=self.log,
            embedder_name="fake-embedder",
            passages_logged=10,
            new_id=lambda: f"exchange-{next(ids)}",
            monotonic=lambda: float(next(seconds)),
        )


async def test_an_answer_is_logged_with_all_it_rests_on() -> None:
    setting = Setting()
    exchange = await setting.assistant().ask(make_question())
    assert exchange.answer.outcome is Outcome.ANSWERED
    assert exchange.passages == setting.retriever.result.passages  # type: ignore[union-attr]
    assert (exchange.index_fingerprint, exchange.embedder) == ("index-1", "fake-embedder")
    (logged,) = await setting.log.latest()
    assert logged.exchange_id == exchange.exchange_id


async def test_a_follow_up_is_searched_for_as_rewritten_and_answered_with_its_turns() -> None:
    setting = Setting(rewriter=RewritingTo(Rewriting(text="Por que zerar os pesos falha?", method="model")))
    turns = (Turn(question="Posso zerar os pesos?", answer="Não."),)
    exchange = await setting.assistant().ask(make_question("e por quê?"), conversation=turns)
    assert setting.retriever.asked[0].text == "Por que zerar os pesos falha?"
    assert setting.answerer.asked[0].conversation == turns
    assert exchange.standalone_text == "Por que zerar os pesos falha?"
    assert exchange.question.text == "e por quê?"


async def test_a_rewriting_that_failed_is_kept_as_a_warning_and_its_cost_is_added() -> None:
    spent = Usage(prompt_tokens=50, completion_tokens=5, requests=1, cost_usd=0.001)
    setting = Setting(rewriter=RewritingTo(Rewriting(text="e isso?", reason="timeout", usage=spent)))
    exchange = await setting.assistant().ask(make_question("e isso?"))
    assert any("timeout" in warning for warning in exchange.warnings)
    # The example answer cost 1200 + 80 tokens, one request and 0.0004 dollars.
    usage = exchange.answer.usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.requests) == (1250, 85, 2)
    assert usage.cost_usd == pytest.approx(0.0014)


async def test_an_expected_fault_of_retrieval_is_a_failed_outcome_with_its_reason() -> None:
    setting = Setting(retriever=FixedRetriever(CourseUnknown("There is no course 'x'.", fix="Run: lectern ingest")))
    exchange = await setting.assistant().ask(make_question())
    assert exchange.answer.outcome is Outcome.FAILED
    assert "There is no course" in (exchange.answer.reason or "")
    assert "Tente de novo" in exchange.answer.text
    assert exchange.answerable is None
    assert len(await setting.log.latest()) == 1


async def test_a_defect_in_a_part_is_a_failed_outcome_that_keeps_what_was_found() -> None:
    setting = Setting(answerer=FixedAnswerer(ZeroDivisionError("secret student text")))
    exchange = await setting.assistant().ask(make_question())
    assert exchange.answer.outcome is Outcome.FAILED
    assert exchange.answer.reason == "ZeroDivisionError"
    assert exchange.passages


async def test_an_exchange_that_cannot_be_logged_is_not_shown() -> None:
    setting = Setting(log=FullLog())
    with pytest.raises(LogUnavailable):
        await setting.assistant().ask(make_question())


async def test_streamed_text_reaches_the_listener_and_is_timed() -> None:
    heard: list[str] = []
    exchange = await Setting().assistant().ask(make_question(), on_text=heard.append)
    assert heard == [exchange.answer.text]
    assert exchange.timings.first_text is not None
