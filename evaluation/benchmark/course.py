"""A benchmark as a course of the product: its passages in a real index, its questions through the real retriever."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Literal

import numpy as np

from evaluation.benchmark.datasets import Benchmark, BenchmarkPassage
from retrieval.embedding import Embedder, Vectors
from retrieval.index import CourseIndex, CourseIndexes
from retrieval.index_parts.rows import text_hash
from retrieval.search import HybridRetriever, Query, Retrieval
from retrieval.segment import Lecture, Segment

COURSE = "benchmark"


def index_benchmark(benchmark: Benchmark, folder: Path, embedder: Embedder) -> CourseIndexes:
    """Write all passages into a new index below `folder`; a passage's corpus id is its place in the benchmark."""
    vectors = embedder.embed_passages([passage.text for passage in benchmark.passages])
    indexes = CourseIndexes(folder, embedder=embedder.name, dimension=embedder.dimension)
    indexes.drop(COURSE)
    index = indexes.open_or_create(COURSE)
    numbered = sorted(enumerate(benchmark.passages), key=lambda pair: (pair[1].lecture, pair[0]))
    for lecture, members in groupby(numbered, key=lambda pair: pair[1].lecture):
        _write_lecture(index, lecture, list(members), vectors, language=benchmark.language)
    index.optimize()
    return indexes


def ask_all(
    benchmark: Benchmark, indexes: CourseIndexes, embedder: Embedder, *, mode: Literal["hybrid", "dense"], k: int = 10
) -> list[Retrieval]:
    """Put every question to the retriever, one after the other, in the benchmark's order."""
    with ThreadPoolExecutor(max_workers=1) as executor:
        retriever = HybridRetriever(indexes, embedder, executor, mode=mode)
        queries = [
            Query(course=COURSE, text=question.text, at=datetime.now(UTC), k=k) for question in benchmark.questions
        ]
        return asyncio.run(_one_by_one(retriever, queries))


async def _one_by_one(retriever: HybridRetriever, queries: Sequence[Query]) -> list[Retrieval]:
    return [await retriever.retrieve(query) for query in queries]


def run_of(benchmark: Benchmark, found: Sequence[Retrieval]) -> dict[str, list[str]]:
    """Question id to ranked passage ids, as the ranking measures want them."""
    return {
        question.qid: [benchmark.passages[passage.segment.corpus_id].passage_id for passage in retrieval.passages]
        for question, retrieval in zip(benchmark.questions, found, strict=True)
    }


def _write_lecture(
    index: CourseIndex, name: str, members: Sequence[tuple[int, BenchmarkPassage]], vectors: Vectors, *, language: str
) -> None:
    lecture = Lecture(lecture_id=name, title=name, url="", language=language)
    segments = [
        Segment(corpus_id=number, lecture=lecture, start_seconds=0, end_seconds=0, text=passage.text, cues=())
        for number, passage in members
    ]
    rows = np.asarray(vectors[[number for number, _ in members]])
    index.replace_lecture(name, segments, rows, text_hashes=[text_hash(segment.text) for segment in segments])
