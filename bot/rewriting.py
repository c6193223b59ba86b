"""Follow-up questions are made to stand alone before retrieval: by a language model, else with earlier words."""

import re
from dataclasses import dataclass, field
from typing import Literal

from bot.exchange import Question, Turn, Usage
from bot.llm import Allowance, LanguageModel, Unavailable
from bot.prompting import Prompt, Randomness, describe_conversation, draw_fence
from bot.sanitising import make_inert, shortened, without_hidden_characters

LONGEST_REWRITING = 500
MAX_TOKENS = 150
# The answer needs the rest of a question's three requests and its minute.
ONE_TRY = Allowance(requests=1, seconds=10)
# Longer questions name what they are about, even with an "it" in them.
FEW_WORDS = 9
VERY_FEW_WORDS = 3

# How a follow-up begins, in Portuguese, English and Spanish.
_OPENING = re.compile(
    r"(?:e|mas|ent[ãa]o|ok,? e|tá,? e|and|but|so|then|ok,? (?:and|so)|y|pero|entonces|what about|how about|qué tal|"
    r"que tal|por ?qu[eêé]|pq|why|why not|como assim|cómo así|for example|por exemplo|por ejemplo|tipo o qu[eê])\b",
    re.IGNORECASE,
)
# Words that point back at what was said before.
_POINTING = re.compile(
    r"\b(?:isso|isto|disso|disto|nisso|aquilo|daquilo|dele|dela|deles|delas|nele|nela|ele|ela|eles|elas|ess[ea]s?|"
    r"dess[ea]s?|ness[ea]s?|it|its|that|this|these|those|they|them|eso|esto|aquello|ellos|ellas|él|esos|esas|"
    r"(?:o|a|el|la) (?:outr|otr|segund|primeir|primer)[oa]?|the (?:other|second|first|latter|former)(?: one)?)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewriting:
    """A question as searched for, and how it came to be; `reason` says why a model's rewriting was not used."""

    text: str
    method: Literal["unchanged", "model", "words"] = "unchanged"
    model: str | None = None
    prompt_version: str | None = None
    reason: str | None = None
    usage: Usage = field(default_factory=Usage)


class WordRewriter:
    """Adds the previous question's words to a follow-up: for bots without a language model."""

    async def stand_alone(self, question: Question, conversation: tuple[Turn, ...]) -> Rewriting:
        """Return the question to search for; see `add_previous_words`."""
        return add_previous_words(question.text, conversation)


class ModelRewriter:
    """Asks a language model; where it is unavailable or answers badly, adds words instead. Only within a conversation.

    It tries once, within its allowance.
    """

    def __init__(
        self, model: LanguageModel, *, prompt: Prompt, randomness: Randomness, allowance: Allowance = ONE_TRY
    ) -> None:
        self._model = model
        self._prompt = prompt
        self._randomness = randomness
        self._allowance = allowance

    async def stand_alone(self, question: Question, conversation: tuple[Turn, ...]) -> Rewriting:
        """Return the question to search for, at most LONGEST_REWRITING characters where the model wrote it."""
        if not conversation:
            return Rewriting(text=question.text)
        data = {
            "conversation": describe_conversation(conversation),
            "question": shortened(without_hidden_characters(question.text), 4 * LONGEST_REWRITING),
        }
        messages = self._prompt.fill(data | {"fence": draw_fence(self._randomness, data.values())})
        reply = await self._model.complete(messages, max_tokens=MAX_TOKENS, allowance=self._allowance)
        written = "" if isinstance(reply, Unavailable) else _single_line(reply.text)
        fallen = add_previous_words(question.text, conversation)
        reason = reply.cause if isinstance(reply, Unavailable) else _fault(written, is_truncated=reply.is_truncated)
        return Rewriting(
            text=fallen.text if reason else make_inert(written),
            method=fallen.method if reason else "model",
            model=self._model.name if isinstance(reply, Unavailable) else reply.model,
            prompt_version=self._prompt.version,
            reason=reason,
            usage=reply.usage,
        )


def is_follow_up(text: str) -> bool:
    """Whether a question seems to lean on the one before: very short, or short and opening or pointing like one."""
    words = len(_WORD.findall(text))
    if words > FEW_WORDS:
        return False
    bare = text.strip(" \t\n¿¡\"'“”(")
    return words < VERY_FEW_WORDS or bool(_OPENING.match(bare)) or bool(_POINTING.search(bare))


def add_previous_words(text: str, conversation: tuple[Turn, ...]) -> Rewriting:
    """Put the previous question before a follow-up, so that the search knows the subject; leave others alone."""
    if not conversation or not is_follow_up(text):
        return Rewriting(text=text)
    subject = next((turn.question for turn in reversed(conversation) if not is_follow_up(turn.question)), None)
    previous = subject or conversation[-1].question
    return Rewriting(text=f"{shortened(' '.join(previous.split()), LONGEST_REWRITING)} {text}", method="words")


def _single_line(text: str) -> str:
    return " ".join(without_hidden_characters(text[: 4 * LONGEST_REWRITING]).split()).strip("\"'“”`* ")


def _fault(text: str, *, is_truncated: bool) -> str | None:
    if is_truncated:
        return "truncated"
    if len(text) > LONGEST_REWRITING:
        return "too long"
    if not _WORD.search(text):
        return "empty"
    # Where words go with an address, what is left is no question.
    return None if _WORD.findall(make_inert(text)) == _WORD.findall(text) else "live text"
