"""OpenAIChat as tests build it and ask it: real requests, short timeouts, no real waits."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.endpoint.breaker import CircuitBreaker
from bot.endpoint.chat import OpenAIChat, Timeouts
from bot.endpoint.reply import Prices
from bot.llm import Completion, LanguageModel, Unavailable
from tests.contracts.language_model import ASK

# For stalls, which must be waited for. Chunks of tests that drip come every 0.1 s, five times as often as needed.
SHORT = Timeouts(connect_seconds=0.5, first_token_seconds=0.3, between_chunks_seconds=0.5, whole_seconds=2.0)
# For all else: a busy machine must not turn another fault into a stall.
PATIENT = Timeouts(connect_seconds=10, first_token_seconds=10, between_chunks_seconds=10, whole_seconds=30)
NOON = datetime(2025, 3, 3, 12, 0, 0, tzinfo=UTC)


@dataclass
class NoWait:
    """A sleep that only remembers how long it was meant to be."""

    waits: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0)


def chat_at(
    base_url: str,
    *,
    api_key: str | None = "very-secret",
    timeouts: Timeouts = PATIENT,
    requires_finish_reason: bool = True,
    prices: Prices | None = None,
    breaker: CircuitBreaker | None = None,
    sleep: Callable[[float], Awaitable[None]] | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> OpenAIChat:
    """A chat model at `base_url` whose breaker stays closed unless one is given."""
    return OpenAIChat(
        base_url,
        "test-model",
        api_key,
        temperature=0.2,
        timeouts=timeouts,
        requires_finish_reason=requires_finish_reason,
        prices=prices,
        breaker=breaker or CircuitBreaker(clock=time.monotonic, failures_to_open=1_000_000),
        sleep=sleep or NoWait(),
        now=lambda: NOON,
        monotonic=monotonic,
    )


async def ask(chat: LanguageModel) -> Completion | Unavailable:
    return await chat.complete(ASK, max_tokens=50)


async def text_of(chat: LanguageModel) -> str:
    result = await ask(chat)
    assert isinstance(result, Completion), result
    return result.text


async def cause_of(chat: LanguageModel) -> str:
    result = await ask(chat)
    assert isinstance(result, Unavailable), result
    return result.cause
