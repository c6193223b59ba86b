"""From the two searches' scores to one ranking; pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from retrieval.profile import Spread

# One standard deviation of cosine is worth a twelfth of all that the words could say. Flat between 8 and 20 on four
# data sets; evaluation/results holds the comparison, also with reciprocal rank fusion, which loses 2 to 4 points.
WORDS_WEIGHT = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fused:
    """One segment's place in the common ranking."""

    corpus_id: int
    score: float
    rank_by_meaning: int | None
    rank_by_words: int | None


def fuse(
    cosines: Mapping[int, float], word_scores: Mapping[int, float], *, spread: Spread | None, attainable: float
) -> list[Fused]:
    """Rank segments by (cosine - mean) / deviation + WORDS_WEIGHT * BM25 / attainable BM25, best first.

    Cosines are measured in the course's own deviations, since an embedder's scale says nothing by itself. Words are
    measured against what the question could have found, so that a question in another language than the lectures, which
    finds next to nothing, is ranked by meaning alone. A segment that only one search found has what the other says
    least: no words in common, or no more than the average cosine. `spread` is None where there are no cosines.
    """
    by_meaning, by_words = _ranks(cosines), _ranks(word_scores)
    fused = [
        Fused(
            corpus_id=corpus_id,
            score=_deviations(cosines.get(corpus_id), spread)
            + WORDS_WEIGHT * _share(word_scores.get(corpus_id, 0.0), attainable),
            rank_by_meaning=by_meaning.get(corpus_id),
            rank_by_words=by_words.get(corpus_id),
        )
        for corpus_id in cosines.keys() | word_scores.keys()
    ]
    return sorted(fused, key=lambda each: (-each.score, each.corpus_id))


def rank_by_cosine(cosines: Mapping[int, float]) -> list[Fused]:
    """Rank by meaning alone: the score is the cosine."""
    return [
        Fused(corpus_id=corpus_id, score=cosines[corpus_id], rank_by_meaning=rank, rank_by_words=None)
        for corpus_id, rank in _ranks(cosines).items()
    ]


def _deviations(cosine: float | None, spread: Spread | None) -> float:
    return 0.0 if cosine is None or spread is None else (cosine - spread.mean) / spread.deviation


def _share(score: float, attainable: float) -> float:
    return min(1.0, score / attainable) if attainable > 0 else 0.0


def _ranks(scores: Mapping[int, float]) -> dict[int, int]:
    ranked = sorted(scores, key=lambda corpus_id: (-scores[corpus_id], corpus_id))
    return {corpus_id: rank for rank, corpus_id in enumerate(ranked, start=1)}
