"""Prompts are files with a version: loaded from bot/prompts/, filled in, and told apart by name and content."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

from bot.exchange import Turn
from bot.languages import without_own_sentences
from bot.llm import Message
from bot.sanitising import shortened, without_hidden_characters

Randomness = Callable[[], str]

# Enough for "and the second one?"; older turns cost tokens and seldom matter.
TURNS_IN_PROMPT = 3
LONGEST_TURN = 600

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_NUMBERS = re.compile(r" ?\[\d+\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt's two halves; `version` is its file's name and the first letters of its content's SHA-256."""

    version: str
    system: str
    user: str

    @property
    def placeholders(self) -> frozenset[str]:
        """The names that must be filled in."""
        return frozenset(_PLACEHOLDER.findall(self.system + self.user))

    @property
    def headings(self) -> tuple[str, ...]:
        """The lines of the user's half that announce data, such as "The student's question:"."""
        return tuple(line for line in self.user.splitlines() if line.endswith(":"))

    def fill(self, values: Mapping[str, str]) -> tuple[Message, ...]:
        """Return the messages. What is filled in is not searched for placeholders again; a missing value: KeyError."""
        return (
            Message(role="system", content=_PLACEHOLDER.sub(lambda found: values[found.group(1)], self.system)),
            Message(role="user", content=_PLACEHOLDER.sub(lambda found: values[found.group(1)], self.user)),
        )


def load_prompt(name: str) -> Prompt:
    """Load `bot/prompts/<name>.md`, such as answer-v1.

    Raises:
        FileNotFoundError: there is no such prompt.
        ValueError: the file lacks its `# system` or its `# user` heading.
    """
    text = files("bot").joinpath("prompts", f"{name}.md").read_text(encoding="utf-8")
    system, separator, user = text.removeprefix("# system\n").partition("\n# user\n")
    if not separator or not text.startswith("# system\n"):
        raise ValueError(f"bot/prompts/{name}.md needs the headings '# system' and '# user', in this order.")
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return Prompt(version=f"{name}-{digest}", system=system.strip(), user=user.strip())


def draw_fence(randomness: Randomness, texts: Iterable[str]) -> str:
    """Return a delimiter that occurs in none of `texts`, so that no text can end the data it is part of."""
    held = "\n".join(texts)
    drawn = fence = f"=== {randomness()} ==="
    attempt = 0
    while fence in held:
        attempt += 1
        fence = f"=== {drawn.strip('= ')}{attempt} ==="
    return fence


def describe_conversation(turns: tuple[Turn, ...]) -> str:
    """Write the latest turns as a prompt holds them.

    Numbers of earlier citations mean nothing any more and go. So do Lectern's own sentences: a model that reads "the
    model is not responding" as its own words repeats them.
    """
    lines = []
    for turn in turns[-TURNS_IN_PROMPT:]:
        answer = _NUMBERS.sub("", without_own_sentences(without_hidden_characters(turn.answer)))
        lines += [f"Student: {shortened(without_hidden_characters(turn.question), LONGEST_TURN)}"]
        if answer:
            lines += [f"Assistant: {shortened(answer, LONGEST_TURN)}"]
    return "\n".join(lines) or "(nothing)"
