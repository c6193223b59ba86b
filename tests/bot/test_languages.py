import pytest

from bot.endpoint import faults
from bot.exchange import Outcome, Turn
from bot.languages import (
    SENTENCES,
    Sentences,
    conversation_language,
    detect_language,
    outcome_sentence,
    sentence_of_cause,
    sentences_in,
    shows_its_language,
    without_own_sentences,
)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("O que é sobreajuste?", "pt"),
        ("pq q nao da certo botar todos os pesos zerados?", "pt"),
        ("Qual a diferença entre precisão e recall?", "pt"),
        ("e o dropout?", "pt"),
        ("What is overfitting?", "en"),
        ("how does backprop work", "en"),
        ("Why do we square the error?", "en"),
        ("¿Qué es el sobreajuste?", "es"),
        ("cual es la diferencia entre sesgo y varianza", "es"),
        ("Cómo se entrena una red?", "es"),
        ("Qu'est-ce que le surapprentissage ?", "fr"),
        ("Comment fonctionne la rétropropagation ?", "fr"),
        ("Was ist Overfitting?", "de"),
        ("Wie funktioniert Backpropagation?", "de"),
        ("Come si fa la potatura?", "it"),
        ("e a função de ativação?", "pt"),
        ("como funciona a convolução", "pt"),
    ],
)
def test_short_questions_show_their_language(text: str, language: str) -> None:
    assert detect_language(text, default="xx") == language


@pytest.mark.parametrize("text", ["", "?", "backpropagation", "42", "x" * 100_000])
def test_where_nothing_tells_the_default_holds(text: str) -> None:
    assert detect_language(text, default="pt") == "pt"


def test_every_language_says_everything() -> None:
    for sentences in SENTENCES.values():
        assert all(getattr(sentences, name) for name in Sentences.__slots__)


def test_a_region_is_no_other_language_and_an_unknown_one_is_answered_in_english() -> None:
    assert sentences_in("pt-BR") is SENTENCES["pt"]
    assert sentences_in("fi") is SENTENCES["en"]


@pytest.mark.parametrize("language", ["pt", "en", "es"])
def test_every_outcome_but_answered_has_a_sentence(language: str) -> None:
    said = {outcome: outcome_sentence(outcome, language=language) for outcome in Outcome}
    assert said.pop(Outcome.ANSWERED) == ""
    assert all(said.values())


def test_a_word_without_a_language_keeps_the_conversations() -> None:
    turns = (Turn(question="What is overfitting?", answer="x"), Turn(question="precision?", answer="y"))
    default = conversation_language(turns, default="pt")
    assert detect_language("recall?", default=default) == "en"
    assert conversation_language((), default="pt") == "pt"


def test_only_a_clear_lead_of_small_words_names_a_language() -> None:
    assert shows_its_language("What is overfitting?")
    assert not shows_its_language("recall?")
    assert not shows_its_language("como usar dropout")  # Portuguese or Spanish


def test_a_fault_is_told_by_its_class() -> None:
    english = SENTENCES["en"]
    for fault in (faults.TOO_LONG, faults.CONTENT_FILTER, faults.EMPTY):
        assert sentence_of_cause(fault.cause, language="en") == english.model_unfit
    for fault in (faults.BAD_KEY, faults.FORBIDDEN, faults.NO_CREDIT, faults.UNKNOWN_MODEL, faults.WRONG_PATH):
        assert sentence_of_cause(fault.cause, language="en") == english.model_unusable
    for fault in (faults.CUT, faults.STALLED, faults.OVER_TIME, faults.BREAKER_OPEN):
        assert sentence_of_cause(fault.cause, language="en") == english.model_unavailable


def test_own_sentences_go_in_any_language_and_the_rest_stays() -> None:
    assert (
        without_own_sentences("A poda corta ramos.\n(La respuesta se cortó antes del final.)") == "A poda corta ramos."
    )
    assert without_own_sentences("I did not find this in the lectures.") == ""
