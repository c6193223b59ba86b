"""What a language model is shown for one question: the sources that fit, between fences, and the question twice."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.answerer import AnswerRequest
from bot.languages import LANGUAGE_NAMES, shows_its_language
from bot.llm import Message
from bot.prompting import Prompt, Randomness, describe_conversation, draw_fence
from bot.sanitising import shortened, without_hidden_characters
from retrieval.neighbours import Source, merge_neighbours

MOST_SOURCES = 6
# Letters, as the model's own tokenizer is out of reach: about 4,000 tokens, so that small models can hold it.
MOST_LETTERS = 14_000
LONGEST_QUESTION = 2000

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledPrompt:
    """The messages of one question, and what a copy of them is known by.

    That is the delimiter drawn for them, the headings of the data, and the instructions as bare words in lower case.
    """

    messages: tuple[Message, ...]
    fence: str
    headings: tuple[str, ...]
    instructions: str


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


def fill_prompt(
    prompt: Prompt, request: AnswerRequest, sources: Sequence[Source], *, randomness: Randomness
) -> FilledPrompt:
    """Fill the prompt; passages, conversation and question stand between delimiters that none of them contains."""
    headings = tuple(_heading(source, place) for place, source in enumerate(sources, start=1))
    passages = (f"{heading}\n{_words(source)}" for heading, source in zip(headings, sources, strict=True))
    data = {
        "passages": "\n\n".join(passages),
        "conversation": describe_conversation(request.conversation),
        "question": _question(request),
    }
    fence = draw_fence(randomness, data.values())
    messages = prompt.fill(data | {"language": _language(request), "fence": fence})
    return FilledPrompt(
        messages=messages,
        fence=fence,
        headings=(*headings, *prompt.headings),
        instructions=" ".join(_WORD.findall(messages[0].content.lower())),
    )


def _question(request: AnswerRequest) -> str:
    """The student's own words first: a rewriting may have lost what they said."""
    asked, understood = _bounded(request.question.text), _bounded(request.standalone_text)
    return f"{asked}\nUnderstood as: {understood}" if understood and understood != asked else asked


def _bounded(text: str) -> str:
    return shortened(without_hidden_characters(text), LONGEST_QUESTION)


def _language(request: AnswerRequest) -> str:
    """Name the language only where the question shows it: a model reads more languages than are counted here."""
    name = LANGUAGE_NAMES.get(request.question.language[:2].lower())
    if name is None:
        return "the language of the student's question"
    if shows_its_language(request.question.text):
        return f"the language of the student's question ({name})"
    return f"the language of the student's question, or in {name} where it shows none"


def _heading(source: Source, number: int) -> str:
    title = " ".join(without_hidden_characters(source.lecture.title).split())
    begin, end = divmod(int(source.start_seconds), 60), divmod(int(source.end_seconds), 60)
    return f"[S{number}] {title}, {begin[0]}:{begin[1]:02} to {end[0]}:{end[1]:02}"


def _words(source: Source) -> str:
    return shortened(without_hidden_characters(source.text), MOST_LETTERS)
