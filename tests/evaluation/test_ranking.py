"""Ranking figures, worked out by hand."""

import math

import pytest

from evaluation.ranking import measure_ranking


def test_figures_of_two_questions() -> None:
    run = {"q1": ["a", "b", "c"], "q2": ["x", "y"]}
    relevance = {"q1": {"b": 1}, "q2": {"x": 1, "z": 1}}
    # q1: hit at rank 2. DCG 1 / log2(3), ideal 1; recall 1; reciprocal rank 1/2; no hit at 1.
    # q2: hit at rank 1 of two relevant. DCG 1, ideal 1 + 1 / log2(3); recall 1/2; reciprocal rank 1; a hit at 1.
    ndcg = (1 / math.log2(3) + 1 / (1 + 1 / math.log2(3))) / 2
    figures = measure_ranking(run, relevance)
    assert figures.questions == 2
    assert figures.ndcg_at_10 == pytest.approx(ndcg)
    assert figures.recall_at_10 == pytest.approx(0.75)
    assert figures.reciprocal_rank_at_10 == pytest.approx(0.75)
    assert figures.hit_at_1 == pytest.approx(0.5)


def test_a_question_without_a_ranking_counts_as_zero() -> None:
    figures = measure_ranking({"q1": ["a"]}, {"q1": {"a": 1}, "q2": {"b": 1}})
    assert figures.questions == 2
    assert figures.ndcg_at_10 == pytest.approx(0.5)


def test_a_question_without_a_relevant_document_does_not_count() -> None:
    assert measure_ranking({"q1": ["a"], "q2": ["a"]}, {"q1": {"a": 1}, "q2": {"a": 0}}).questions == 1


def test_a_hit_below_ten_does_not_count() -> None:
    run = {"q1": [str(number) for number in range(11)]}
    assert measure_ranking(run, {"q1": {"10": 1}}).ndcg_at_10 == 0


def test_nothing_to_measure_is_an_error() -> None:
    with pytest.raises(ValueError, match="no question"):
        measure_ranking({}, {"q1": {"a": 0}})
