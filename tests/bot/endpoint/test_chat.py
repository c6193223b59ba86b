"""The adapter of OpenAI-compatible endpoints keeps the contract, on a scripted server; what it sends."""

import asyncio

import pytest

from bot.endpoint.chat import OpenAIChat, Timeouts
from bot.llm import Message, check_endpoint
from tests import scripted_llm as play
from tests.chats import chat_at
from tests.contracts.language_model import ASK, LanguageModelContract
from tests.scripted_llm import Script, ScriptedServer


class TestOpenAIChatKeepsTheContract(LanguageModelContract):
    @pytest.fixture
    def model(self, server: ScriptedServer) -> OpenAIChat:
        server.play(play.answers("Hello", " there", "."))
        return chat_at(server.base_url)

    @pytest.fixture
    def truncating(self, server: ScriptedServer) -> OpenAIChat:
        events = (play.texts("Hello", " th"), play.delta("length"), play.usage(11, 3), play.DONE)
        server.play(play.streams(*events))
        return chat_at(server.base_url)

    @pytest.fixture
    def failing(self, server: ScriptedServer) -> OpenAIChat:
        server.play(play.status(503))
        return chat_at(server.base_url)


async def test_the_request_carries_model_messages_key_and_limits(server: ScriptedServer, chat: OpenAIChat) -> None:
    server.play(play.answers("Hello."))
    conversation = [Message(role=role, content=role) for role in ("system", "user", "assistant", "user")]
    await chat.complete(conversation, max_tokens=50)
    request = server.requests[0]
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == "Bearer very-secret"
    assert request.headers["accept-encoding"] == "identity"
    assert request.body["messages"] == [{"role": message.role, "content": message.content} for message in conversation]
    assert (request.body["model"], request.body["max_tokens"], request.body["stream"]) == ("test-model", 50, True)


@pytest.mark.parametrize(
    ("script", "ok", "said"),
    [
        (play.answers("Yes", finish_reason="length"), True, "test-model answered in 1.5 s."),
        (play.answers("<think>", finish_reason="length"), True, "test-model answered in 1.5 s."),
        (play.status(401), False, "LECTERN_LLM_API_KEY"),
    ],
)
async def test_checking_an_endpoint_asks_for_one_token_and_says_what_is_wrong(
    script: Script, ok: bool, said: str, server: ScriptedServer, chat: OpenAIChat
) -> None:
    server.play(script)
    clock = iter([10.0, 11.5])
    check = await check_endpoint(chat, clock=lambda: next(clock))
    assert check.ok is ok
    assert said in check.sentence
    assert server.requests[0].body["max_tokens"] == 1


async def test_cancelling_a_question_closes_its_connection(server: ScriptedServer) -> None:
    server.play(play.stalls_after(play.START))
    begun = asyncio.Event()
    chat = chat_at(server.base_url, timeouts=Timeouts())
    task = asyncio.create_task(chat.complete(ASK, max_tokens=50, on_text=lambda _: begun.set()))
    await asyncio.wait_for(begun.wait(), timeout=5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(server.hung_up.wait(), timeout=5)


async def test_a_fault_of_the_one_who_shows_the_text_is_not_taken_for_the_endpoint_s(
    server: ScriptedServer, chat: OpenAIChat
) -> None:
    def show(text: str) -> None:
        raise ValueError("the display is broken")

    server.play(play.answers("Hello."))
    with pytest.raises(ValueError, match="display"):
        await chat.complete(ASK, max_tokens=5, on_text=show)
    assert len(server.requests) == 1
