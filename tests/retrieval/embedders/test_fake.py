"""The fake embedder keeps the contract that the real ones are held to."""

import pytest

from retrieval.embedding import Embedder
from tests.contracts.embedder import EmbedderContract
from tests.fakes_embedder import FakeEmbedder


class TestFakeEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return FakeEmbedder()


def test_texts_that_share_words_lie_closer() -> None:
    both, one, none = FakeEmbedder().embed_passages(["redes neurais", "redes sociais", "bolo de milho"])
    assert float(both @ one) > float(both @ none)
