"""From the two searches' scores to one ranking; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from retrieval.index_parts.profile import Spread

# All that the words could say is worth twelve standard deviations of cosine. nDCG@10 is flat from 8 to 20 on all data
# sets. Reciprocal rank fusion loses 1 to 4 points on six of seven and ties on the seventh (evaluation/results).
WORDS_WEIGHT = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fused:
    """One segment's place in the common ranking."""

    corpus_id: int
    score: float
    rank_by_meaning: int | None
    rank_by_words: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the search by meaning found in one language of the course.

    `cosines` are by corpus id; `known_share` is how much of the question's words the segments in that language know.
    """

    cosines: Mapping[int, float]
    spread: Spread
    known_share: float = 1.0


def fuse(
    by_meaning: Sequence[Found],
    word_scores: Mapping[int, float],
    *,
    attainable: float,
    words_weight: float = WORDS_WEIGHT,
) -> list[Fused]:
    """Rank segments by (cosine - mean) / deviation + words_weight * BM25 / attainable BM25, best first.

    Cosines are measured against the segments of the same language, since an embedder's scale says nothing by itself and
    E5 puts all of one language nearer to a question than all of another. Words are measured against what the question
    could have found. In a language that knows few of the question's words they cannot speak for any segment, so there
    meaning counts up to double. A segment that only one search found has what the other says least: no words in common,
    or the average cosine.
    """
    standings = {id_: standing for found in by_meaning for id_, standing in _standings(found).items()}
    meaning = _ranks({id_: cosine for found in by_meaning for id_, cosine in found.cosines.items()})
    words = _ranks(word_scores)
    fused = [
        Fused(
            corpus_id=id_,
            score=standings.get(id_, 0.0) + words_weight * _share(word_scores.get(id_, 0.0), attainable),
            rank_by_meaning=meaning.get(id_),
            rank_by_words=words.get(id_),
        )
        for id_ in standings.keys() | word_scores.keys()
    ]
    return sorted(fused, key=lambda each: (-each.score, each.corpus_id))


def rank_by_cosine(cosines: Mapping[int, float]) -> list[Fused]:
    """Rank by meaning alone: the score is the cosine."""
    return [
        Fused(corpus_id=id_, score=cosines[id_], rank_by_meaning=rank, rank_by_words=None)
        for id_, rank in _ranks(cosines).items()
    ]


def _standings(found: Found) -> dict[int, float]:
    weight = (2 - found.known_share) / found.spread.deviation
    return {id_: (cosine - found.spread.mean) * weight for id_, cosine in found.cosines.items()}


def _share(score: float, attainable: float) -> float:
    return min(1.0, score / attainable) if attainable > 0 else 0.0


def _ranks(scores: Mapping[int, float]) -> dict[int, int]:
    ranked = sorted(scores, key=lambda id_: (-scores[id_], id_))
    return {id_: rank for rank, id_ in enumerate(ranked, start=1)}
