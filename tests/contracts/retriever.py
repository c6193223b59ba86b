"""What every Retriever keeps: the fake in memory and the real one on LanceDB are put through this suite.

A test module subclasses it and gives a fixture `retriever` over the courses of `small_courses()`.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from retrieval.search import Query, Retriever
from retrieval.segment import CourseUnknown, Segment
from tests.contracts.embedder import ODD_TEXTS
from tests.examples import NOON, make_cues, make_lecture, make_segment

TEXTS = ("a rede neural aprende", "o gradiente desce devagar", "a árvore decide por perguntas", "bolo de cenoura")


def small_courses() -> dict[str, list[Segment]]:
    """A course of two lectures, the second visible only tomorrow, and a second course."""
    first, second = make_lecture("aula-1"), make_lecture("aula-2", visible_from=NOON + timedelta(days=1))
    lectures = (first, first, first, second)
    segments = [
        make_segment(number, lecture=lecture, cues=make_cues([text]))
        for number, (lecture, text) in enumerate(zip(lectures, TEXTS, strict=True))
    ]
    return {"ml": segments, "other": [make_segment(0, lecture=first, cues=make_cues(["outro curso"]))]}


def query_for(text: str, *, course: str = "ml") -> Query:
    """A query at noon, when the second lecture is not visible yet."""
    return Query(course=course, text=text, at=NOON)


class RetrieverContract:
    """Subclass as TestSomeRetriever and define the fixture `retriever`."""

    @pytest.fixture
    def retriever(self) -> Retriever:
        raise NotImplementedError("the subclass gives the retriever")

    async def test_the_segment_that_says_it_comes_first(self, retriever: Retriever) -> None:
        found = await retriever.retrieve(query_for("o gradiente desce"))
        assert found.passages[0].segment == small_courses()["ml"][1]
        assert found.fingerprint

    async def test_ranks_count_from_one_and_scores_fall(self, retriever: Retriever) -> None:
        passages = (await retriever.retrieve(query_for("a rede aprende"))).passages
        assert [passage.rank for passage in passages] == [1, 2, 3]
        scores = [passage.fused_score for passage in passages]
        assert scores == sorted(scores, reverse=True)

    async def test_no_more_than_k_are_returned(self, retriever: Retriever) -> None:
        found = await retriever.retrieve(replace(query_for("a rede"), k=2))
        assert len(found.passages) == 2

    async def test_a_lecture_is_hidden_until_it_is_visible(self, retriever: Retriever) -> None:
        query = query_for("bolo de cenoura")
        today = await retriever.retrieve(query)
        tomorrow = await retriever.retrieve(replace(query, at=NOON + timedelta(days=1)))
        assert 3 not in [passage.segment.corpus_id for passage in today.passages]
        assert tomorrow.passages[0].segment.corpus_id == 3

    async def test_one_lecture_can_be_searched_alone(self, retriever: Retriever) -> None:
        query = replace(query_for("a rede"), at=NOON + timedelta(days=1), lecture_id="aula-2")
        assert [passage.segment.corpus_id for passage in (await retriever.retrieve(query)).passages] == [3]

    async def test_another_course_is_never_found(self, retriever: Retriever) -> None:
        found = await retriever.retrieve(query_for("outro curso"))
        assert all(passage.segment.text != "outro curso" for passage in found.passages)

    async def test_an_unknown_course_is_said_to_be_unknown(self, retriever: Retriever) -> None:
        with pytest.raises(CourseUnknown):
            await retriever.retrieve(query_for("a rede", course="nenhum"))

    @pytest.mark.parametrize("text", [*ODD_TEXTS.values(), "o a de", "'; DROP TABLE ml; --", '"(+rede AND'], ids=repr)
    async def test_no_text_breaks_it(self, retriever: Retriever, text: str) -> None:
        found = await retriever.retrieve(query_for(text))
        assert len(found.passages) <= 3
        assert 0 <= found.answerable <= 1

    async def test_an_empty_question_finds_nothing(self, retriever: Retriever) -> None:
        found = await retriever.retrieve(query_for(" \n"))
        assert found.passages == ()
        assert found.answerable == 0
