"""A deterministic stand-in for the port Embedder: a hashed bag of words, so texts that share words lie closer."""

import re
import zlib
from collections.abc import Sequence

import numpy as np

from retrieval.embedding import Vectors


class FakeEmbedder:
    """Counts each lower-cased word into one of `dimension` buckets; one token a word, plus prefix and two specials."""

    def __init__(self, dimension: int = 64, *, name: str = "fake", max_tokens: int = 512) -> None:
        self._dimension = dimension
        self._name = name
        self._max_tokens = max_tokens

    @property
    def name(self) -> str:
        return f"{self._name}/{self._dimension}"

    @property
    def dimension(self) -> int:
        return self._dimension

    @property
    def max_tokens(self) -> int:
        return self._max_tokens

    def count_tokens(self, text: str) -> int:
        return len(_words(text)) + 4

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self._dimension), dtype=np.float32)
        return np.stack([self._embed("passage", text) for text in texts])

    def embed_query(self, text: str) -> Vectors:
        return self._embed("query", text)

    def _embed(self, role: str, text: str) -> Vectors:
        """Weight the prefix lightly: as with E5, a query differs from the same text as a passage, but not by much."""
        counts = np.zeros(self._dimension, dtype=np.float64)
        counts[_bucket(f"{role}:", self._dimension)] += 0.2
        for word in _words(text):
            counts[_bucket(word, self._dimension)] += 1.0
        return (counts / np.linalg.norm(counts)).astype(np.float32)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _bucket(word: str, dimension: int) -> int:
    return zlib.crc32(word.encode("utf-8", "replace")) % dimension
