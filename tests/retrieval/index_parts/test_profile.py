"""CourseProfile: the spread of a question's cosines, without reading the vectors again."""

import numpy as np
import numpy.typing as npt
import pytest

from retrieval.index_parts.profile import CourseProfile, LanguageProfile, moments
from retrieval.index_parts.vocabulary import Vocabulary


def profile_of(**languages: npt.NDArray[np.float64]) -> CourseProfile:
    by_language = {}
    for name, vectors in languages.items():
        mean, moment = moments(vectors.astype(np.float32))
        vocabulary = Vocabulary({}, segments=len(vectors))
        by_language[name] = LanguageProfile(vocabulary=vocabulary, mean=mean, moment=moment)
    return CourseProfile(vocabulary=Vocabulary({}, segments=0), by_language=by_language)


def test_it_is_the_spread_of_all_cosines() -> None:
    vectors = np.array([[1, 0], [0.6, 0.8], [0, 1], [0.8, 0.6]])
    # The question (1, 0) has cosines 1, 0.6, 0 and 0.8: mean 0.6, variance (0.16 + 0 + 0.36 + 0.04) / 4 = 0.14.
    spread = profile_of(pt=vectors).spreads(np.array([1, 0], dtype=np.float32))["pt"]
    assert spread.mean == pytest.approx(0.6)
    assert spread.deviation == pytest.approx(0.14**0.5)


def test_a_small_language_is_drawn_towards_the_course() -> None:
    portuguese, english = np.tile([1.0, 0.0], (10, 1)), np.tile([0.0, 1.0], (10, 1))
    spreads = profile_of(pt=portuguese, en=english).spreads(np.array([1, 0], dtype=np.float32))
    # Cosines 1 and 0, the course's mean 0.5; ten segments of its own and ten borrowed: half way.
    assert spreads["pt"].mean == pytest.approx(0.75)
    assert spreads["en"].mean == pytest.approx(0.25)


def test_one_segment_has_the_least_deviation_there_is() -> None:
    spread = profile_of(pt=np.array([[1.0, 0.0]])).spreads(np.array([1, 0], dtype=np.float32))["pt"]
    assert spread.deviation == pytest.approx(0.005)


def test_an_empty_course_has_no_languages() -> None:
    assert profile_of().spreads(np.array([1, 0], dtype=np.float32)) == {}
