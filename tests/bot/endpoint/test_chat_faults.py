"""Every fault of an endpoint ends in time, under its name, and tells no secret."""

import asyncio
import logging

import pytest

from bot.endpoint.chat import OpenAIChat, Timeouts
from bot.llm import Completion, Unavailable
from tests import scripted_llm as play
from tests.chats import PATIENT, SHORT, ask, cause_of, chat_at
from tests.contracts.language_model import ASK
from tests.scripted_llm import FAULTS, ScriptedServer


class TestEveryFault:
    @pytest.mark.parametrize("name", FAULTS)
    async def test_ends_in_time_as_unavailable_with_its_cause_after_at_most_three_requests(
        self, name: str, server: ScriptedServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        script, cause = FAULTS[name]
        server.play(script)
        chat = chat_at(server.base_url, timeouts=SHORT if cause in ("stalled", "timeout") else PATIENT)
        with caplog.at_level(logging.INFO):
            # A stall is bounded by the whole of 2 s; the rest is room for a busy machine.
            result = await asyncio.wait_for(ask(chat), timeout=10)
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
