"""How close to the truth the answers' links are: captions ingested, searched and quoted by the product's own parts."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from bot.answerer import AnswerRequest
from bot.answerers.extractive import ExtractiveAnswerer
from bot.exchange import Question
from config.settings import WindowSettings
from evaluation.benchmark.timed import TimedCourse, TimedQuestion
from evaluation.benchmark.vectors import KeptVectors
from retrieval.course_records.course_folder import find_course_folder
from retrieval.index import CourseIndexes
from retrieval.ingest import ingest_course
from retrieval.neighbours import merge_neighbours
from retrieval.search import HybridRetriever, Query
from retrieval.segment import Passage
from retrieval.support import StretchFinder

# A student who lands this far from the answer still hears it without searching.
CLOSE_SECONDS = 15.0
COURSE = "timed"
_WINDOWS = WindowSettings(seconds=120, overlap_seconds=30, max_tokens=480)
_NOW = datetime(2100, 1, 1, tzinfo=UTC)

Place = tuple[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The places, best first, that an answer without a language model links, and what they are compared with.

    `window` is where the first window found begins, a link without any pinpointing. `claim` is where the question's
    known answer (or else the question) was found inside the window that holds the truth, None if no such was found.
    """

    quotes: tuple[Place, ...]
    window: Place | None
    claim: Place | None


def measure_pinpoint(course: TimedCourse, embedder: KeptVectors) -> dict[str, dict[str, float]]:
    """Figures for each part of the questions, as shares of all of them. All are quoted, however weak the evidence."""
    embedder.learn_questions(
        [text for question in course.questions for text in (question.text, question.claim) if text]
    )
    with TemporaryDirectory() as data, ThreadPoolExecutor(max_workers=1) as executor:
        ingest_course(course.folder, data=Path(data), course=COURSE, embedder=embedder, windows=_WINDOWS)
        folder = find_course_folder(Path(data), COURSE)
        indexes = CourseIndexes(folder.index, embedder=embedder.name, dimension=embedder.dimension)
        retriever = HybridRetriever(indexes, embedder, executor, mode="hybrid")
        links = asyncio.run(_ask_all(course.questions, retriever, StretchFinder(embedder, executor=executor)))
    asked = list(zip(course.questions, links, strict=True))
    parts = dict.fromkeys(question.part for question in course.questions)
    return {part: figures_of([pair for pair in asked if pair[0].part == part]) for part in parts}


def figures_of(asked: Sequence[tuple[TimedQuestion, Links]]) -> dict[str, float]:
    """Shares of questions with a link within CLOSE_SECONDS of a truth, and how many links there are."""
    shares = {
        "right lecture first": mean(_is_right(links.window, question) for question, links in asked),
        "window's start is close": mean(_is_close(links.window, question) for question, links in asked),
        "first link is close": mean(_is_close(next(iter(links.quotes), None), question) for question, links in asked),
        "a link is close": mean(any(_is_close(each, question) for each in links.quotes) for question, links in asked),
        "links": mean(len(links.quotes) for _, links in asked),
    }
    located = [_is_close(links.claim, question) for question, links in asked if links.claim]
    if located:
        shares["claim is close in the right window"] = mean(located)
    return {"questions": len(asked), **{name: round(float(figure), 4) for name, figure in shares.items()}}


async def _ask_all(
    questions: Sequence[TimedQuestion], retriever: HybridRetriever, finder: StretchFinder
) -> list[Links]:
    answerer = ExtractiveAnswerer(finder, answerable_threshold=0.0)
    return [await _ask(question, retriever, finder, answerer) for question in questions]


async def _ask(
    question: TimedQuestion, retriever: HybridRetriever, finder: StretchFinder, answerer: ExtractiveAnswerer
) -> Links:
    retrieval = await retriever.retrieve(Query(course=COURSE, text=question.text, at=_NOW))
    asked = Question(
        text=question.text,
        course=COURSE,
        asker="benchmark",
        platform="console",
        conversation_id="benchmark",
        asked_at=_NOW,
        language=question.language,
    )
    answer = await answerer.answer(AnswerRequest(question=asked, standalone_text=question.text, retrieval=retrieval))
    first = retrieval.passages[0].segment if retrieval.passages else None
    return Links(
        quotes=tuple((citation.lecture_id, citation.second) for citation in answer.citations),
        window=(first.lecture.lecture_id, first.start_seconds) if first else None,
        claim=await _find_claim(question, retrieval.passages, finder),
    )


async def _find_claim(question: TimedQuestion, passages: Sequence[Passage], finder: StretchFinder) -> Place | None:
    around = [passage for passage in passages if any(_holds(passage, truth) for truth in question.truths)]
    if not around:
        return None
    source = merge_neighbours(around)[0]
    asked = question.text if question.claim else ""
    support = await finder.find(question.claim or question.text, source, language=question.language, question=asked)
    return source.lecture.lecture_id, support.stretch.start_seconds


def _holds(passage: Passage, truth: Place) -> bool:
    segment = passage.segment
    return segment.lecture.lecture_id == truth[0] and segment.start_seconds <= truth[1] <= segment.end_seconds


def _is_right(place: Place | None, question: TimedQuestion) -> bool:
    return place is not None and place[0] in dict(question.truths)


def _is_close(place: Place | None, question: TimedQuestion) -> bool:
    return place is not None and any(
        place[0] == lecture and abs(place[1] - second) <= CLOSE_SECONDS for lecture, second in question.truths
    )
