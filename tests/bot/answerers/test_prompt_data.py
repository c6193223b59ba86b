from dataclasses import replace

import pytest

from bot.answerer import AnswerRequest
from bot.answerers.prompt_data import MOST_LETTERS, choose_sources, fill_prompt
from bot.prompting import load_prompt
from tests.contracts.answerer import ask
from tests.examples import make_cues, make_lecture, make_passage, make_question, make_retrieval, make_segment


def test_the_students_own_words_stand_before_what_they_were_understood_as() -> None:
    request = replace(ask("e no teste?"), standalone_text="O dropout é usado no teste?")
    assert "e no teste?\nUnderstood as: O dropout é usado no teste?\n=== r ===" in _user(request)


def test_a_question_that_stands_alone_is_written_once() -> None:
    assert _user(ask("O que é poda?")).count("O que é poda?") == 1
    assert "Understood as" not in _user(ask("O que é poda?"))


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("What is pruning?", "en", "in the language of the student's question (English), with"),
        ("Qu'est-ce que le surapprentissage ?", "fr", "in the language of the student's question (French), with"),
        ("recall?", "en", "in the language of the student's question, or in English where it shows none, with"),
        ("Mitä on karsinta?", "fi", "in the language of the student's question, with"),
    ],
)
def test_the_language_is_named_only_where_it_shows(text: str, language: str, told: str) -> None:
    assert told in _user(ask(text, language=language))


def test_sources_end_where_the_letters_do() -> None:
    # Each of the passages holds 8 × 500 = 4000 letters, so that the fourth would pass 14,000.
    found = [
        make_passage(
            make_segment(place, lecture=make_lecture(f"aula-{place}"), cues=make_cues(["palavra " * 500])), rank=place
        )
        for place in range(1, 6)
    ]
    request = AnswerRequest(question=make_question(), standalone_text="x", retrieval=make_retrieval(found))
    assert len(choose_sources(request)) == MOST_LETTERS // 4000 == 3
    assert len(choose_sources(request, most=2)) == 2


def _user(request: AnswerRequest) -> str:
    prompt = load_prompt("answer-v1")
    return fill_prompt(prompt, request, choose_sources(request), randomness=lambda: "r").messages[1].content
