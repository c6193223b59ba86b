"""Evidence: what is missing is not counted against a question, and more of any feature speaks for it."""

import math

import pytest

from retrieval.evidence import ANSWERABLE_FROM, MODELS, Evidence, answerable, evidence_of, rise
from retrieval.fusion import Found
from retrieval.index_parts.profile import Spread

STRONG = Evidence(cosine=0.90, rise=0.35, strength=9.0, familiar=1.0)
OFF_TOPIC = Evidence(cosine=0.76, rise=0.06, strength=3.7, familiar=0.8)


def test_it_is_the_logistic_of_the_weighted_features() -> None:
    intercept, weight = MODELS["rise",]
    assert answerable(Evidence(rise=0.2)) == pytest.approx(1 / (1 + math.exp(-(intercept + 0.2 * weight))))


def test_a_strong_passage_answers_and_another_subject_does_not() -> None:
    assert answerable(STRONG) > 0.8
    assert answerable(OFF_TOPIC) < ANSWERABLE_FROM


@pytest.mark.parametrize("features", MODELS, ids=" + ".join)
def test_every_search_that_may_be_missing_has_its_model(features: tuple[str, ...]) -> None:
    strong = Evidence(**{name: getattr(STRONG, name) for name in features})
    off_topic = Evidence(**{name: getattr(OFF_TOPIC, name) for name in features})
    assert 0 < answerable(off_topic) < answerable(strong) < 1


def test_a_question_in_another_language_is_not_refused_for_that_alone() -> None:
    # A good cross-lingual passage: as near as others, hardly a word in common, few words known.
    assert answerable(Evidence(cosine=0.85, rise=0.25, strength=6.0, familiar=0.3)) > ANSWERABLE_FROM


def test_nothing_searched_is_no_evidence() -> None:
    assert answerable(Evidence()) == 0


@pytest.mark.parametrize("extreme", [1e9, -1e9])
def test_extremes_stay_probabilities(extreme: float) -> None:
    assert 0 <= answerable(Evidence(rise=extreme)) <= 1


def test_the_rise_is_the_share_of_the_way_to_identity() -> None:
    assert rise(0.9, 0.8) == pytest.approx(0.5)
    assert rise(0.8, 0.8) == 0
    assert rise(1.0, 1.0) == 0


def test_the_best_of_all_languages_counts() -> None:
    english = Found(cosines={1: 0.88, 2: 0.86}, spread=Spread(mean=0.84, deviation=0.02))
    portuguese = Found(cosines={3: 0.86}, spread=Spread(mean=0.80, deviation=0.02))
    found = evidence_of([english, portuguese], is_e5=True, strength=5.0, familiar=0.5)
    # Rises: 0.04 / 0.16 = 0.25, 0.02 / 0.16 = 0.125, 0.06 / 0.20 = 0.3.
    assert found.cosine == 0.88
    assert found.rise == pytest.approx(0.3)


def test_cosines_of_other_embedders_are_not_compared() -> None:
    found = Found(cosines={1: 0.4}, spread=Spread(mean=0.1, deviation=0.1))
    assert evidence_of([found], is_e5=False, strength=None, familiar=None).cosine is None
