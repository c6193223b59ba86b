"""The port Retriever, from a question to ranked passages, and its adapter on the index: hybrid and dense-only."""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, Protocol

import numpy as np

from retrieval.embedding import Embedder, Vectors
from retrieval.evidence import Evidence, answerable, evidence_of
from retrieval.fusion import Found, Fused, fuse, rank_by_cosine
from retrieval.index import CourseIndex, CourseIndexes
from retrieval.index_parts.rows import Filters, Hit
from retrieval.index_parts.terms import question_words, without_small_words
from retrieval.segment import EmbedderUnavailable, IndexDamaged, Passage

# How deep each search goes before the two are joined; the figures are the same at 100 and at 400.
CANDIDATES = 200
# A question longer than this is a pasted text: E5 reads no more than 512 tokens of it, about these characters, and
# 100 kB would keep both searches busy for minutes.
MOST_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to look for. `at` hides lectures with a later `visible_from`; `lecture_id` keeps to one lecture."""

    course: str
    text: str
    at: datetime
    k: int = 10
    lecture_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """The ranked passages of one query.

    `answerable` is the calibrated probability, 0 to 1, that these passages answer the question (see evidence.py);
    `warnings` are sentences for the operator, such as a search that ran on text alone; `fingerprint` names the index.
    """

    passages: tuple[Passage, ...]
    answerable: float
    fingerprint: str
    warnings: tuple[str, ...] = field(default=())


class Retriever(Protocol):
    """Finds the passages of a course for a question."""

    async def retrieve(self, query: Query) -> Retrieval:
        """Return at most `query.k` passages, best first; empty where the course has none.

        Raises:
            CourseUnknown: nothing was ingested under that name.
            IndexMismatch: the index was built with another embedder than the one configured.
        """
        ...


class HybridRetriever:
    """Finds passages by meaning and by words (`hybrid`), or by cosine alone (`dense`), in a course's index."""

    def __init__(
        self, indexes: CourseIndexes, embedder: Embedder, executor: Executor, *, mode: Literal["hybrid", "dense"]
    ) -> None:
        """Embedding and reading block, so they run in `executor`."""
        self._indexes = indexes
        self._embedder = embedder
        self._executor = executor
        self._mode = mode

    async def retrieve(self, query: Query) -> Retrieval:
        """See `Retriever`. Without the embedder words alone are searched, without the full text meaning alone.

        Both are said in `warnings`. Raises IndexDamaged where neither can be searched.
        """
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._retrieve, query)

    def _retrieve(self, query: Query) -> Retrieval:
        text, bounded = _readable(query.text)
        vector, unembedded = self._embed(text)
        warnings = (*bounded, *unembedded)
        try:
            return self._search(query, text, vector, warnings)
        except IndexDamaged:
            # The files that were being read may have been taken away by a rebuild; the index of now is another.
            return self._search(query, text, vector, warnings)

    def _embed(self, text: str) -> tuple[Vectors | None, tuple[str, ...]]:
        try:
            return (self._embedder.embed_query(text) if text else None), ()
        except EmbedderUnavailable as fault:
            return None, (f"Searched by words alone: {fault}",)

    def _search(self, query: Query, text: str, vector: Vectors | None, warnings: tuple[str, ...]) -> Retrieval:
        index = self._indexes.open(query.course)
        profile, depth = index.profile(), max(query.k, CANDIDATES)
        filters = Filters(at=query.at, lecture_id=query.lecture_id)
        asked = question_words(text, profile.by_language.keys())
        terms = profile.vocabulary.search_terms(without_small_words(asked, profile.by_language.keys()))
        meaning = [] if vector is None else search_meaning(index, vector, terms.weights, depth, filters)
        if self._mode == "dense" and vector is not None:
            fused = rank_by_cosine({id_: cosine for found in meaning for id_, cosine in found.cosines.items()})
        else:
            words, word_warnings = _search_words(index, terms.terms, depth, filters, alone=vector is None)
            warnings += word_warnings
            fused = fuse(meaning, words, attainable=terms.attainable)
        return Retrieval(
            passages=_passages(index, fused[: query.k], vector),
            answerable=answerable(self._evidence(meaning, fused, profile.vocabulary.familiar(asked))) if fused else 0.0,
            fingerprint=index.fingerprint(),
            warnings=warnings,
        )

    def _evidence(self, meaning: Sequence[Found], fused: Sequence[Fused], familiar: float) -> Evidence:
        words_were_searched = self._mode == "hybrid" or not meaning
        return evidence_of(
            meaning,
            is_e5="e5" in self._embedder.name.lower(),
            strength=fused[0].score if words_were_searched else None,
            familiar=familiar if words_were_searched else None,
        )


def _readable(text: str) -> tuple[str, tuple[str, ...]]:
    """The question without what no embedder can read (lone surrogates, control characters), and bounded at a word."""
    whole = text.encode("utf-8", "replace").decode()
    plain = "".join(letter if letter.isprintable() else " " for letter in whole).strip()
    if len(plain) <= MOST_CHARACTERS:
        return plain, ()
    beginning = plain[: MOST_CHARACTERS + 1].rpartition(" ")[0].rstrip() or plain[:MOST_CHARACTERS]
    return beginning, (f"The question is long: only its first {len(beginning)} characters were searched for.",)


def search_meaning(
    index: CourseIndex, vector: Vectors, weights: Mapping[str, float], depth: int, filters: Filters
) -> list[Found]:
    """Each language apart, lest one that E5 finds nearer crowds the other out of the candidates."""
    profile = index.profile()
    return [
        Found(
            cosines=_by_id(index.dense(vector, depth, replace(filters, language=language))),
            spread=spread,
            known_share=profile.by_language[language].vocabulary.known_share(weights),
        )
        for language, spread in profile.spreads(vector).items()
    ]


def _search_words(
    index: CourseIndex, terms: Sequence[str], depth: int, filters: Filters, *, alone: bool
) -> tuple[dict[int, float], tuple[str, ...]]:
    try:
        return _by_id(index.by_words(terms, depth, filters)), ()
    except IndexDamaged as fault:
        if alone:
            raise
        return {}, (f"Searched by meaning alone: {fault}",)


def _by_id(hits: Sequence[Hit]) -> dict[int, float]:
    return {hit.corpus_id: hit.score for hit in hits}


def _passages(index: CourseIndex, fused: Sequence[Fused], vector: Vectors | None) -> tuple[Passage, ...]:
    found = index.found([each.corpus_id for each in fused])
    present = [each for each in fused if each.corpus_id in found]
    return tuple(
        Passage(
            segment=found[each.corpus_id][0],
            rank=rank,
            score=None if vector is None else float(np.dot(found[each.corpus_id][1], vector)),
            fused_score=each.score,
            rank_by_meaning=each.rank_by_meaning,
            rank_by_words=each.rank_by_words,
        )
        for rank, each in enumerate(present, start=1)
    )
