"""A stand-in for the port Retriever: passages handed in, found by shared words or returned as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from retrieval.search import Query, Retrieval
from retrieval.segment import CourseUnknown, Passage, RetrievalError, Segment


class FakeRetriever:
    """Answers every query of a course with the same retrieval, and remembers what was asked.

    `failure` is raised instead, where one is given. Passages beyond `query.k`, of another lecture, or not yet visible
    are left out, as a real retriever does.
    """

    def __init__(
        self, retrieval: Retrieval, *, courses: Sequence[str] = (), failure: RetrievalError | None = None
    ) -> None:
        """`courses` are the known ones; empty: every course is known."""
        self.retrieval = retrieval
        self.courses = tuple(courses)
        self.failure = failure
        self.queries: list[Query] = []

    async def retrieve(self, query: Query) -> Retrieval:
        self.queries.append(query)
        if self.failure is not None:
            raise self.failure
        if self.courses and query.course not in self.courses:
            raise CourseUnknown(f"There is no course {query.course!r} in the index.")
        passages = [passage for passage in self.retrieval.passages if _may_be_shown(passage.segment, query)]
        ranked = tuple(replace(passage, rank=rank) for rank, passage in enumerate(passages[: query.k], start=1))
        return replace(self.retrieval, passages=ranked if query.text.strip() else ())


class WordsRetriever:
    """A retriever in memory: segments of each course, ranked by the number of words they share with the question."""

    def __init__(self, courses: Mapping[str, Sequence[Segment]]) -> None:
        self._courses = courses

    async def retrieve(self, query: Query) -> Retrieval:
        if query.course not in self._courses:
            raise CourseUnknown(f"There is no course {query.course!r} in the index.")
        words = set(query.text.lower().split())
        shared = {
            segment.corpus_id: (len(words & set(segment.text.lower().split())), segment)
            for segment in self._courses[query.course]
            if _may_be_shown(segment, query)
        }
        ranked = sorted(shared.values(), key=lambda pair: (-pair[0], pair[1].corpus_id))[: query.k]
        passages = tuple(
            Passage(
                segment=segment,
                rank=rank,
                score=count / max(1, len(words)),
                fused_score=float(count),
                rank_by_meaning=rank,
                rank_by_words=rank if count else None,
            )
            for rank, (count, segment) in enumerate(ranked, start=1)
            if words
        )
        best = passages[0].score if passages else 0.0
        return Retrieval(passages=passages, answerable=best or 0.0, fingerprint="in memory")


def _may_be_shown(segment: Segment, query: Query) -> bool:
    seen = segment.lecture.visible_from
    return (seen is None or seen <= query.at) and query.lecture_id in (None, segment.lecture.lecture_id)
