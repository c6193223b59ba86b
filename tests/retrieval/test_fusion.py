"""Fusion: two scales become one, and each search can be missing."""

import pytest

from retrieval.fusion import Found, fuse, rank_by_cosine
from retrieval.index_parts.profile import Spread

SPREAD = Spread(mean=0.80, deviation=0.02)


def meaning(cosines: dict[int, float], *, known_share: float = 1.0) -> Found:
    return Found(cosines=cosines, spread=SPREAD, known_share=known_share)


def test_deviations_and_shares_are_added() -> None:
    fused = fuse([meaning({1: 0.86, 2: 0.82})], {2: 5.0, 3: 2.0}, attainable=10.0)
    # 1: (0.86 - 0.80) / 0.02 = 3; 2: 1 + 12 * 5/10 = 7; 3: 0 + 12 * 2/10 = 2.4.
    assert [each.corpus_id for each in fused] == [2, 1, 3]
    assert [each.score for each in fused] == pytest.approx([7.0, 3.0, 2.4])


def test_ranks_are_those_of_each_search() -> None:
    fused = {each.corpus_id: each for each in fuse([meaning({1: 0.86, 2: 0.82})], {2: 5.0, 3: 2.5}, attainable=10.0)}
    assert {number: (each.rank_by_meaning, each.rank_by_words) for number, each in fused.items()} == {
        1: (1, None),
        2: (2, 1),
        3: (None, 2),
    }


def test_each_language_is_measured_by_itself() -> None:
    english = Found(cosines={7: 0.88}, spread=Spread(mean=0.86, deviation=0.02))
    portuguese = Found(cosines={8: 0.84}, spread=Spread(mean=0.78, deviation=0.02))
    # The English segment is nearer, but one deviation above its own; the Portuguese one is three above.
    assert [each.corpus_id for each in fuse([english, portuguese], {}, attainable=1.0)] == [8, 7]


def test_meaning_counts_double_where_no_word_is_known() -> None:
    (known,), (unknown,) = (fuse([meaning({1: 0.86}, known_share=share)], {}, attainable=10.0) for share in (1.0, 0.0))
    assert known.score == pytest.approx(3.0)
    assert unknown.score == pytest.approx(6.0)


def test_words_alone_rank_by_their_share() -> None:
    fused = fuse([], {4: 1.0, 5: 3.0}, attainable=10.0)
    assert [(each.corpus_id, each.rank_by_meaning, each.rank_by_words) for each in fused] == [
        (5, None, 1),
        (4, None, 2),
    ]


def test_a_share_is_never_above_the_whole() -> None:
    assert fuse([], {4: 99.0}, attainable=10.0)[0].score == pytest.approx(12.0)


def test_nothing_attainable_is_nothing_said() -> None:
    assert fuse([meaning({1: 0.86})], {1: 1.0}, attainable=0.0)[0].score == pytest.approx(3.0)


def test_nothing_found_is_an_empty_ranking() -> None:
    assert fuse([], {}, attainable=0.0) == []


def test_by_cosine_alone_the_score_is_the_cosine() -> None:
    ranked = rank_by_cosine({1: 0.5, 2: 0.9, 3: 0.5})
    assert [(each.corpus_id, each.score, each.rank_by_meaning) for each in ranked] == [
        (2, 0.9, 1),
        (1, 0.5, 2),
        (3, 0.5, 3),
    ]
