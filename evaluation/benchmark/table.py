"""The main figures: meaning alone, words alone and both, over every benchmark, through the product's own path."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from evaluation.benchmark.course import ask_all, index_benchmark, run_of
from evaluation.benchmark.datasets import Benchmark
from evaluation.benchmark.vectors import KeptVectors
from evaluation.ranking import RankingFigures, measure_ranking
from retrieval.embedding import Vectors
from retrieval.segment import EmbedderUnavailable

Figures = dict[str, dict[str, float]]


def measure_benchmark(benchmark: Benchmark, embedder: KeptVectors) -> dict[str, RankingFigures]:
    """Figures of `dense`, `words` and `hybrid` on one benchmark."""
    embedder.learn_questions([question.text for question in benchmark.questions])
    asked = {question.qid for question in benchmark.questions}
    relevance = {qid: documents for qid, documents in benchmark.relevance.items() if qid in asked}
    with TemporaryDirectory() as folder:
        indexes = index_benchmark(benchmark, Path(folder), embedder)
        found = {
            "dense": ask_all(benchmark, indexes, embedder, mode="dense"),
            "words": ask_all(benchmark, indexes, Silent(embedder), mode="hybrid"),
            "hybrid": ask_all(benchmark, indexes, embedder, mode="hybrid"),
        }
    return {mode: measure_ranking(run_of(benchmark, each), relevance) for mode, each in found.items()}


def lines_of(name: str, figures: Mapping[str, RankingFigures]) -> list[str]:
    """The figures of a benchmark as lines of the printed table."""
    return [
        f"{name:24} {mode:7} {each.questions:5} {each.ndcg_at_10:8.3f} {each.recall_at_10:6.3f}"
        f" {each.reciprocal_rank_at_10:6.3f} {each.hit_at_1:6.3f}"
        for mode, each in figures.items()
    ]


HEADING = f"{'benchmark':24} {'search':7} {'n':>5} {'nDCG@10':>8} {'R@10':>6} {'MRR':>6} {'hit@1':>6}"


def record_of(figures: Mapping[str, RankingFigures]) -> Figures:
    """The figures as they are stored."""
    return {mode: {key: round(value, 4) for key, value in asdict(each).items()} for mode, each in figures.items()}


class Silent:
    """An embedder that does not answer, which is how the product searches by words alone."""

    def __init__(self, embedder: KeptVectors) -> None:
        self.name = embedder.name
        self.dimension = embedder.dimension
        self.max_tokens = embedder.max_tokens

    def count_tokens(self, text: str) -> int:
        """Never asked by a search."""
        return len(text)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Raise EmbedderUnavailable."""
        raise EmbedderUnavailable("Silent on purpose.")

    def embed_query(self, text: str) -> Vectors:
        """Raise EmbedderUnavailable."""
        raise EmbedderUnavailable("Silent on purpose.")
