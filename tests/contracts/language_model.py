"""What every LanguageModel keeps to. Adapters' test modules subclass this and give the three models as fixtures."""

import asyncio
import itertools

from bot.llm import Completion, LanguageModel, Message, Unavailable

ASK = (Message(role="system", content="Answer briefly."), Message(role="user", content="Say hello."))


class LanguageModelContract:
    """Fixtures to give: `model` answers, `truncating` stops at three tokens, `failing` has no answer."""

    async def test_an_answer_is_complete_and_says_what_it_took(self, model: LanguageModel) -> None:
        result = await model.complete(ASK, max_tokens=64)
        assert isinstance(result, Completion)
        assert result.text.strip() == result.text != ""
        assert result.model
        assert result.usage.requests == 1
        assert (result.usage.prompt_tokens or 0) > 0
        assert (result.usage.completion_tokens or 0) > 0

    async def test_the_text_so_far_grows_and_ends_as_the_answer(self, model: LanguageModel) -> None:
        seen: list[str] = []
        result = await model.complete(ASK, max_tokens=16, on_text=seen.append)
        assert isinstance(result, Completion)
        assert len(seen) > 1
        assert seen[-1] == result.text
        assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(seen))

    async def test_an_answer_stopped_at_the_limit_says_so(self, truncating: LanguageModel) -> None:
        result = await truncating.complete(ASK, max_tokens=3)
        assert isinstance(result, Completion)
        assert result.is_truncated
        assert (result.usage.completion_tokens or 0) <= 3

    async def test_questions_asked_at_once_are_all_answered(self, model: LanguageModel) -> None:
        results = await asyncio.gather(*(model.complete(ASK, max_tokens=8) for _ in range(3)))
        assert all(isinstance(result, Completion) for result in results)

    async def test_no_answer_is_a_value_with_a_cause_and_a_sentence(self, failing: LanguageModel) -> None:
        result = await failing.complete(ASK, max_tokens=8)
        assert isinstance(result, Unavailable)
        assert result.cause
        assert result.sentence.endswith(".")
        assert result.usage.cost_usd is None

    def test_the_name_is_known_before_any_question(
        self, model: LanguageModel, truncating: LanguageModel, failing: LanguageModel
    ) -> None:
        assert all((model.name, truncating.name, failing.name))
