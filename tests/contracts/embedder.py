"""What every Embedder keeps: the fake and all real adapters are put through this suite.

A test module subclasses it and gives a fixture `embedder`.
"""

import math
import threading

import numpy as np
import pytest

from retrieval.embedding import Embedder, Vectors

# All that students and caption files have been seen to send, and what has broken tokenizers and C strings.
ODD_TEXTS = {
    "empty": "",
    "blank": " \n\t ",
    "a NUL inside": "redes\x00neurais",
    "a lone surrogate": "redes \ud83d neurais",
    "emoji": "👩🏽‍🏫 que aula! 🎉",
    "right to left": "مرحبا بالعالم",
    "no spaces": "机器学习是什么",
    "one sign of 18 letters": "ﷺ" * 50,
    "very long": "aprendizado de máquina " * 200,
}


class EmbedderContract:
    """Subclass as TestSomeEmbedder and define the fixture `embedder`."""

    @pytest.fixture
    def embedder(self) -> Embedder:
        raise NotImplementedError("the subclass gives the embedder")

    def test_it_has_a_name_a_dimension_and_a_limit(self, embedder: Embedder) -> None:
        assert embedder.name.strip()
        assert embedder.dimension > 0
        assert embedder.max_tokens >= 128

    def test_passages_are_unit_rows_of_float32(self, embedder: Embedder) -> None:
        vectors = embedder.embed_passages(["redes neurais", "regressão linear", "árvores de decisão"])
        assert vectors.shape == (3, embedder.dimension)
        assert_unit(vectors)

    def test_a_query_is_one_unit_vector_of_float32(self, embedder: Embedder) -> None:
        vector = embedder.embed_query("o que é uma rede neural?")
        assert vector.shape == (embedder.dimension,)
        assert_unit(vector[np.newaxis])

    def test_no_passages_give_no_rows(self, embedder: Embedder) -> None:
        assert embedder.embed_passages([]).shape == (0, embedder.dimension)

    def test_the_same_text_gives_the_same_vector_alone_and_among_others(self, embedder: Embedder) -> None:
        texts = ["uma frase curta", "outra frase bem mais longa que a primeira, com muitas palavras", "a terceira"]
        together = embedder.embed_passages(texts)
        alone = np.concatenate([embedder.embed_passages([text]) for text in texts])
        np.testing.assert_allclose(together, alone, atol=2e-3)

    def test_a_text_is_nearer_to_its_own_query_than_to_another(self, embedder: Embedder) -> None:
        passages = embedder.embed_passages(
            ["gradient descent takes small steps downhill", "decision trees split the data by questions"]
        )
        assert int(np.argmax(passages @ embedder.embed_query("gradient descent steps"))) == 0
        assert int(np.argmax(passages @ embedder.embed_query("decision trees questions"))) == 1

    @pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
    def test_any_text_is_embedded_and_counted(self, embedder: Embedder, text: str) -> None:
        assert_unit(embedder.embed_query(text)[np.newaxis])
        assert_unit(embedder.embed_passages([text, "outra"]))
        assert embedder.count_tokens(text) >= 1

    def test_text_behind_a_nul_is_read(self, embedder: Embedder) -> None:
        whole, cut = embedder.embed_passages(["redes\x00neurais profundas", "redes"])
        assert float(whole @ cut) < 0.999
        assert embedder.count_tokens("redes\x00neurais profundas") > embedder.count_tokens("redes")

    def test_tokens_grow_with_the_text_and_are_not_capped_by_the_limit(self, embedder: Embedder) -> None:
        few, many = embedder.count_tokens("uma palavra"), embedder.count_tokens("uma palavra " * 1000)
        assert few < embedder.max_tokens < many

    def test_threads_may_share_it(self, embedder: Embedder) -> None:
        texts = [f"pergunta número {n} sobre redes neurais" for n in range(4)]
        expected = [embedder.embed_query(text) for text in texts]
        got: dict[int, Vectors] = {}

        def ask(n: int) -> None:
            embedder.count_tokens(texts[n])
            got[n] = embedder.embed_query(texts[n])

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(len(texts))]
        for thread in threads:
            thread.start()
        embedder.embed_passages(texts)
        for thread in threads:
            thread.join(timeout=30)
        for n, vector in enumerate(expected):
            np.testing.assert_allclose(got[n], vector, atol=1e-5)


def assert_unit(vectors: Vectors) -> None:
    assert vectors.dtype == np.float32
    assert np.all(np.isfinite(vectors))
    for row in vectors:
        assert math.isclose(float(np.linalg.norm(row)), 1.0, abs_tol=1e-3)
