"""Vocabulary: how rare a word is, and what a mistyped one means."""

import math

import pytest

from retrieval.index_parts.vocabulary import Vocabulary, count_terms

ROWS = ["rede neural ~neura", "rede rede arvore ~arvor", "gradiente ~gradi rede", "aluno ~aluno"]


@pytest.fixture
def vocabulary() -> Vocabulary:
    return Vocabulary(count_terms(ROWS), segments=4)


def test_a_term_counts_once_in_each_row() -> None:
    assert count_terms(ROWS)["rede"] == 3


def test_rarity_is_the_one_of_bm25(vocabulary: Vocabulary) -> None:
    # N = 4: ln(1 + 1.5/3.5) for 3 of 4 rows, ln(1 + 3.5/1.5) for one, ln(1 + 4.5/0.5) = ln 10 for an unknown word.
    assert vocabulary.rarity("rede") == pytest.approx(math.log(1 + 1.5 / 3.5))
    assert vocabulary.rarity("arvore") == pytest.approx(math.log(1 + 3.5 / 1.5))
    assert vocabulary.rarity("nada") == pytest.approx(math.log(10))


def test_known_words_are_looked_for_as_they_are(vocabulary: Vocabulary) -> None:
    found = vocabulary.search_terms([("rede",), ("arvore",)])
    assert found.terms == ("rede", "arvore", "~arvor")
    # 2.2 times the rarities of rede, arvore and ~arvor: 2.2 * (0.357 + 1.204 + 1.204).
    assert found.attainable == pytest.approx(2.2 * (0.35667 + 2 * 1.20397), abs=1e-3)
    assert vocabulary.familiar([("rede",), ("arvore",)]) == 1


def test_a_mistyped_word_becomes_the_most_alike(vocabulary: Vocabulary) -> None:
    # gradinete and gradiente share _gr gra rad adi and te_ of 9 trigrams each: 2 * 5 / 18 = 0.56.
    assert vocabulary.most_alike("gradinete") == "gradiente"
    found = vocabulary.search_terms([("gradinete",)])
    assert found.terms == ("gradiente", "~gradi")
    assert vocabulary.familiar([("gradinete",), ("rede",)]) == 0.5


@pytest.mark.parametrize("word", ["capital", "bolo", "red", "", "x"])
def test_a_strange_or_short_word_is_left_alone(vocabulary: Vocabulary, word: str) -> None:
    assert vocabulary.most_alike(word) is None


def test_a_strange_word_weighs_though_it_finds_nothing(vocabulary: Vocabulary) -> None:
    found = vocabulary.search_terms([("bolo",)])
    assert found.terms == ()
    assert found.attainable == pytest.approx(2.2 * math.log(10))


def test_beginnings_are_not_words_to_be_meant(vocabulary: Vocabulary) -> None:
    assert vocabulary.most_alike("neura") == "neural"


def test_the_known_share_is_by_weight(vocabulary: Vocabulary) -> None:
    assert vocabulary.known_share({"rede": 1.0, "bolo": 3.0}) == 0.25
    assert vocabulary.known_share({}) == 0


def test_a_pasted_text_is_cut(vocabulary: Vocabulary) -> None:
    assert vocabulary.search_terms([("rede",)] * 10_000).attainable == pytest.approx(200 * 2.2 * 0.35667, rel=1e-3)


def test_an_empty_course_knows_nothing() -> None:
    empty = Vocabulary({}, segments=0)
    assert empty.search_terms([("rede",)]).terms == ()
    assert empty.most_alike("rede") is None
