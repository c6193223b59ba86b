"""The adapter against a real llama.cpp server."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from bot.endpoint.chat import OpenAIChat, Timeouts
from bot.llm import Completion, Message, Unavailable, check_endpoint
from tests.chats import chat_at
from tests.contracts.language_model import ASK, LanguageModelContract
from tests.llama_server import MODEL, llama_server, missing_packages

# A small machine reads about 50 tokens of prompt a second.
PATIENT = Timeouts(first_token_seconds=60, between_chunks_seconds=60, whole_seconds=110)

pytestmark = [
    pytest.mark.llm,
    pytest.mark.skipif(bool(missing_packages()), reason=f"not installed: {', '.join(missing_packages())}"),
]


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with llama_server() as base_url:
        yield base_url


class TestOpenAIChatKeepsTheContractOnLlamaCpp(LanguageModelContract):
    @pytest.fixture
    def model(self, base_url: str) -> OpenAIChat:
        return chat_at(base_url, timeouts=PATIENT)

    @pytest.fixture
    def truncating(self, base_url: str) -> OpenAIChat:
        return chat_at(base_url, timeouts=PATIENT)

    @pytest.fixture
    def failing(self) -> OpenAIChat:
        return chat_at("http://127.0.0.1:1/v1")


async def test_the_server_s_own_model_name_and_token_counts_are_kept(base_url: str) -> None:
    result = await chat_at(base_url, timeouts=PATIENT).complete(ASK, max_tokens=5)
    assert isinstance(result, Completion)
    assert result.model == MODEL
    assert result.is_truncated
    assert result.usage.completion_tokens == 5


async def test_a_prompt_longer_than_the_context_is_called_too_long(base_url: str) -> None:
    long = [Message(role="user", content="word " * 2_000)]
    result = await chat_at(base_url, timeouts=PATIENT).complete(long, max_tokens=5)
    assert isinstance(result, Unavailable)
    assert result.cause == "too_long"
    assert result.usage.requests == 1


async def test_a_cancelled_question_leaves_the_only_place_of_the_server_to_the_next(base_url: str) -> None:
    chat = chat_at(base_url, timeouts=PATIENT)
    begun = asyncio.Event()
    story = [Message(role="user", content="Write a long story about a river.")]
    task = asyncio.create_task(chat.complete(story, max_tokens=900, on_text=lambda _: begun.set()))
    await asyncio.wait_for(begun.wait(), timeout=60)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert isinstance(await chat.complete(ASK, max_tokens=2), Completion)


async def test_a_check_finds_the_server_well(base_url: str) -> None:
    check = await check_endpoint(chat_at(base_url, timeouts=PATIENT), clock=time.monotonic)
    assert check.ok, check.sentence
