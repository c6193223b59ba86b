"""The citing answerer: a language model answers from the passages, and code alone turns its marks into links."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.answerer import AnswerRequest
from bot.answerers.copying import copies_prompt, seems_to_copy, without_fence
from bot.answerers.extractive import ExtractiveAnswerer
from bot.answerers.prompt_data import MOST_SOURCES, FilledPrompt, choose_sources, fill_prompt
from bot.answerers.refusals import has_no_question, is_refusal, leaves_a_part_open, may_become_token, without_token
from bot.citations import Draft, Use, cite, number_supports, read_marks, readable_so_far, write_numbers
from bot.exchange import Answer, Outcome, add_usage
from bot.languages import sentence_of_cause, sentences_in
from bot.llm import WHOLE, Allowance, Completion, LanguageModel, OnText, Unavailable
from bot.prompting import Prompt, Randomness
from bot.sanitising import without_hidden_characters
from retrieval.neighbours import Source
from retrieval.support import StretchFinder, Support

# What a rewriting leaves of a question's three requests and its minute.
AFTER_REWRITING = Allowance(requests=2, seconds=45)
# An answer of five sentences has five claims; beyond this a source's marks share the place of its first.
MOST_CLAIMS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """What the model was shown, and what it wrote."""

    sources: tuple[Source, ...]
    filled: FilledPrompt
    reply: Completion | Unavailable


class CitingAnswerer:
    """Answers with a language model; when that fails or cites nothing, with the lecturer's own words."""

    def __init__(
        self,
        model: LanguageModel,
        *,
        finder: StretchFinder,
        extractive: ExtractiveAnswerer,
        prompt: Prompt,
        randomness: Randomness,
        max_tokens: int = 500,
        most_sources: int = MOST_SOURCES,
        after_rewriting: Allowance = AFTER_REWRITING,
    ) -> None:
        """Take the parts; `randomness` draws the delimiter of one prompt.

        The model is asked whatever the evidence: it reads the passages and says itself when they do not answer, which
        it can judge better than a score can.
        """
        self._model = model
        self._finder = finder
        self._extractive = extractive
        self._prompt = prompt
        self._randomness = randomness
        self._max_tokens = max_tokens
        self._most_sources = most_sources
        self._after_rewriting = after_rewriting

    async def answer(self, request: AnswerRequest, *, on_text: OnText | None = None) -> Answer:
        """Answer from the passages; never raises for the model's faults. The last text shown is the answer's."""
        answer = await self._write(request, on_text)
        if on_text is not None:
            on_text(answer.text)
        return answer

    async def _write(self, request: AnswerRequest, on_text: OnText | None) -> Answer:
        sources = choose_sources(request, most=self._most_sources)
        sentences = sentences_in(request.question.language)
        if not sources:
            return Answer(outcome=Outcome.NOT_IN_LECTURES, text=sentences.not_in_lectures, answerer="citing")
        written = await self._ask(request, sources, on_text)
        if isinstance(written.reply, Unavailable):
            return await self._fall_back(request, written.reply, reason=written.reply.cause)
        return await self._read(request, written, written.reply)

    async def _ask(self, request: AnswerRequest, sources: tuple[Source, ...], on_text: OnText | None) -> _Written:
        allowance = self._after_rewriting if request.conversation else WHOLE
        written = await self._ask_once(request, sources, allowance, on_text)
        reply = written.reply
        is_too_long = isinstance(reply, Unavailable) and reply.cause == "too_long" and len(sources) > 1
        if not is_too_long or reply.usage.requests >= allowance.requests:
            return written
        last = Allowance(requests=1, seconds=self._after_rewriting.seconds / 2)
        again = await self._ask_once(request, sources[: len(sources) // 2], last, on_text)
        return replace(again, reply=replace(again.reply, usage=add_usage(reply.usage, again.reply.usage)))

    async def _ask_once(
        self, request: AnswerRequest, sources: tuple[Source, ...], allowance: Allowance, on_text: OnText | None
    ) -> _Written:
        filled = fill_prompt(self._prompt, request, sources, randomness=self._randomness)
        reply = await self._model.complete(
            filled.messages,
            max_tokens=self._max_tokens,
            allowance=allowance,
            on_text=_shown(on_text, filled, sources=len(sources)),
        )
        return _Written(sources=sources, filled=filled, reply=reply)

    async def _read(self, request: AnswerRequest, written: _Written, reply: Completion) -> Answer:
        sentences = sentences_in(request.question.language)
        if copies_prompt(reply.text, written.filled):
            return await self._fall_back(request, reply, reason="copied_prompt")
        text = without_fence(reply.text, written.filled)
        if has_no_question(text):
            answer = self._answer(Outcome.NOT_IN_LECTURES, sentences.no_question, reply)
            return replace(answer, reason="no_question")
        draft = read_marks(without_token(text), sources=len(written.sources))
        if is_refusal(text, is_cited=bool(draft.uses)):
            return self._answer(Outcome.NOT_IN_LECTURES, sentences.not_in_lectures, reply)
        if not draft.uses:
            return await self._fall_back(request, reply, reason="uncited")
        answer = await self._cited(request, written.sources, draft, reply)
        return replace(answer, text=f"{answer.text}\n{sentences.partly}") if leaves_a_part_open(text) else answer

    async def _cited(
        self, request: AnswerRequest, sources: Sequence[Source], draft: Draft, reply: Completion
    ) -> Answer:
        supports = await self._supports(draft.uses, sources, request)
        numbers = number_supports(supports)
        first = dict(reversed(list(zip(numbers, supports, strict=True))))
        citations = tuple(cite(first[number], number=number) for number in sorted(first))
        is_truncated = reply.is_truncated or draft.is_cut
        text = write_numbers(draft, numbers)
        if is_truncated:
            text = f"{text}\n{sentences_in(request.question.language).truncated}"
        answer = self._answer(Outcome.ANSWERED, text, reply)
        return replace(answer, citations=citations, reason="truncated" if is_truncated else None)

    async def _supports(self, uses: Sequence[Use], sources: Sequence[Source], request: AnswerRequest) -> list[Support]:
        found: dict[Use, Support] = {}
        first_of_source: dict[int, Support] = {}
        for use in uses:
            if use in found:
                continue
            if len(found) >= MOST_CLAIMS and use.source in first_of_source:
                found[use] = first_of_source[use.source]
                continue
            found[use] = await self._finder.find(
                use.claim or request.standalone_text,
                sources[use.source],
                language=request.question.language,
                question=without_hidden_characters(request.standalone_text),
            )
            first_of_source.setdefault(use.source, found[use])
        return [found[use] for use in uses]

    async def _fall_back(self, request: AnswerRequest, reply: Completion | Unavailable, *, reason: str) -> Answer:
        language = request.question.language
        lead = sentences_in(language).uncited if reason == "uncited" else sentence_of_cause(reason, language=language)
        return await self._extractive.quote(
            request,
            lead=lead,
            reason=reason,
            model=reply.model if isinstance(reply, Completion) else self._model.name,
            prompt_version=self._prompt.version,
            usage=reply.usage,
        )

    def _answer(self, outcome: Outcome, text: str, reply: Completion) -> Answer:
        return Answer(
            outcome=outcome,
            text=text,
            answerer="citing",
            model=reply.model,
            prompt_version=self._prompt.version,
            usage=reply.usage,
        )


def _shown(on_text: OnText | None, filled: FilledPrompt, *, sources: int) -> OnText | None:
    """Show what is readable so far; neither a token nor a copy of the prompt flashes by."""
    if on_text is None:
        return None

    def show(text: str) -> None:
        if may_become_token(text) or seems_to_copy(text, filled):
            return
        readable = readable_so_far(without_token(text), sources=sources)
        if readable:
            on_text(readable)

    return show
