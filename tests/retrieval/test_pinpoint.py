import numpy as np
import pytest

from retrieval.pinpoint import pinpoint, score_stretches, with_following
from retrieval.stretches import Stretch


def _stretches(*texts: str) -> list[Stretch]:
    return [
        Stretch(start_seconds=10.0 * place, end_seconds=10.0 * place + 10, text=text, first_cue=place)
        for place, text in enumerate(texts)
    ]


def _best(claim: str, *texts: str, cosines: list[float] | None = None, question: str = "") -> int:
    similarities = None if cosines is None else np.array(cosines, dtype=np.float32)
    scores = score_stretches(
        claim, _stretches(*texts), similarities=similarities, languages=["pt", "en"], question=question
    )
    return pinpoint(scores)


def test_the_stretch_that_shares_rare_words_wins() -> None:
    texts = ("hoje a gente fala da rede toda", "a derivada da sigmoide some na rede", "a rede tem muitas camadas aqui")
    assert _best("por que a derivada da sigmoide some?", *texts) == 1


def test_word_forms_and_accents_find_each_other() -> None:
    assert _best("as funcoes de perda", "bom dia para toda a turma", "essa é a função de perda") == 1


def test_across_languages_the_meaning_alone_decides() -> None:
    texts = ("a poda corta ramos fracos", "o gradiente aponta para cima", "bom dia pessoal tudo bem")
    assert _best("where does it point", *texts, cosines=[0.80, 0.86, 0.81]) == 1


def test_the_beginning_of_an_explanation_wins_over_its_equal_end() -> None:
    texts = ("o dropout desliga neurônios", "o dropout desliga neurônios", "bom dia pessoal turma")
    assert _best("dropout desliga neurônios", *texts) == 0


def test_the_questions_words_decide_where_the_claim_has_none() -> None:
    texts = ("bom dia pessoal da turma", "a poda encolhe a árvore toda", "até logo pessoal da turma")
    assert _best("sim", *texts, question="para que serve a poda?") == 1


def test_of_two_alike_the_one_that_says_more_wins() -> None:
    # Same cosine, no word in common with the claim: only the number of words differs.
    texts = ("tudo bem", "o sorteio dos pesos iniciais quebra a simetria da rede")
    assert _best("why", *texts, cosines=[0.8, 0.8]) == 1


def test_one_stretch_needs_no_evidence() -> None:
    assert _best("qualquer coisa", "uma frase só", cosines=[0.5]) == 0


def test_scores_are_zero_on_average() -> None:
    scores = score_stretches("a poda", _stretches("a poda", "bom dia", "até logo"), similarities=None, languages=["pt"])
    assert sum(scores) == pytest.approx(0)


def test_a_vector_is_joined_with_the_following_one_of_its_group() -> None:
    vectors = np.array([[1, 0], [0, 1], [1, 0]], dtype=np.float32)
    # (1, 0) + (0, 1) is (1, 1), of length 1 it is (0.7071, 0.7071); the second and third are the last of their groups.
    joined = with_following(vectors, [0, 0, 1]).tolist()
    assert joined[0] == pytest.approx([0.7071, 0.7071], abs=1e-4)
    assert joined[1:] == [[0, 1], [1, 0]]
    assert vectors[0].tolist() == [1, 0]


def test_opposite_vectors_join_to_none_without_a_fault() -> None:
    vectors = np.array([[1, 0], [-1, 0]], dtype=np.float32)
    assert with_following(vectors, [0, 0]).tolist() == [[0, 0], [-1, 0]]


def test_a_stretch_is_measured_against_those_of_its_own_language() -> None:
    # The English stretches are all nearer (0.9 on average against 0.8), yet the second Portuguese one stands out most:
    # it lies 0.04 above its language's mean, the best English one 0.01 above theirs.
    stretches = _stretches("abc", "abc", "abc", "abc")
    similarities = np.asarray([0.76, 0.84, 0.91, 0.89], dtype=np.float32)
    spoken = ["pt", "pt", "en", "en"]
    apart = score_stretches("xyz", stretches, similarities=similarities, languages=["pt", "en"], spoken=spoken)
    together = score_stretches("xyz", stretches, similarities=similarities, languages=["pt", "en"])
    assert (pinpoint(apart), pinpoint(together)) == (1, 2)
