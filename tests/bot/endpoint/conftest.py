"""A scripted endpoint, and the adapter that asks it."""

from collections.abc import AsyncIterator

import pytest

from bot.endpoint.chat import OpenAIChat
from tests.chats import chat_at
from tests.scripted_llm import ScriptedServer


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as server:
        yield server


@pytest.fixture
async def chat(server: ScriptedServer) -> AsyncIterator[OpenAIChat]:
    chat = chat_at(server.base_url)
    yield chat
    await chat.close()
