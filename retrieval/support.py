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
from retrieval.pinpoint import pinpoint, score_stretches, with_following
from retrieval.segment import EmbedderUnavailable
from retrieval.stretches import Stretch, cut_stretches

# About 15 ms a stretch on one core: two minutes of lecture are about eight stretches; 48 are 0.7 seconds.
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
        self,
        claim: str,
        sources: Sequence[Source],
        *,
        language: str,
        question: str = "",
        in_context: bool = False,
    ) -> tuple[Support, ...]:
        """Score every stretch of `sources`, in their order, at most MOST_STRETCHES of them.

        `language` is the claim's; with the embedder down the words alone decide. `in_context` compares the claim with
        what each stretch and the following one mean together: right for a question, whose answer seldom fits into one.
        """
        cut = [(place, stretch) for place, source in enumerate(sources) for stretch in cut_stretches(source.cues)]
        held = cut[:MOST_STRETCHES]
        stretches = [stretch for _, stretch in held]
        languages = {language, *(source.lecture.language for source in sources)}
        groups = [place for place, _ in held] if in_context else range(len(held))
        similarities = await self._similarities(claim, stretches, groups)
        scores = score_stretches(
            claim,
            stretches,
            similarities=similarities,
            languages=sorted(languages),
            question=question,
            spoken=[sources[place].lecture.language for place, _ in held],
        )
        return tuple(
            Support(source=sources[place], stretch=stretch, score=score)
            for (place, stretch), score in zip(held, scores, strict=True)
        )

    async def find(self, claim: str, source: Source, *, language: str, question: str = "") -> Support:
        """Return the stretch of `source` in which the lecturer begins to say `claim`."""
        supports = await self.score(claim, [source], language=language, question=question)
        return supports[pinpoint([support.score for support in supports])]

    async def _similarities(self, claim: str, stretches: Sequence[Stretch], groups: Sequence[int]) -> Vectors | None:
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
        vectors = np.stack([known[stretch.text] for stretch in stretches])
        return np.asarray(with_following(vectors, groups) @ query, dtype=np.float32)

    def _keep(self, vectors: dict[str, Vectors]) -> None:
        for text, vector in vectors.items():
            self._vectors[_key(text)] = vector
            self._vectors.move_to_end(_key(text))
        while len(self._vectors) > self._most_vectors:
            self._vectors.popitem(last=False)


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
