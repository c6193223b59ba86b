"""The path of one question: stand alone, retrieve, answer, log. The error boundary of a reply."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from bot.answerer import Answerer, AnswerRequest
from bot.exchange import Answer, Exchange, Outcome, Question, Turn, add_usage
from bot.languages import outcome_sentence
from bot.llm import OnText
from bot.rewriting import Rewriting
from bot.stopwatch import Stopwatch
from bot.store.log import Log
from retrieval.search import Query, Retrieval, Retriever
from retrieval.segment import RetrievalError

logger = logging.getLogger(__name__)

NOTHING_FOUND = Retrieval(passages=(), answerable=0.0, fingerprint="")


class StandAlone(Protocol):
    """Turns a follow-up into a question that can be searched for without the conversation."""

    async def stand_alone(self, question: Question, conversation: tuple[Turn, ...]) -> Rewriting:
        """Return the question to search for; the same text where it stood alone already."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistant:
    """Answers questions and logs every exchange before anyone sees it. Clock and ids are handed in."""

    retriever: Retriever
    answerer: Answerer
    rewriter: StandAlone
    log: Log
    embedder_name: str
    passages_logged: int
    new_id: Callable[[], str]
    monotonic: Callable[[], float]

    async def ask(
        self, question: Question, *, conversation: tuple[Turn, ...] = (), on_text: OnText | None = None
    ) -> Exchange:
        """Answer one question and return the exchange as logged; its outcome is a value, whatever went wrong.

        Raises:
            LogUnavailable: the exchange could not be kept, so it must not be shown.
        """
        exchange_id = self.new_id()
        watch = Stopwatch(self.monotonic)
        path = _Path(question=question, rewriting=Rewriting(text=question.text), retrieval=None)
        try:
            answer = await self._walk(path, conversation, watch, on_text=on_text)
        except RetrievalError as error:
            logger.warning("exchange %s: %s", exchange_id, error)
            answer = _failed(question, reason=str(error))
        except Exception as error:
            logger.exception("exchange %s failed", exchange_id)
            answer = _failed(question, reason=type(error).__name__)
        exchange = self._exchange(exchange_id, path, answer, watch)
        await self.log.record(exchange)
        return exchange

    async def _walk(
        self, path: "_Path", conversation: tuple[Turn, ...], watch: Stopwatch, *, on_text: OnText | None
    ) -> Answer:
        with watch.stage("rewrite"):
            path.rewriting = await self.rewriter.stand_alone(path.question, conversation)
        with watch.stage("retrieve"):
            path.retrieval = await self.retriever.retrieve(self._query(path))
        request = AnswerRequest(
            question=path.question,
            standalone_text=path.rewriting.text,
            retrieval=path.retrieval,
            conversation=conversation,
        )
        with watch.stage("answer"):
            return await self.answerer.answer(request, on_text=watch.noting_first_text(on_text))

    def _query(self, path: "_Path") -> Query:
        return Query(
            course=path.question.course,
            text=path.rewriting.text,
            at=path.question.asked_at,
            k=self.passages_logged,
            lecture_id=path.question.lecture_id,
        )

    def _exchange(self, exchange_id: str, path: "_Path", answer: Answer, watch: Stopwatch) -> Exchange:
        usage = add_usage(path.rewriting.usage, answer.usage)
        found = path.retrieval or NOTHING_FOUND
        return Exchange(
            exchange_id=exchange_id,
            question=path.question,
            standalone_text=path.rewriting.text,
            passages=found.passages,
            answer=replace(answer, usage=usage),
            index_fingerprint=found.fingerprint,
            embedder=self.embedder_name,
            answerable=None if path.retrieval is None else found.answerable,
            timings=watch.timings(),
            rewriting_method=path.rewriting.method,
            rewriting_model=path.rewriting.model,
            rewriting_prompt_version=path.rewriting.prompt_version,
            warnings=(*found.warnings, *_warnings(path.rewriting)),
        )


@dataclass(slots=True, kw_only=True)
class _Path:
    """How far a question has come; what was reached is logged even when a later step fails. None: not reached."""

    question: Question
    rewriting: Rewriting
    retrieval: Retrieval | None


def _warnings(rewriting: Rewriting) -> tuple[str, ...]:
    return (f"The follow-up was not rewritten by the model: {rewriting.reason}.",) if rewriting.reason else ()


def _failed(question: Question, *, reason: str) -> Answer:
    text = outcome_sentence(Outcome.FAILED, language=question.language)
    return Answer(outcome=Outcome.FAILED, text=text, answerer="none", reason=reason)
