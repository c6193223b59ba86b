import pytest

from bot.exchange import Outcome
from bot.languages import SENTENCES, Sentences, detect_language, outcome_sentence, sentences_in


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
