"""How long a search takes and how much memory it needs in a large course, beside exact search in one numpy array."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np

from evaluation.benchmark.course import COURSE, index_benchmark
from evaluation.benchmark.datasets import Benchmark, BenchmarkPassage
from evaluation.benchmark.vectors import KeptVectors
from retrieval.embedding import Vectors
from retrieval.index import CourseIndexes
from retrieval.index_parts.rows import Filters
from retrieval.index_parts.terms import question_words
from retrieval.search import HybridRetriever, Query

Asked = TypeVar("Asked")

SEGMENTS = 8_000
_QUESTIONS = 200
# Neighbouring windows of a lecture lie about this far apart: cosine 0.95 with the passage they are drawn around.
_NOISE = 0.33


def measure_speed(benchmark: Benchmark, embedder: KeptVectors, *, segments: int = SEGMENTS) -> dict[str, object]:
    """Milliseconds of one search at the median and the 95th percentile, the question being embedded already.

    The course is made up: halves of real passages joined anew, with vectors drawn around the real ones.
    """
    questions = [question.text for question in benchmark.questions[:_QUESTIONS]]
    embedder.learn_questions(questions)
    vectors = [embedder.embed_query(question) for question in questions]
    around = _Around(embedder.embed_passages([passage.text for passage in benchmark.passages]), name=embedder.name)
    course = _enlarged(benchmark, segments)
    with TemporaryDirectory() as folder:
        before = _megabytes()
        indexes = index_benchmark(course, Path(folder), around)
        written = _megabytes()
        index = indexes.open(COURSE)
        index.profile()
        with_profile = _megabytes()
        words = [index.profile().vocabulary.search_terms(question_words(text, ["pt"])).terms for text in questions]
        searches = {
            "by meaning": _times(lambda vector: index.dense(vector, 10, Filters()), vectors),
            "by words": _times(lambda terms: index.by_words(terms, 10, Filters()), words),
            "whole search": _times_of_retriever(indexes, embedder, questions),
        }
        array = around.drawn
        exact = _times(lambda vector: np.argsort(-(array @ vector))[:10], vectors)
    return {
        "segments": segments,
        "questions": len(questions),
        "milliseconds": {"exact numpy": exact, **searches},
        "times exact numpy at the median": {
            name: round(each["p50"] / max(exact["p50"], 1e-4), 1) for name, each in searches.items()
        },
        "resident megabytes": {
            "before": before,
            "after writing": written,
            "with the course's profile": with_profile,
            "after all searches": _megabytes(),
            "of them the vectors in numpy": array.nbytes >> 20,
        },
    }


class _Around:
    """An embedder of made-up passages: each vector is a real one and some noise."""

    def __init__(self, real: Vectors, *, name: str) -> None:
        self._real = real
        self.name = name
        self.dimension = real.shape[1]
        self.max_tokens = 512
        self.drawn = real

    def count_tokens(self, text: str) -> int:
        return len(text)

    def embed_query(self, text: str) -> Vectors:
        raise NotImplementedError("only passages are made up")

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        random = np.random.default_rng(len(texts))
        noise = random.standard_normal((len(texts), self.dimension)) * _NOISE / self.dimension**0.5
        vectors = self._real[random.integers(len(self._real), size=len(texts))] + noise
        self.drawn = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        return self.drawn


def _enlarged(benchmark: Benchmark, segments: int) -> Benchmark:
    random = np.random.default_rng(segments)
    texts = [passage.text for passage in benchmark.passages]
    pairs = random.integers(len(texts), size=(segments, 2))
    passages = [
        BenchmarkPassage(
            passage_id=str(number),
            lecture=f"lecture {number // 80:03}",
            text=f"{texts[first][: len(texts[first]) // 2]} {texts[second][len(texts[second]) // 2 :]}",
        )
        for number, (first, second) in enumerate(pairs)
    ]
    return replace(benchmark, passages=tuple(passages))


def _times(search: Callable[[Asked], object], asked: Sequence[Asked]) -> dict[str, float]:
    for each in asked[:20]:
        search(each)
    taken = []
    for each in asked:
        started = time.perf_counter()
        search(each)
        taken.append((time.perf_counter() - started) * 1000)
    return _percentiles(taken)


def _times_of_retriever(indexes: CourseIndexes, embedder: KeptVectors, questions: Sequence[str]) -> dict[str, float]:
    async def ask_all() -> list[float]:
        taken = []
        warming_up = questions[:20]
        for text in [*warming_up, *questions]:
            started = time.perf_counter()
            await retriever.retrieve(Query(course=COURSE, text=text, at=datetime.now(UTC)))
            taken.append((time.perf_counter() - started) * 1000)
        return taken[len(warming_up) :]

    with ThreadPoolExecutor(max_workers=1) as executor:
        retriever = HybridRetriever(indexes, embedder, executor, mode="hybrid")
        return _percentiles(asyncio.run(ask_all()))


def _percentiles(milliseconds: Sequence[float]) -> dict[str, float]:
    return {f"p{share}": round(float(np.percentile(milliseconds, share)), 4) for share in (50, 95)}


def _megabytes() -> int:
    """Resident memory of this process, on Linux; 0 elsewhere."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) >> 10 for line in lines if line.startswith("VmRSS")), 0)
