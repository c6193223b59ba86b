"""A text is shown as it arrives, and as complete only when it is."""

import asyncio
import itertools
import time

import pytest

from bot.endpoint.chat import OpenAIChat, Timeouts
from bot.endpoint.reply import MAX_CHARACTERS, Prices
from bot.exchange import Usage
from bot.llm import Completion, Message, Unavailable
from tests import scripted_llm as play
from tests.chats import ask, cause_of, chat_at, text_of
from tests.contracts.language_model import ASK
from tests.scripted_llm import Script, ScriptedServer


def recorded_answer(*, is_chunked: bool) -> tuple[bytes, int]:
    """The bytes of a good answer, and how many of them a reader needs to know that the text is complete."""
    before = play.delta(content="Sim, é o ") + play.delta(content="viés [S1].") + play.delta("stop")
    body = before + play.usage() + play.DONE
    headers = {"Transfer-Encoding": "chunked"} if is_chunked else {}
    start = play.head(headers=headers)
    encoded_before = play.chunked(before) if is_chunked else before
    # The end marker "0\r\n\r\n" and, of the last chunk, its line end are not needed to read its data.
    needed = len(encoded_before) - len(b"\r\n0\r\n\r\n") if is_chunked else len(before)
    return start + (play.chunked(body) if is_chunked else body), len(start) + min(needed, len(encoded_before))


@pytest.mark.parametrize("is_chunked", [False, True])
async def test_an_answer_cut_at_any_byte_is_never_shown_as_complete(
    is_chunked: bool, server: ScriptedServer, chat: OpenAIChat
) -> None:
    recorded, needed = recorded_answer(is_chunked=is_chunked)
    complete_at = []
    for cut in range(len(recorded)):
        server.play(play.sends(recorded[:cut]))
        result = await ask(chat)
        if isinstance(result, Completion):
            assert result.text == "Sim, é o viés [S1]."
            complete_at.append(cut)
    assert complete_at, "an answer cut after its finish reason is whole"
    assert min(complete_at) >= needed
    assert complete_at == list(range(min(complete_at), len(recorded)))


async def test_an_answer_reset_between_any_two_events_is_never_shown_as_complete(
    server: ScriptedServer, chat: OpenAIChat
) -> None:
    events = [play.head(), play.ROLE, *(play.texts(part) for part in ["Sim", "é", "o", "viés"])]
    for count in range(len(events) + 1):
        server.play(play.resets_after(*events[:count]))
        assert await cause_of(chat) in ("cut", "connection")


class TestText:
    async def test_of_an_endpoint_that_does_not_stream_is_taken_whole(
        self, server: ScriptedServer, chat: OpenAIChat
    ) -> None:
        message = {"message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}
        server.play(play.says_in_json({"choices": [message], "usage": {"prompt_tokens": 4, "completion_tokens": 2}}))
        seen: list[str] = []
        result = await chat.complete(ASK, max_tokens=50, on_text=seen.append)
        assert isinstance(result, Completion)
        assert (result.text, seen) == ("Hello.", ["Hello."])
        assert (result.usage.prompt_tokens, result.usage.completion_tokens) == (4, 2)

    async def test_without_finish_reason_is_complete_only_where_that_is_not_required(
        self, server: ScriptedServer
    ) -> None:
        server.play(play.streams(play.texts("Hello."), play.DONE))
        assert await text_of(chat_at(server.base_url, requires_finish_reason=False)) == "Hello."
        assert await cause_of(chat_at(server.base_url, requires_finish_reason=True)) == "cut"

    async def test_is_whole_when_only_the_end_after_the_finish_reason_is_lost(
        self, server: ScriptedServer, chat: OpenAIChat
    ) -> None:
        for script in (play.resets_after, play.stalls_after):
            server.play(script(play.head(), play.texts("Hello."), play.delta("stop")))
            result = await ask(chat)
            assert isinstance(result, Completion)
            assert result.usage == Usage(requests=1)

    async def test_of_reasoning_is_not_shown_but_keeps_the_answer_alive(
        self, server: ScriptedServer, chat: OpenAIChat
    ) -> None:
        async def reasons_first(connection: play.Connection) -> None:
            await connection.send(play.head())
            # 4 × 0.1 s is longer than the pause of 0.2 s that a stream may make.
            for _ in range(4):
                await connection.send(play.delta(reasoning_content="hm"))
                await asyncio.sleep(0.1)
            await connection.send(play.texts("<thi", "nk>no", "pe</think>", "Yes.") + play.delta("stop"))

        server.play(reasons_first)
        seen: list[str] = []
        result = await chat.complete(ASK, max_tokens=50, on_text=seen.append)
        assert isinstance(result, Completion)
        assert (result.text, seen) == ("Yes.", ["Yes."])

    async def test_with_broken_characters_is_mended(self, server: ScriptedServer, chat: OpenAIChat) -> None:
        server.play(play.answers("\ud83d", "\ude00 a\0b \udc00"))
        assert await text_of(chat) == "😀 ab \ufffd"
        message = {"message": {"content": "a \ud83d b"}, "finish_reason": "stop"}
        server.play(play.says_in_json({"choices": [message]}))
        assert await text_of(chat) == "a \ufffd b"

    async def test_of_a_question_with_broken_characters_is_sent_mended(
        self, server: ScriptedServer, chat: OpenAIChat
    ) -> None:
        server.play(play.answers("Hello."))
        await chat.complete([Message(role="user", content="a \ud83d b")], max_tokens=5)
        assert server.requests[0].body["messages"] == [{"role": "user", "content": "a \ufffd b"}]

    async def test_in_very_many_chunks_is_shown_at_a_pace_and_read_to_the_bound(self, server: ScriptedServer) -> None:
        # 100,000 characters, nine in a chunk; the clock stands still, so only the first text and the last are due.
        server.play(play.answers(*["gradient "] * 11_112))
        chat = chat_at(server.base_url, timeouts=Timeouts(whole_seconds=20), monotonic=lambda: 0.0)
        seen: list[str] = []
        result = await chat.complete(ASK, max_tokens=50, on_text=seen.append)
        assert isinstance(result, Completion)
        assert result.is_truncated
        # 64,000 = 7,111 × 9 + 1.
        assert result.text == "gradient " * 7_111 + "g"
        assert seen == ["gradient", result.text]

    async def test_that_arrived_at_once_is_left_when_the_time_is_over(self, server: ScriptedServer) -> None:
        # One piece holds more than a second's worth of showing, 1 ms a chunk; every chunk is due.
        server.play(play.repeats(play.texts(*["a"] * 2_000)))
        timeouts = Timeouts(first_token_seconds=5, between_chunks_seconds=5, whole_seconds=0.1)
        chat = chat_at(server.base_url, timeouts=timeouts, monotonic=itertools.count().__next__)
        seen: list[str] = []

        def show(text: str) -> None:
            seen.append(text)
            # A display that holds everything up.
            time.sleep(0.001)

        result = await chat.complete(ASK, max_tokens=50, on_text=show)
        assert isinstance(result, Unavailable)
        assert result.cause == "timeout"
        # No more than 0.1 s of showing, and a chunk or two until the deadline is heard of.
        assert len(seen) <= 102

    async def test_that_arrived_at_once_leaves_other_questions_their_turn(self, server: ScriptedServer) -> None:
        server.play(play.answers(*["a"] * 2_000))
        chat = chat_at(server.base_url, timeouts=Timeouts(), monotonic=itertools.count().__next__)
        turns = 0

        async def take_turns() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        other = asyncio.create_task(take_turns())
        assert await text_of(chat) == "a" * 2_000
        other.cancel()
        assert turns >= 2_000

    async def test_without_end_is_read_to_a_bound_and_called_truncated(self, server: ScriptedServer) -> None:
        server.play(play.repeats(play.texts("a" * 5_000)))
        chat = chat_at(server.base_url, timeouts=Timeouts(whole_seconds=20))
        result = await ask(chat)
        assert isinstance(result, Completion)
        assert result.is_truncated
        assert len(result.text) == MAX_CHARACTERS

    @pytest.mark.parametrize("script", [
        play.repeats(b"a" * 1_000_000, after=b'data: {"choices": [{"delta": {"content": "'),
        play.repeats(b"data: " + b"a" * 100_000 + b"\n"),
    ], ids=["line", "event"])  # fmt: skip
    async def test_in_an_event_without_end_is_not_gathered_until_the_memory_is_full(
        self, script: Script, server: ScriptedServer
    ) -> None:
        server.play(script)
        chat = chat_at(server.base_url, timeouts=Timeouts())
        assert await cause_of(chat) == "malformed"

    async def test_costs_what_the_settings_say_and_nothing_known_without_prices_or_counts(
        self, server: ScriptedServer
    ) -> None:
        prices = Prices(prompt_usd_per_million=2.0, completion_usd_per_million=10.0)
        counted = play.streams(play.texts("Hi."), play.delta("stop"), play.usage(1000, 100), play.DONE)
        uncounted = play.streams(play.texts("Hi."), play.delta("stop"), play.usage(0, 0), play.DONE)
        server.play(counted, uncounted, counted)
        priced = chat_at(server.base_url, prices=prices)
        # 1,000 × 2 $ + 100 × 10 $ per million = 0.002 $ + 0.001 $.
        assert (await ask(priced)).usage.cost_usd == pytest.approx(0.003)
        assert (await ask(priced)).usage == Usage(requests=1)
        assert (await ask(chat_at(server.base_url))).usage.cost_usd is None
