"""The reply of a language model as it arrives: chunks of foreign data become one clean text with its end and usage."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from bot.endpoint.faults import CONTENT_FILTER, CUT, EMPTY, Fault, fault_of_error_event
from bot.exchange import Usage

# Several times the longest answer asked for; a server that never stops is not read further.
MAX_CHARACTERS = 64_000

COMPLETE_REASONS = frozenset({"stop", "eos", "eos_token", "end_turn", "stop_sequence"})
TRUNCATED_REASONS = frozenset({"length", "max_tokens", "model_length"})
FILTERED_REASONS = frozenset({"content_filter", "safety", "recitation"})


Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Dollars per million tokens."""

    prompt_usd_per_million: float
    completion_usd_per_million: float


class Delta(BaseModel):
    """Text of one chunk, or of the whole message where the endpoint does not stream."""

    content: str | None = None
    reasoning_content: object = None
    reasoning: object = None


class Choice(BaseModel):
    """One of the texts being written; only the first is asked for."""

    index: int = 0
    delta: Delta | None = None
    message: Delta | None = None
    finish_reason: str | None = None


class Chunk(BaseModel):
    """One event of a stream, or a whole answer that was not streamed."""

    choices: list[Choice] | None = None
    usage: Mapping[str, object] | None = None
    model: str | None = None
    error: object = None


class Reply:
    """Gathers the chunks of one request."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._characters = 0
        self._usage: Mapping[str, object] = {}
        self.has_started = False
        self.finish_reason: str | None = None
        self.model: str | None = None
        self.error: object = None

    def add(self, chunk: Chunk) -> bool:
        """Take in a chunk and say whether it brought text; reasoning starts the reply but is not kept."""
        self.model = chunk.model or self.model
        self._usage = chunk.usage or self._usage
        self.error = chunk.error or self.error
        before = self._characters
        for choice in chunk.choices or ():
            if choice.index == 0:
                self._add_choice(choice)
        return self._characters > before

    @property
    def is_full(self) -> bool:
        """Whether more was sent than will be read."""
        return self._characters >= MAX_CHARACTERS

    @property
    def is_truncated(self) -> bool:
        """Whether the text stops at a limit, the endpoint's or ours."""
        return self.finish_reason in TRUNCATED_REASONS or self.is_full

    @property
    def text(self) -> str:
        """The text so far: without the model's thinking, without characters that no platform can show."""
        # Joined once, so that the next call has only the newest parts to join.
        self._parts = ["".join(self._parts)[:MAX_CHARACTERS]]
        return clean_text(self._parts[0])

    def verdict(self, fault: Fault | None, *, requires_finish_reason: bool) -> Fault | None:
        """Say what is wrong with this reply, whose stream ended with `fault`; None is a text that may be shown."""
        if self.error:
            return fault_of_error_event(self.error)
        if self.finish_reason in FILTERED_REASONS:
            return CONTENT_FILTER
        # What breaks after the finish reason breaks only the usage.
        has_ended = self.finish_reason in COMPLETE_REASONS or self.is_truncated
        if not has_ended and (fault or requires_finish_reason):
            return fault or CUT
        return None if self.text else EMPTY

    def usage(self, *, prices: Prices | None) -> Usage:
        """Return what this request took, as far as the endpoint counted it."""
        prompt_tokens, completion_tokens = self._tokens("prompt_tokens"), self._tokens("completion_tokens")
        cost = None
        if prices is not None and prompt_tokens is not None and completion_tokens is not None:
            prompt_cost = prompt_tokens * prices.prompt_usd_per_million
            cost = (prompt_cost + completion_tokens * prices.completion_usd_per_million) / 1e6
        return Usage(prompt_tokens=prompt_tokens, completion_tokens=completion_tokens, requests=1, cost_usd=cost)

    def _tokens(self, key: str) -> int | None:
        """Tokens as the endpoint counted them. A count of 0 comes from servers that do not count: unknown."""
        count = self._usage.get(key)
        # True is an int to Python, and what 32 bits do not hold is no count of tokens: it could not be logged.
        return count if type(count) is int and 0 < count < 2**31 else None

    def _add_choice(self, choice: Choice) -> None:
        delta = choice.delta or choice.message or Delta()
        if choice.finish_reason:
            self.finish_reason = choice.finish_reason.casefold()
        if delta.content:
            self._parts.append(delta.content)
            self._characters += len(delta.content)
        self.has_started = self.has_started or bool(delta.content or delta.reasoning_content or delta.reasoning)


def add_known_usage(first: Usage, second: Usage) -> Usage:
    """Add up what requests for one text took: of each count what is known, a lower bound; None where nothing is."""
    return Usage(
        prompt_tokens=_known_sum(first.prompt_tokens, second.prompt_tokens),
        completion_tokens=_known_sum(first.completion_tokens, second.completion_tokens),
        requests=first.requests + second.requests,
        cost_usd=_known_sum(first.cost_usd, second.cost_usd),
    )


def clean_text(raw: str) -> str:
    """Return what a reader may see of a model's text: no thinking, no NUL, no half of a surrogate pair."""
    return _without_thinking(whole_characters(raw).replace("\0", "").lstrip()).strip()


def whole_characters(text: str) -> str:
    """Join surrogate pairs that were split over two chunks, and replace halves that stayed alone."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _known_sum(first: Number | None, second: Number | None) -> Number | None:
    if first is None or second is None:
        return second if first is None else first
    return first + second


def _without_thinking(text: str) -> str:
    """Cut a leading block of thinking; some templates open it in the prompt, so that only its end is in the text."""
    if _OPENING.startswith(text) or (text.startswith(_OPENING) and _CLOSING not in text):
        return ""
    before, closing, after = text.partition(_CLOSING)
    if closing and (before.startswith(_OPENING) or _OPENING not in before):
        return after
    return text


_OPENING = "<think>"
_CLOSING = "</think>"
