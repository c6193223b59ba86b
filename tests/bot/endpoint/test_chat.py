"""The adapter of OpenAI-compatible endpoints, on a scripted server."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator

import pytest

from bot.endpoint.breaker import CircuitBreaker
from bot.endpoint.chat import OpenAIChat, Timeouts
from bot.endpoint.reply import MAX_CHARACTERS, Prices
from bot.exchange import Usage
from bot.llm import Completion, LanguageModel, Message, Unavailable, check_endpoint
from tests import scripted_llm as play
from tests.chats import NoWait, chat_at
from tests.contracts.language_model import ASK, LanguageModelContract
from tests.scripted_llm import FAULTS, Script, ScriptedServer


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as server:
        yield server


@pytest.fixture
async def chat(server: ScriptedServer) -> AsyncIterator[OpenAIChat]:
    chat = chat_at(server.base_url)
    yield chat
    await chat.close()


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


class TestEveryFault:
    @pytest.mark.parametrize("name", FAULTS)
    async def test_ends_in_time_as_unavailable_with_its_cause_after_at_most_three_requests(
        self, name: str, server: ScriptedServer, chat: OpenAIChat, caplog: pytest.LogCaptureFixture
    ) -> None:
        script, cause = FAULTS[name]
        server.play(script)
        with caplog.at_level(logging.INFO):
            # The whole is bounded by 0.6 s; the rest is room for a busy machine.
            result = await asyncio.wait_for(ask(chat), timeout=5)
        assert isinstance(result, Unavailable)
        assert result.cause == cause
        assert 1 <= len(server.requests) <= 3
        assert result.usage.requests == len(server.requests)
        assert "very-secret" not in result.sentence + caplog.text
        assert ASK[1].content not in caplog.text

    @pytest.mark.parametrize("name", [name for name, (_, cause) in FAULTS.items() if cause in ("cut", "malformed")])
    async def test_of_a_stream_is_seen_where_finish_reasons_are_not_required(
        self, name: str, server: ScriptedServer
    ) -> None:
        # These cannot be told from the usual end of an endpoint that sends no finish reason.
        usual_ends = {
            "clean end without finish reason",
            "done without finish reason",
            "unknown finish reason",
            "end in mid-event",
        }
        server.play(FAULTS[name][0])
        result = await ask(chat_at(server.base_url, requires_finish_reason=False))
        assert isinstance(result, Completion if name in usual_ends else Unavailable)

    @pytest.mark.parametrize(
        ("name", "setting"),
        [
            ("401", "LECTERN_LLM_API_KEY"),
            ("403", "LECTERN_LLM_API_KEY"),
            ("404 of a path", "`llm.base_url`"),
            ("404 of a model", "`llm.model`"),
            ("login page", "`llm.base_url`"),
            ("redirection", "`llm.base_url`"),
        ],
    )
    async def test_of_the_settings_is_named_with_the_setting_and_not_asked_again(
        self, name: str, setting: str, server: ScriptedServer, chat: OpenAIChat
    ) -> None:
        server.play(FAULTS[name][0])
        result = await ask(chat)
        assert isinstance(result, Unavailable)
        assert setting in result.sentence
        assert len(server.requests) == 1


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


class TestAsksAgain:
    async def test_once_after_a_broken_stream_and_shows_the_text_from_its_beginning(
        self, server: ScriptedServer, chat: OpenAIChat
    ) -> None:
        server.play(FAULTS["reset in mid-stream"][0], play.answers("A whole", " answer."))
        seen: list[str] = []
        result = await chat.complete(ASK, max_tokens=50, on_text=seen.append)
        assert isinstance(result, Completion)
        assert seen == ["The answer", "The answer begins", "A whole", "A whole answer."]
        assert result.usage == Usage(prompt_tokens=11, completion_tokens=7, requests=2)

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
        chat = chat_at(server.base_url)
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
        chat = chat_at(server.base_url, breaker=breaker)
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
    ("base_url", "causes"),
    [
        # A machine without a resolver may take its time to say that it does not know the name.
        ("http://no-such-host.invalid/v1", {"dns", "connect_timeout"}),
        ("http://127.0.0.1:1/v1", {"refused"}),
        ("http://localhost:1/v1", {"refused"}),
        ("127.0.0.1:8080/v1", {"bad_address"}),
    ],
)
async def test_an_endpoint_that_cannot_be_reached_is_named(base_url: str, causes: set[str]) -> None:
    result = await ask(chat_at(base_url, timeouts=Timeouts()))
    assert isinstance(result, Unavailable)
    assert result.cause in causes
    assert "`llm.base_url`" in result.sentence


async def test_a_password_in_the_address_is_refused_before_any_request(
    server: ScriptedServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.play(play.answers("Hello."))
    with caplog.at_level(logging.DEBUG):
        result = await ask(chat_at(server.base_url.replace("//", "//user:very-secret@")))
    assert isinstance(result, Unavailable)
    assert "`llm.base_url`" in result.sentence
    assert "very-secret" not in result.sentence + caplog.text
    assert not server.requests


@pytest.mark.parametrize("key", ["“quoted”", "two\nlines"])
async def test_a_key_no_header_can_carry_is_refused_before_any_request(key: str, server: ScriptedServer) -> None:
    server.play(play.answers("Hello."))
    assert await cause_of(chat_at(server.base_url, api_key=key)) == "bad_key"
    assert not server.requests


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
