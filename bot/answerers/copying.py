"""Whether a model copied its prompt instead of answering: the delimiter, the headings, the instructions. Pure."""

import re

from bot.answerers.prompt_data import FilledPrompt

# Nobody writes this many words of the instructions by chance; of a lecturer's, an answer may well quote some.
INSTRUCTION_WORDS = 20
LECTURE_WORDS = 60
LONGEST_TAIL = 300

_WORD = re.compile(r"\w+")


def copies_prompt(text: str, filled: FilledPrompt) -> bool:
    """Whether a text repeats the instructions, or passages together with what marks them in the prompt."""
    if _share_a_run(text, filled.instructions, INSTRUCTION_WORDS):
        return True
    signs = [_drawn(filled.fence) in text, any(heading in text for heading in filled.headings)]
    return all(signs) or (any(signs) and _share_a_run(text, filled.messages[1].content, LECTURE_WORDS))


def seems_to_copy(text: str, filled: FilledPrompt) -> bool:
    """Whether a text that is still being written has come upon the prompt: quicker to say, and sooner, than above."""
    tail = " ".join(_WORD.findall(text[-LONGEST_TAIL:].lower())[-INSTRUCTION_WORDS:])
    is_long = tail.count(" ") == INSTRUCTION_WORDS - 1
    return _drawn(filled.fence) in text or (is_long and tail in filled.instructions)


def without_fence(text: str, filled: FilledPrompt) -> str:
    """Take the delimiter out of a text, with its signs."""
    return re.sub(rf"={{0,3}} ?{re.escape(_drawn(filled.fence))} ?={{0,3}}", "", text)


def _drawn(fence: str) -> str:
    return fence.strip("= ")


def _share_a_run(one: str, other: str, length: int) -> bool:
    runs = _runs(one, length)
    return bool(runs) and not runs.isdisjoint(_runs(other, length))


def _runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}
