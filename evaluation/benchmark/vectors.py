"""An embedder that keeps its vectors on disk, so that a benchmark can be run again without embedding again."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from retrieval.embedding import Embedder, Vectors


class KeptVectors:
    """The port Embedder over another one."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self._embedder = embedder
        self._folder = folder
        self._questions: dict[str, Vectors] = {}
        self._passages: dict[str, Vectors] = {}
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def name(self) -> str:
        """The inner embedder's name: its vectors are the same."""
        return self._embedder.name

    @property
    def dimension(self) -> int:
        """The inner embedder's dimension."""
        return self._embedder.dimension

    @property
    def max_tokens(self) -> int:
        """The inner embedder's limit."""
        return self._embedder.max_tokens

    def count_tokens(self, text: str) -> int:
        """Counted by the inner embedder."""
        return self._embedder.count_tokens(text)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """From memory or disk where these very texts were embedded before."""
        if not all(text in self._passages for text in texts):
            vectors = self._kept("passages", texts, lambda: self._embedder.embed_passages(texts))
            self._passages.update(zip(texts, vectors, strict=True))
        return np.stack([self._passages[text] for text in texts])

    def embed_query(self, text: str) -> Vectors:
        """From memory where the question was learned, or anew."""
        known = self._questions.get(text)
        return self._embedder.embed_query(text) if known is None else known

    def learn_questions(self, texts: Sequence[str]) -> None:
        """Embed the questions of a benchmark, or read their vectors from disk."""
        if not all(text in self._questions for text in texts):
            vectors = self._kept("questions", texts, lambda: np.stack([self._embedder.embed_query(t) for t in texts]))
            self._questions.update(zip(texts, vectors, strict=True))

    def _kept(self, role: str, texts: Sequence[str], embed: Callable[[], Vectors]) -> Vectors:
        key = hashlib.sha256(json.dumps([self.name, role, list(texts)]).encode()).hexdigest()[:24]
        file = self._folder / f"{key}.npy"
        if not file.exists():
            unfinished = file.with_suffix(".new.npy")
            np.save(unfinished, embed())
            unfinished.replace(file)
        return np.asarray(np.load(file), dtype=np.float32)
