"""The citing answerer: a language model answers from the passages, and code alone turns its marks into links."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.answerer import AnswerRequest
from bot.answerers.extractive import ExtractiveAnswerer
from bot.citations import Draft, Use, cite, number_supports, read_marks, readable_so_far, write_numbers
from bot.exchange import Answer, Outcome
from bot.languages import LANGUAGE_NAMES, sentences_in
from bot.llm import WHOLE, Allowance, Completion, LanguageModel, Message, OnText, Unavailable
from bot.prompting import Prompt, Randomness, describe_conversation, draw_fence
from bot.sanitising import shortened, without_hidden_characters
from retrieval.neighbours import Source, merge_neighbours
from retrieval.support import StretchFinder, Support

NOT_IN_LECTURES = "NOT_IN_LECTURES"
MOST_SOURCES = 5
# What a rewriting leaves of a question's three requests and its minute.
AFTER_REWRITING = Allowance(requests=2, seconds=45)
# Letters, as the model's own tokenizer is out of reach: about 4,000 tokens, so that small models can hold it.
MOST_LETTERS = 14_000
LONGEST_QUESTION = 2000
# An answer of five sentences has five claims; beyond this a source's marks share the place of its first.
MOST_CLAIMS = 16

_REFUSAL_FIRST = re.compile(r"[\s\W]{0,20}not[_ ]in[_ ]lectures", re.IGNORECASE)
_REFUSAL = re.compile(r"[\[*_`\"]{0,3}not_in_lectures[\]*_`\".]{0,3}", re.IGNORECASE)


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
        messages = write_messages(self._prompt, request, sources, randomness=self._randomness)
        readable = _readable(on_text, sources=len(sources))
        reply = await self._model.complete(
            messages,
            max_tokens=self._max_tokens,
            allowance=self._after_rewriting if request.conversation else WHOLE,
            on_text=readable,
        )
        if isinstance(reply, Unavailable):
            return await self._fall_back(request, reply, reason=reply.cause)
        draft = read_marks(_REFUSAL.sub("", reply.text), sources=len(sources))
        if _REFUSAL_FIRST.match(reply.text) or (not draft.uses and _REFUSAL.search(reply.text)):
            return self._answer(Outcome.NOT_IN_LECTURES, sentences.not_in_lectures, reply)
        if not draft.uses:
            return await self._fall_back(request, reply, reason="uncited")
        return await self._cited(request, sources, draft, reply)

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
        sentences = sentences_in(request.question.language)
        lead = sentences.model_unavailable if isinstance(reply, Unavailable) else sentences.uncited
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


def choose_sources(request: AnswerRequest, *, most: int = MOST_SOURCES) -> tuple[Source, ...]:
    """Return the sources to show the model: overlapping passages merged, the best few, within MOST_LETTERS."""
    chosen: list[Source] = []
    letters = 0
    # The log keeps ten passages; merging all of them would let a long chain of neighbours fill the prompt.
    for source in merge_neighbours(request.retrieval.passages[:most]):
        letters += len(source.text)
        if chosen and letters > MOST_LETTERS:
            break
        chosen.append(source)
    return tuple(chosen)


def write_messages(
    prompt: Prompt, request: AnswerRequest, sources: Sequence[Source], *, randomness: Randomness
) -> tuple[Message, ...]:
    """Fill the prompt; passages, conversation and question stand between delimiters that none of them contains."""
    question = request.question
    data = {
        "passages": "\n\n".join(_describe(source, place) for place, source in enumerate(sources, start=1)),
        "conversation": describe_conversation(request.conversation),
        "question": shortened(without_hidden_characters(request.standalone_text or question.text), LONGEST_QUESTION),
    }
    language = LANGUAGE_NAMES.get(question.language[:2], "the language of the question")
    return prompt.fill(data | {"language": language, "fence": draw_fence(randomness, data.values())})


def _describe(source: Source, number: int) -> str:
    title = " ".join(without_hidden_characters(source.lecture.title).split())
    begin, end = divmod(int(source.start_seconds), 60), divmod(int(source.end_seconds), 60)
    heading = f"[S{number}] {title}, {begin[0]}:{begin[1]:02} to {end[0]}:{end[1]:02}"
    return f"{heading}\n{shortened(without_hidden_characters(source.text), MOST_LETTERS)}"


def _readable(on_text: OnText | None, *, sources: int) -> OnText | None:
    if on_text is None:
        return None

    def show(text: str) -> None:
        if NOT_IN_LECTURES.startswith(text.strip()[: len(NOT_IN_LECTURES)]):
            return
        readable = readable_so_far(_REFUSAL.sub("", text), sources=sources)
        if readable:
            on_text(readable)

    return show
