"""What each part of the search brings: other ways to join the rankings, other weights, words left as they are typed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from evaluation.benchmark.course import COURSE, index_benchmark
from evaluation.benchmark.datasets import Benchmark, BenchmarkQuestion
from evaluation.benchmark.vectors import KeptVectors
from evaluation.ranking import measure_ranking
from retrieval.fusion import Found, fuse
from retrieval.index import CourseIndex
from retrieval.index_parts.rows import Filters, Hit
from retrieval.index_parts.terms import BEGINNING_MARK, question_words
from retrieval.index_parts.vocabulary import BM25_CEILING, SearchTerms, Vocabulary
from retrieval.search import CANDIDATES, search_meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """All that the two searches found for a question, before it is joined."""

    found: Sequence[Found]
    words: Mapping[str, tuple[Mapping[int, float], float]]

    @property
    def cosines(self) -> Mapping[int, float]:
        """Of all languages together."""
        return {number: cosine for found in self.found for number, cosine in found.cosines.items()}


Way: TypeAlias = Callable[[Hits], Sequence[int]]


def compare_ways(benchmark: Benchmark, embedder: KeptVectors) -> dict[str, dict[str, float]]:
    """nDCG@10 of every way, on both halves of the questions."""
    embedder.learn_questions([question.text for question in benchmark.questions])
    with TemporaryDirectory() as folder:
        index = index_benchmark(benchmark, Path(folder), embedder).open(COURSE)
        hits = {question.qid: _search(index, embedder, question) for question in benchmark.questions}
    return {
        name: {f"half {half}": round(_ndcg(benchmark, hits, way, half), 4) for half in (0, 1)}
        for name, way in WAYS.items()
    }


def _ndcg(benchmark: Benchmark, hits: Mapping[str, Hits], way: Way, half: int) -> float:
    qids = [question.qid for question in benchmark.questions if question.half == half]
    run = {qid: [benchmark.passages[number].passage_id for number in way(hits[qid])[:10]] for qid in qids}
    return measure_ranking(run, {qid: benchmark.relevance[qid] for qid in qids}).ndcg_at_10


def _search(index: CourseIndex, embedder: KeptVectors, question: BenchmarkQuestion) -> Hits:
    vector, profile = embedder.embed_query(question.text), index.profile()
    words = question_words(question.text, profile.by_language.keys())
    whole = profile.vocabulary.search_terms(words)
    searched = {
        "all": whole,
        "as typed": _AsTyped.over(profile.vocabulary).search_terms(words),
        "lemmas": _lemmas_only(profile.vocabulary, words),
    }
    return Hits(
        found=search_meaning(index, vector, whole.weights, CANDIDATES, Filters()),
        words={
            name: (_scores(index.by_words(each.terms, CANDIDATES, Filters())), each.attainable)
            for name, each in searched.items()
        },
    )


class _AsTyped(Vocabulary):
    """A vocabulary that mends nothing."""

    @classmethod
    def over(cls, vocabulary: Vocabulary) -> "_AsTyped":
        return cls(vocabulary.frequencies, segments=vocabulary.segments)

    def most_alike(self, term: str) -> str | None:
        return None


def _lemmas_only(vocabulary: Vocabulary, words: Sequence[tuple[str, ...]]) -> SearchTerms:
    terms: list[str] = []
    attainable = 0.0
    for forms in words:
        found = [term for term in vocabulary.search_terms([forms]).terms if not term.startswith(BEGINNING_MARK)]
        attainable += BM25_CEILING * max(vocabulary.rarity(term) for term in found or forms[:1])
        terms += found
    return SearchTerms(terms=tuple(dict.fromkeys(terms)), attainable=attainable, weights={})


def _scores(hits: Sequence[Hit]) -> dict[int, float]:
    return {hit.corpus_id: hit.score for hit in hits}


def _ranked(scores: Mapping[int, float]) -> list[int]:
    return sorted(scores, key=lambda number: (-scores[number], number))


def _reciprocal_ranks(constant: int) -> Way:
    """Reciprocal rank fusion (Cormack, Clarke & Büttcher 2009, with constant 60)."""

    def rank(hits: Hits) -> Sequence[int]:
        scores: dict[int, float] = {}
        for ranking in (_ranked(hits.cosines), _ranked(hits.words["all"][0])):
            for place, number in enumerate(ranking, start=1):
                scores[number] = scores.get(number, 0.0) + 1 / (constant + place)
        return _ranked(scores)

    return rank


def _weighted(weight: float, words: str = "all") -> Way:
    def rank(hits: Hits) -> Sequence[int]:
        scores, attainable = hits.words[words]
        fused = fuse(hits.found, scores, attainable=attainable, words_weight=weight)
        return [each.corpus_id for each in fused]

    return rank


WAYS: Mapping[str, Way] = {
    "meaning alone": lambda hits: _ranked(hits.cosines),
    "words alone": lambda hits: _ranked(hits.words["all"][0]),
    "reciprocal ranks, constant 60": _reciprocal_ranks(60),
    "reciprocal ranks, constant 10": _reciprocal_ranks(10),
    **{f"weight {weight}": _weighted(weight) for weight in (4, 8, 12, 16, 20)},
    "weight 12, words as typed": _weighted(12, "as typed"),
    "weight 12, lemmas without beginnings": _weighted(12, "lemmas"),
}
