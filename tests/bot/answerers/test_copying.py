import pytest

from bot.answerers.copying import copies_prompt, seems_to_copy, without_fence
from bot.answerers.prompt_data import FilledPrompt
from bot.llm import Message

# Twenty words of instructions and sixty of a passage, each different.
INSTRUCTIONS = " ".join(f"regra{place}" for place in range(20))
PASSAGE = " ".join(f"palavra{place}" for place in range(60))
HEADING = "[S1] Aula 1, 1:00 to 1:10"
FILLED = FilledPrompt(
    messages=(
        Message(role="system", content=INSTRUCTIONS),
        Message(role="user", content=f"Passages:\n=== f3 ===\n{HEADING}\n{PASSAGE}\n=== f3 ==="),
    ),
    fence="=== f3 ===",
    headings=(HEADING, "Passages:"),
    instructions=INSTRUCTIONS,
)


@pytest.mark.parametrize(
    "text",
    [
        FILLED.messages[1].content,
        f"Claro! {INSTRUCTIONS} [S1]",
        f"f3 {PASSAGE} [S1].",
        f"=== f3 ===\n{HEADING}",
        f"{HEADING}\n{PASSAGE}",
    ],
)
def test_the_prompt_is_known_again(text: str) -> None:
    assert copies_prompt(text, FILLED)


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"Como diz o professor: {PASSAGE} [S1].",
        " ".join(INSTRUCTIONS.split()[:19]),
        "=== f3 ===\nA poda corta ramos [S1].",
    ],
)
def test_the_lecturers_words_and_a_stray_delimiter_are_no_copy(text: str) -> None:
    assert not copies_prompt(text, FILLED)


def test_a_copy_is_noticed_while_it_is_written() -> None:
    assert seems_to_copy(f"Claro! {INSTRUCTIONS}", FILLED)
    assert seems_to_copy("=== f3", FILLED)
    assert not seems_to_copy(f"Claro! {PASSAGE}", FILLED)


def test_the_delimiter_goes_with_its_signs() -> None:
    assert without_fence("=== f3 ===\nA poda. f3", FILLED) == "\nA poda."
