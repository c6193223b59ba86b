"""The port Answerer: from a question and its passages to an answer with citations."""

from dataclasses import dataclass
from typing import Protocol

from bot.exchange import Answer, Question, Turn
from bot.llm import OnText
from retrieval.search import Retrieval


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRequest:
    """All an answerer may use: the question as asked, as it stands alone, what was found, and the earlier turns."""

    question: Question
    standalone_text: str
    retrieval: Retrieval
    conversation: tuple[Turn, ...] = ()


class Answerer(Protocol):
    """Writes the answer of one question; never raises for a model's faults."""

    async def answer(self, request: AnswerRequest, *, on_text: OnText | None = None) -> Answer:
        """Answer from the passages alone. `on_text` sees the readable text so far while it is being written."""
        ...
