"""StretchFinder: the stretches of sources that support a sentence, scored with vectors from the embedder."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from retrieval.embedding import Embedder, Vectors
from retrieval.neighbours import Source
from retrieval.pinpoint import pinpoint, score_stretches
from retrieval.segment import EmbedderUnavailable
from retrieval.stretches import Stretch, cut_stretches

# About 15 ms a stretch on one core: two minutes of lecture are about ten stretches, so this is half a second at worst.
MOST_STRETCHES = 48
# 4,096 vectors of 384 floats are 6 MB, the stretches of some twelve hours of lectures.
MOST_VECTORS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """A stretch of a source and how well it supports what was claimed, in standard deviations above the others."""

    source: Source
    stretch: Stretch
    score: float


class StretchFinder:
    """Finds where a sentence is supported. Keeps the vectors of recent stretches, for any course.

    The vectors are kept by a hash of the text alone: the same words have the same vector in whichever segment they
    stand, and corpus ids are unique only within a course.
    """

    def __init__(self, embedder: Embedder, *, executor: Executor, most_vectors: int = MOST_VECTORS) -> None:
        self._embedder = embedder
        self._executor = executor
        self._most_vectors = most_vectors
        self._vectors: OrderedDict[bytes, Vectors] = OrderedDict()

    async def score(
        self, claim: str, sources: Sequence[Source], *, language: str, question: str = ""
    ) -> tuple[Support, ...]:
        """Score every stretch of `sources`, in their order, at most MOST_STRETCHES of them.

        `language` is the claim's; with the embedder down the words alone decide.
        """
        held = [(source, stretch) for source in sources for stretch in cut_stretches(source.cues)][:MOST_STRETCHES]
        stretches = [stretch for _, stretch in held]
        languages = {language, *(source.lecture.language for source in sources)}
        similarities = await self._similarities(claim, stretches)
        scores = score_stretches(
            claim, stretches, similarities=similarities, languages=sorted(languages), question=question
        )
        return tuple(
            Support(source=source, stretch=stretch, score=score)
            for (source, stretch), score in zip(held, scores, strict=True)
        )

    async def find(self, claim: str, source: Source, *, language: str, question: str = "") -> Support:
        """Return the stretch of `source` in which the lecturer begins to say `claim`."""
        supports = await self.score(claim, [source], language=language, question=question)
        return supports[pinpoint([support.score for support in supports])]

    async def _similarities(self, claim: str, stretches: Sequence[Stretch]) -> Vectors | None:
        if not stretches:
            return None
        loop = asyncio.get_running_loop()
        texts = list(dict.fromkeys(stretch.text for stretch in stretches))
        known = {text: self._vectors[_key(text)] for text in texts if _key(text) in self._vectors}
        missing = [text for text in texts if text not in known]
        try:
            query = await loop.run_in_executor(self._executor, self._embedder.embed_query, claim)
            if missing:
                fresh = await loop.run_in_executor(self._executor, self._embedder.embed_passages, missing)
                known |= dict(zip(missing, fresh, strict=True))
        except EmbedderUnavailable:
            return None
        self._keep(known)
        return np.asarray([known[stretch.text] @ query for stretch in stretches], dtype=np.float32)

    def _keep(self, vectors: dict[str, Vectors]) -> None:
        for text, vector in vectors.items():
            self._vectors[_key(text)] = vector
            self._vectors.move_to_end(_key(text))
        while len(self._vectors) > self._most_vectors:
            self._vectors.popitem(last=False)


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
