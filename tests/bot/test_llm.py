"""The port LanguageModel, on the fake."""

import pytest

from bot.exchange import Usage
from bot.llm import Completion, check_endpoint
from tests.contracts.language_model import ASK, LanguageModelContract
from tests.fakes_llm import FakeLanguageModel, unavailable


class TestTheFakeKeepsTheContract(LanguageModelContract):
    @pytest.fixture
    def model(self) -> FakeLanguageModel:
        return FakeLanguageModel(["Hello there."] * 3)

    @pytest.fixture
    def truncating(self) -> FakeLanguageModel:
        usage = Usage(prompt_tokens=10, completion_tokens=3, requests=1)
        return FakeLanguageModel([Completion(text="Hello th", model="fake-model", is_truncated=True, usage=usage)])

    @pytest.fixture
    def failing(self) -> FakeLanguageModel:
        return FakeLanguageModel([unavailable()])


async def test_the_fake_remembers_what_it_was_sent_and_may_answer_by_it() -> None:
    fake = FakeLanguageModel([lambda messages: messages[-1].content.upper()])
    result = await fake.complete(ASK, max_tokens=9)
    assert isinstance(result, Completion)
    assert result.text == "SAY HELLO."
    assert (fake.sent, fake.max_tokens) == ([ASK], [9])


async def test_a_check_repeats_the_model_s_own_sentence_about_what_is_wrong() -> None:
    fault = unavailable("rate_limited")
    check = await check_endpoint(FakeLanguageModel([fault]), clock=lambda: 0.0)
    assert (check.ok, check.sentence) == (False, fault.sentence)
