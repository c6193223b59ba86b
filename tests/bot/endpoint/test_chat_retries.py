"""When an endpoint is asked again, how, and when it is left alone."""

import asyncio
import itertools
import time

import pytest

from bot.endpoint.breaker import CircuitBreaker
from bot.endpoint.chat import OpenAIChat, Timeouts
from bot.endpoint.reply import Prices
from bot.exchange import Usage
from bot.llm import Allowance, Completion, Unavailable
from tests import scripted_llm as play
from tests.chats import SHORT, NoWait, ask, cause_of, chat_at, text_of
from tests.contracts.language_model import ASK
from tests.scripted_llm import FAULTS, ScriptedServer


class TestAsksAgain:
    async def test_once_after_a_broken_stream_and_shows_the_text_from_its_beginning(
        self, server: ScriptedServer
    ) -> None:
        server.play(FAULTS["reset in mid-stream"][0], play.answers("A whole", " answer."))
        # A clock that is a second further at every look: every chunk is shown.
        chat = chat_at(server.base_url, monotonic=itertools.count().__next__)
        seen: list[str] = []
        result = await chat.complete(ASK, max_tokens=50, on_text=seen.append)
        assert isinstance(result, Completion)
        assert seen == ["The answer", "The answer begins", "A whole", "A whole answer."]
        assert result.usage == Usage(prompt_tokens=11, completion_tokens=7, requests=2)

    async def test_and_adds_up_what_all_requests_took(self, server: ScriptedServer) -> None:
        prices = Prices(prompt_usd_per_million=2.0, completion_usd_per_million=10.0)
        cut_after_counting = play.streams(play.texts("Half"), play.usage(1000, 100), play.DONE)
        counted = play.streams(play.texts("Hi."), play.delta("stop"), play.usage(1000, 50), play.DONE)
        server.play(cut_after_counting, play.status(503), counted)
        result = await ask(chat_at(server.base_url, prices=prices, timeouts=Timeouts()))
        assert isinstance(result, Completion)
        # The refusal took what nobody counted. 2,000 × 2 $ + 150 × 10 $ per million = 0.004 $ + 0.0015 $.
        assert (result.usage.prompt_tokens, result.usage.completion_tokens, result.usage.requests) == (2000, 150, 3)
        assert result.usage.cost_usd == pytest.approx(0.0055)

    async def test_and_keeps_what_was_counted_when_its_time_runs_out(self, server: ScriptedServer) -> None:
        server.play(play.streams(play.usage(11, 3), play.DONE), FAULTS["drips for ever"][0])
        result = await ask(chat_at(server.base_url, timeouts=SHORT))
        assert isinstance(result, Unavailable)
        assert (result.cause, result.usage) == ("timeout", Usage(prompt_tokens=11, completion_tokens=3, requests=2))

    async def test_only_once_after_a_broken_stream(self, server: ScriptedServer, chat: OpenAIChat) -> None:
        server.play(FAULTS["clean end without finish reason"][0])
        assert await cause_of(chat) == "cut"
        assert len(server.requests) == 2

    @pytest.mark.parametrize("name", ["429 without Retry-After", "500", "502 with a web page", "503"])
    async def test_twice_after_a_passing_refusal(self, name: str, server: ScriptedServer) -> None:
        sleep = NoWait()
        refusal = FAULTS[name][0]
        chat = chat_at(server.base_url, sleep=sleep, timeouts=Timeouts())
        server.play(refusal, refusal, play.answers("Third time."))
        assert await text_of(chat) == "Third time."
        assert sleep.waits == [0.5, 2.0]

    # NOON is Monday, 3 March 2025, 12:00:00 GMT.
    @pytest.mark.parametrize(
        ("retry_after", "waited"),
        [("0", 0.0), ("7", 7.0), ("20", 20.0), ("1.5", 1.5), ("Mon, 03 Mar 2025 12:00:09 GMT", 9.0),
         ("Mon, 03 Mar 2025 11:59:00 GMT", 0.0), ("soon", 0.5), ("nan", 0.5)],
    )  # fmt: skip
    async def test_after_the_wait_the_endpoint_asks_for(
        self, retry_after: str, waited: float, server: ScriptedServer
    ) -> None:
        sleep = NoWait()
        chat = chat_at(server.base_url, sleep=sleep, timeouts=Timeouts())
        server.play(play.status(429, headers={"Retry-After": retry_after}), play.answers("Now."))
        assert await text_of(chat) == "Now."
        assert sleep.waits == [waited]

    @pytest.mark.parametrize("retry_after", ["21", "3600", "Mon, 03 Mar 2025 12:00:21 GMT"])
    async def test_not_at_all_where_the_wait_is_long(self, retry_after: str, server: ScriptedServer) -> None:
        sleep = NoWait()
        chat = chat_at(server.base_url, sleep=sleep, timeouts=Timeouts())
        server.play(play.status(429, headers={"Retry-After": retry_after}), play.answers("Never seen."))
        assert await cause_of(chat) == "rate_limited"
        assert (len(server.requests), sleep.waits) == (1, [])

    async def test_not_at_all_where_the_wait_would_not_leave_time(self, server: ScriptedServer) -> None:
        chat = chat_at(server.base_url, timeouts=SHORT)
        server.play(play.status(429, headers={"Retry-After": "10"}), play.answers("Never seen."))
        assert await cause_of(chat) == "rate_limited"
        assert len(server.requests) == 1


class TestAnEndpointWithoutOneOfOurParameters:
    async def test_is_asked_without_usage_from_then_on(self, server: ScriptedServer, chat: OpenAIChat) -> None:
        events = (play.texts("Hello."), play.delta("stop"), play.DONE)
        server.play(play.refuses_parameters("stream_options", then=play.streams(*events)))
        first, second = await ask(chat), await ask(chat)
        assert isinstance(first, Completion)
        assert first.usage == Usage(requests=2)
        assert second.usage == Usage(requests=1)

    async def test_may_refuse_without_naming_it(self, server: ScriptedServer, chat: OpenAIChat) -> None:
        server.play(play.status(422, {"detail": "extra fields"}), play.answers("Hello."))
        assert await text_of(chat) == "Hello."
        assert ["stream_options" in request.body for request in server.requests] == [True, False]

    async def test_keeps_its_usage_when_a_refusal_had_another_reason(
        self, server: ScriptedServer, chat: OpenAIChat
    ) -> None:
        server.play(play.status(400))
        assert await cause_of(chat) == "bad_request"
        server.play(play.answers("Hello."))
        await ask(chat)
        assert "stream_options" in server.requests[0].body

    async def test_gets_the_token_limit_under_its_newer_name(self, server: ScriptedServer, chat: OpenAIChat) -> None:
        server.play(play.refuses_parameters("max_tokens", "temperature", then=play.answers("Hello.")))
        assert await text_of(chat) == "Hello."
        assert len(server.requests) == 3
        assert server.requests[-1].body["max_completion_tokens"] == 50


class TestTheBreaker:
    async def test_open_answers_without_a_request_and_one_probe_closes_it(self, server: ScriptedServer) -> None:
        seconds = [0.0]
        breaker = CircuitBreaker(clock=lambda: seconds[0])
        chat = chat_at(server.base_url, breaker=breaker, timeouts=Timeouts())
        server.play(play.status(500))
        # Three requests, then two: the fifth failure opens the breaker in the middle of the second question.
        assert [await cause_of(chat) for _ in range(3)] == ["server_error", "server_error", "breaker_open"]
        assert len(server.requests) == 5
        seconds[0] = 30.0
        server.play(play.answers("Back."))
        results = await asyncio.gather(ask(chat), ask(chat))
        assert [isinstance(result, Completion) for result in results] == [True, False]
        assert await text_of(chat) == "Back."

    async def test_is_not_opened_by_what_is_wrong_with_a_question(self, server: ScriptedServer) -> None:
        chat = chat_at(server.base_url, breaker=CircuitBreaker(clock=time.monotonic))
        server.play(FAULTS["prompt too long"][0])
        assert [await cause_of(chat) for _ in range(7)] == ["too_long"] * 7

    async def test_opens_again_when_its_probe_takes_longer_than_a_whole_question_may(
        self, server: ScriptedServer
    ) -> None:
        seconds = [0.0]
        breaker = CircuitBreaker(clock=lambda: seconds[0], failures_to_open=1)
        chat = chat_at(server.base_url, breaker=breaker, timeouts=SHORT)
        server.play(play.status(500))
        await ask(chat)
        seconds[0] = 30.0
        server.play(FAULTS["drips for ever"][0])
        assert await cause_of(chat) == "timeout"
        server.play(play.answers("Never seen."))
        # The probe was sent at 30 s, so the next one is due at 60 s.
        seconds[0] = 59.9
        assert await cause_of(chat) == "breaker_open"
        assert not server.requests
        seconds[0] = 60.0
        server.play(play.answers("Back."))
        assert await text_of(chat) == "Back."

    async def test_gets_its_probe_back_when_the_asker_goes_away(self, server: ScriptedServer) -> None:
        seconds = [0.0]
        breaker = CircuitBreaker(clock=lambda: seconds[0], failures_to_open=1)
        chat = chat_at(server.base_url, breaker=breaker, timeouts=Timeouts())
        server.play(play.status(500))
        await ask(chat)
        seconds[0] = 30.0
        server.play(play.stalls_after(play.START))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ask(chat), timeout=0.1)
        server.play(play.answers("Back."))
        assert await text_of(chat) == "Back."

    async def test_is_not_opened_by_questions_that_give_less_time_than_the_settings(
        self, server: ScriptedServer
    ) -> None:
        breaker = CircuitBreaker(clock=time.monotonic, failures_to_open=1)
        chat = chat_at(server.base_url, breaker=breaker, timeouts=Timeouts())
        # The first token may take 20 s, but this question waits 0.1 s.
        server.play(play.stalls_after(play.head()))
        result = await chat.complete(ASK, max_tokens=50, allowance=Allowance(requests=1, seconds=0.1))
        assert isinstance(result, Unavailable)
        assert (result.cause, result.usage.requests, breaker.is_open) == ("timeout", 1, False)

    async def test_is_opened_by_an_endpoint_that_takes_all_the_time_of_the_settings(
        self, server: ScriptedServer
    ) -> None:
        breaker = CircuitBreaker(clock=time.monotonic, failures_to_open=1)
        chat = chat_at(server.base_url, breaker=breaker, timeouts=SHORT)
        server.play(FAULTS["drips for ever"][0])
        # The settings allow 2 s, the question more.
        result = await chat.complete(ASK, max_tokens=50, allowance=Allowance(seconds=5))
        assert isinstance(result, Unavailable)
        assert (result.cause, breaker.is_open) == ("timeout", True)
