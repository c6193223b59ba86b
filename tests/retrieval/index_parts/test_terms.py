"""Terms: forms of one word meet, whoever types them and however."""

import pytest

from retrieval.index_parts.terms import (
    fold,
    normalise,
    passage_terms,
    question_words,
    with_beginning,
    without_small_words,
)


@pytest.mark.parametrize(
    ("spoken", "typed"),
    [
        ("função", "funções"),
        ("função", "funcao"),
        ("funções", "funcoes"),
        ("rede", "Redes"),
        ("máquina", "MAQUINA"),
        ("validação", "validacao"),
        ("regressões", "regressoes"),
        ("árvores", "arvore"),
        ("época", "épocas"),
        ("treinar", "treinamento"),  # by their beginning
        ("C++", "c++"),
        ("k-fold", "k fold"),
        ("L2", "l2"),
        ("tf.data", "TF data"),
        ("100", "100"),
    ],
)
def test_forms_of_a_word_meet(spoken: str, typed: str) -> None:
    indexed = set(passage_terms(spoken, "pt"))
    looked_for = {term for forms in question_words(typed, ["pt"]) for form in forms for term in with_beginning(form)}
    assert indexed & looked_for


@pytest.mark.parametrize(("one", "other"), [("C", "C++"), ("C#", "C++"), ("rede", "renda"), ("L1", "L2")])
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert not set(passage_terms(one, "pt")) & set(passage_terms(other, "pt"))


def test_a_passage_has_a_lemma_and_a_beginning_for_each_word() -> None:
    assert passage_terms("As funções e redes", "pt-BR") == ["o", "funcao", "~funca", "e", "rede"]


def test_normalised_words_keep_their_order_and_number() -> None:
    assert normalise("Funções, redes: 3 árvores!", ["pt"]) == ["funcao", "rede", "3", "arvore"]


def test_an_english_word_has_its_own_lemma_in_an_english_course() -> None:
    assert normalise("networks learned", ["en"]) == ["network", "learn"]


def test_a_question_is_read_in_every_language_of_the_course() -> None:
    (forms,) = question_words("networks", ["pt", "en"])
    assert {"network", "networks"} <= set(forms)


@pytest.mark.parametrize("language", ["xx", "", "tlh", "zh-Hans"])
def test_words_of_an_unknown_language_are_folded_only(language: str) -> None:
    assert normalise("Éxtase ÁRVORES", [language]) == ["extase", "arvores"]


def test_a_word_asked_twice_is_looked_for_once() -> None:
    assert len(question_words("rede rede REDE", ["pt"])) == 1


@pytest.mark.parametrize("text", ["", "🎉👩🏽‍🏫", "... --- !!!", "\x00\n\t"])
def test_a_text_without_words_has_no_terms(text: str) -> None:
    assert passage_terms(text, "pt") == []
    assert question_words(text, ["pt", "en"]) == []


def test_folding_keeps_the_letters() -> None:
    assert fold("AÇÃO Überraschung") == "acao uberraschung"


def test_small_words_are_left_out_in_a_course_of_several_languages() -> None:
    words = question_words("Why do the first layers learn?", ["pt", "en"])
    assert [forms[-1] for forms in without_small_words(words, ["pt", "en"])] == ["first", "layers", "learn"]


def test_small_words_stay_in_a_course_of_one_language_or_where_there_is_nothing_else() -> None:
    words = question_words("o que é isso?", ["pt"])
    assert without_small_words(words, ["pt"]) == words
    assert without_small_words(words, ["pt", "en"]) == words
