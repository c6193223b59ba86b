"""Nouns of the bot: Question, Citation, Answer, Exchange, Feedback. An outcome is a value, never an exception."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from retrieval.segment import Passage

Number = TypeVar("Number", int, float)


class Outcome(StrEnum):
    """How a question ended. Every exchange has one, and every one is logged and shown with a plain sentence."""

    ANSWERED = "answered"
    NOT_IN_LECTURES = "not_in_lectures"
    DEGRADED = "degraded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked, by which pseudonym, where. `conversation_id` joins the turns of one sitting or thread."""

    text: str
    course: str
    asker: str
    platform: str
    conversation_id: str
    asked_at: datetime
    language: str
    lecture_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A claim's link to a segment and second.

    `number` is what the text shows as [1]; `second` is where the supporting stretch begins, `until_second` where it
    ends, `quote` its words as spoken; `link` opens the recording at `second`, or is the plain URL for unknown hosts.
    """

    number: int
    corpus_id: int
    lecture_id: str
    lecture_title: str
    url: str
    start_seconds: float
    end_seconds: float
    second: float
    until_second: float
    quote: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one question cost: tokens sent and received, requests made, money where prices are set (unknown is None)."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    requests: int = 0
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was said. `text` carries numbers such as [1] that match `citations`; `reason` says why not `answered`."""

    outcome: Outcome
    text: str
    citations: tuple[Citation, ...] = ()
    answerer: str
    model: str | None = None
    prompt_version: str | None = None
    reason: str | None = None
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Milliseconds by stage; a stage that was not reached is None, `first_text` also where nothing was streamed."""

    rewrite: float | None
    retrieve: float | None
    answer: float | None
    total: float
    first_text: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """The unit of the log: a question, what was found (raw, best first), what was said, and what it took.

    `standalone_text` is the question as searched for, after a follow-up was rewritten to stand alone, and
    `rewriting_method` says how: `unchanged`, `words` (earlier ones added), or `model` with its name and prompt version.
    """

    exchange_id: str
    question: Question
    standalone_text: str
    passages: tuple[Passage, ...]
    answer: Answer
    index_fingerprint: str
    embedder: str
    answerable: float | None
    timings: Timings
    rewriting_method: str = "unchanged"
    rewriting_model: str | None = None
    rewriting_prompt_version: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """An earlier question and answer of the same conversation, as the rewriting and the prompt see it."""

    question: str
    answer: str


class Thumb(StrEnum):
    """A person's verdict on usefulness; never a label of correctness."""

    HELPFUL = "helpful"
    NOT_HELPFUL = "not_helpful"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One thumb given or taken back. The last event of a person counts; all events are kept."""

    exchange_id: str
    rater: str
    thumb: Thumb
    given: bool
    at: datetime
    reason: str | None = None
    role: str = "student"


def add_usage(first: Usage, second: Usage) -> Usage:
    """Add up what two steps of a question cost; one that made no request adds nothing, an unknown stays unknown."""
    steps = [usage for usage in (first, second) if usage.requests] or [Usage()]
    return Usage(
        prompt_tokens=_sum([usage.prompt_tokens for usage in steps]),
        completion_tokens=_sum([usage.completion_tokens for usage in steps]),
        requests=sum(usage.requests for usage in steps),
        cost_usd=_sum([usage.cost_usd for usage in steps]),
    )


def _sum(values: Sequence[Number | None]) -> Number | None:
    known = [value for value in values if value is not None]
    return sum(known[1:], start=known[0]) if len(known) == len(values) else None
