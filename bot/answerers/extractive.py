"""The extractive answerer: no model writes anything, the lecturer's own words are quoted, with their links."""

import math
from collections.abc import Sequence

from bot.answerer import AnswerRequest
from bot.citations import cite, number_supports
from bot.exchange import Answer, Citation, Outcome, Usage
from bot.languages import sentences_in
from bot.llm import OnText
from bot.sanitising import without_hidden_characters
from retrieval.neighbours import merge_neighbours
from retrieval.support import StretchFinder, Support

MOST_QUOTES = 3
# Passages beyond the sixth seldom hold the answer, and each costs ten more vectors.
MOST_PASSAGES = 6
# In the unit of the scores. Two minutes of speech say more surely what they are about than one sentence does, so a
# quote from a passage of rank r must be better by RANK_PENALTY × ln r; and none may be much weaker than the best.
# At 3 the best passage always comes first, and 10 of 100 questions of TutorialVQA lose their only link to the answer.
RANK_PENALTY = 0.3
WEAKER_BY = 1.5
# Two quotes that share this part of their words say the same.
SAME_WORDS = 0.5


class ExtractiveAnswerer:
    """Quotes the best two or three stretches. Also what remains when a configured model cannot be used."""

    def __init__(self, finder: StretchFinder, *, answerable_threshold: float) -> None:
        self._finder = finder
        self._answerable_threshold = answerable_threshold

    async def answer(self, request: AnswerRequest, *, on_text: OnText | None = None) -> Answer:
        """Answer with quotes, as the answerer of a bot without a language model: the outcome is `answered`."""
        lead = sentences_in(request.question.language).quotes_only
        answer = await self.quote(request, lead=lead)
        if on_text is not None:
            on_text(answer.text)
        return answer

    async def quote(
        self,
        request: AnswerRequest,
        *,
        lead: str,
        reason: str | None = None,
        model: str | None = None,
        prompt_version: str | None = None,
        usage: Usage | None = None,
    ) -> Answer:
        """Answer with quotes below the sentence `lead`; with a `reason` the outcome is `degraded`.

        With weak evidence it is `not_in_lectures` either way, and the reason is kept.
        """
        chosen: tuple[Support, ...] = ()
        if request.retrieval.passages and request.retrieval.answerable >= self._answerable_threshold:
            chosen = await self._choose(request)
        if chosen:
            citations = _citations(chosen)
            text = "\n".join([lead, *(f"“{citation.quote}” [{citation.number}]" for citation in citations)])
            outcome = Outcome.DEGRADED if reason else Outcome.ANSWERED
        else:
            citations, outcome = (), Outcome.NOT_IN_LECTURES
            text = sentences_in(request.question.language).not_in_lectures
        return Answer(
            outcome=outcome,
            text=text,
            citations=citations,
            answerer="extractive",
            model=model,
            prompt_version=prompt_version,
            reason=reason,
            usage=usage or Usage(),
        )

    async def _choose(self, request: AnswerRequest) -> tuple[Support, ...]:
        sources = merge_neighbours(request.retrieval.passages[:MOST_PASSAGES])
        claim = without_hidden_characters(request.standalone_text)
        supports = await self._finder.score(claim, sources, language=request.question.language, in_context=True)
        return choose_quotes([(support, support.score - _penalty(support)) for support in supports])


def choose_quotes(scored: Sequence[tuple[Support, float]]) -> tuple[Support, ...]:
    """Choose the best supports, best first: at most MOST_QUOTES, none much weaker than the best, none said twice."""
    ranked = sorted(scored, key=lambda pair: -pair[1])
    chosen: list[Support] = []
    for support, score in ranked:
        if len(chosen) == MOST_QUOTES or score < ranked[0][1] - WEAKER_BY:
            break
        if support.stretch.text.strip() and not any(_says_the_same(support, other) for other in chosen):
            chosen.append(support)
    return tuple(chosen)


def _penalty(support: Support) -> float:
    return RANK_PENALTY * math.log(support.source.passage_at(support.stretch.start_seconds).rank)


def _says_the_same(one: Support, other: Support) -> bool:
    if number_supports([one, other]) == [1, 1]:
        return True
    words, others = set(one.stretch.text.lower().split()), set(other.stretch.text.lower().split())
    return len(words & others) >= SAME_WORDS * min(len(words), len(others))


def _citations(chosen: Sequence[Support]) -> tuple[Citation, ...]:
    return tuple(cite(support, number=place) for place, support in enumerate(chosen, start=1))
