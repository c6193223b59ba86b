import time

import pytest

from bot.answerers.refusals import (
    NOT_IN_LECTURES,
    has_no_question,
    is_refusal,
    leaves_a_part_open,
    may_become_token,
    without_token,
)


@pytest.mark.parametrize(
    "text",
    [
        "Desculpe, isso não está nas aulas.",
        "Desculpe, mas isso não está nas aulas. Posso ajudar com outra coisa?",
        "Sorry, not in lectures.",
        "Not in lectures.",
        "The passages do not mention convolution.",
        "I could not find this in the lectures.",
        "Lo siento, esto no aparece en las clases.",
        "Los fragmentos no responden a la pregunta.",
        "A poda é outra coisa. NOT_IN_LECTURES",
        "NÃO_ESTÁ_NAS_AULAS",
    ],
)
def test_a_short_refusal_without_marks_is_one(text: str) -> None:
    assert is_refusal(text, is_cited=False)


@pytest.mark.parametrize(
    "text",
    [
        "As passagens não respondem à pergunta [S1][S2].",
        "The passages [S1] do not answer the question.",
        "NOT_IN_LECTURES [S1][S2]",
        "Não há informação sobre isso nas passagens fornecidas [S1].",
        "La respuesta no aparece en los fragmentos [S1].",
        "Com base nas passagens, não é possível responder. [S1]",
        "NOT_IN_LECTURES. As passagens não mencionam transformers [S1].",
    ],
)
def test_marks_make_no_answer_of_a_refusal(text: str) -> None:
    assert is_refusal(text, is_cited=True)


@pytest.mark.parametrize(
    "text",
    [
        "Not in lectures 1 to 3, but in lecture 5 the professor derives it [S1].",
        "NOT_IN_LECTURES\n\nMas a poda corta os ramos fracos [S1].",
        "A poda corta os ramos fracos [S1]. O resto: NOT_IN_LECTURES",
        "As passagens não explicam o porquê, apenas que a poda corta ramos [S1].",
        "O professor diz que o teste não é usado nas aulas práticas [S1].",
        "A poda corta os ramos fracos [S1]. As passagens não dizem quando parar.",
    ],
)
def test_a_cited_answer_stays_an_answer_whatever_it_says_is_missing(text: str) -> None:
    assert not is_refusal(text, is_cited=True)


@pytest.mark.parametrize(
    "text", ["O gradiente aponta para cima.", "", "It is not in lectures 1 to 3 but in lecture 5.", "O teste não."]
)
def test_what_lacks_marks_is_not_yet_a_refusal(text: str) -> None:
    assert not is_refusal(text, is_cited=False)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("A poda corta ramos [S1]. O resto: NOT_IN_LECTURES", "A poda corta ramos [S1]."),
        ("A poda corta ramos [S1].\n**NOT_IN_LECTURES**", "A poda corta ramos [S1]."),
        ("NOT_IN_LECTURES\n\nMas corta [S1].", "Mas corta [S1]."),
        ("It cuts [S1], but NOT_IN_LECTURES for the rest. It helps [S2].", "It cuts [S1]. It helps [S2]."),
        ("A poda corta. NOT_IN_LECTURES", "A poda corta."),
        ("Corta [S1], and the rest is not_in_lectures.", "Corta [S1]."),
    ],
)
def test_the_token_goes_with_the_words_that_lead_to_it(text: str, left: str) -> None:
    assert without_token(text).strip() == left


def test_only_a_token_after_an_answer_leaves_a_part_open() -> None:
    assert leaves_a_part_open("A poda corta ramos [S1]. O resto: NOT_IN_LECTURES.")
    assert not leaves_a_part_open("NOT_IN_LECTURES\n\nMas a poda corta [S1].")
    assert not leaves_a_part_open("A poda corta ramos [S1].")


def test_a_greeting_is_no_question_only_where_the_token_is_all() -> None:
    assert has_no_question(" **NO_QUESTION**.")
    assert not has_no_question("NO_QUESTION [S1] a poda corta")


def test_a_token_is_known_before_it_is_whole() -> None:
    assert all(may_become_token(f"**{NOT_IN_LECTURES[:length]}") for length in range(len(NOT_IN_LECTURES) + 1))
    assert not may_become_token("Not in lectures 1 to 3")
    assert not may_become_token("Nada")


@pytest.mark.parametrize("unit", ["not ", "as passagens não ", "[", "not_in_lectures ", "a.", "* "])
def test_long_hostile_text_is_read_in_time(unit: str) -> None:
    text = unit * (24_000 // len(unit))
    start = time.monotonic()
    is_refusal(text, is_cited=True)
    leaves_a_part_open(text)
    assert time.monotonic() - start < 5  # quadratic time would take minutes
