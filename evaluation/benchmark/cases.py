"""Questions with and without an answer in the corpus, with the features that evidence.py tells them apart by.

Four kinds: `found`, a relevant passage is among the ten found; `missed`, it is in the corpus but not among them; `off`,
a question of another subject; `hard`, the relevant passages are taken away, so that only the answer is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from evaluation.benchmark.course import COURSE, ask_all, index_benchmark
from evaluation.benchmark.datasets import Benchmark
from evaluation.benchmark.table import Silent
from evaluation.benchmark.vectors import KeptVectors
from retrieval.evidence import rise
from retrieval.index import CourseIndexes
from retrieval.index_parts.terms import question_words
from retrieval.segment import Passage

# Corpora of a seminar, of a short course and of a term; a model that knows only one size fails on the others.
_CORPUS_SIZES = (50, 150, 10_000)
_QUESTIONS_EACH = 250
# So deep that a passage is left when the relevant ones are taken away.
_DEPTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question over one corpus: its features (see evidence.py), with words alone too, its kind and benchmark."""

    cosine: float
    rise: float
    strength: float
    strength_of_words: float
    familiar: float
    kind: str
    benchmark: str


def collect_cases(benchmark: Benchmark, strangers: Sequence[Benchmark], embedder: KeptVectors) -> list[Case]:
    """Cases of one benchmark at three sizes, with questions of `strangers` as those of another subject."""
    for known in (benchmark, *strangers):  # samples of them need no embedding later
        embedder.learn_questions([question.text for question in known.questions])
    embedder.embed_passages([passage.text for passage in benchmark.passages])
    cases: list[Case] = []
    for size in _CORPUS_SIZES:
        corpus = _shrink(benchmark, size)
        with TemporaryDirectory() as folder:
            indexes = index_benchmark(corpus, Path(folder), embedder)
            for asked in (corpus, *(_sample(stranger, _QUESTIONS_EACH // 2) for stranger in strangers)):
                cases += _ask(corpus, asked, indexes, embedder)
    return cases


def _ask(corpus: Benchmark, asked: Benchmark, indexes: CourseIndexes, embedder: KeptVectors) -> list[Case]:
    both = ask_all(asked, indexes, embedder, mode="hybrid", k=_DEPTH)
    words = ask_all(asked, indexes, Silent(embedder), mode="hybrid", k=_DEPTH)
    profile = indexes.open(COURSE).profile()
    nothing = frozenset[int]()
    cases: list[Case] = []
    for question, by_both, by_words in zip(asked.questions, both, words, strict=True):
        mean = profile.spreads(embedder.embed_query(question.text))[corpus.language].mean
        familiar = profile.vocabulary.familiar(question_words(question.text, [corpus.language]))
        relevant = _relevant(corpus, question.qid) if asked is corpus else nothing
        held = any(passage.segment.corpus_id in relevant for passage in by_both.passages[:10])
        kinds = {"found" if held else "missed": nothing, "hard": relevant} if asked is corpus else {"off": nothing}
        for kind, taken_away in kinds.items():
            left = [_without(found.passages, taken_away) for found in (by_both, by_words)]
            cases.append(_case(left[0], left[1], mean=mean, familiar=familiar, kind=kind, benchmark=corpus.name))
    return cases


def _case(
    both: Sequence[Passage], words: Sequence[Passage], *, mean: float, familiar: float, kind: str, benchmark: str
) -> Case:
    best = max((passage.score or 0.0 for passage in both), default=mean)
    return Case(
        cosine=best,
        rise=rise(best, mean),
        strength=max((passage.fused_score for passage in both), default=0.0),
        strength_of_words=max((passage.fused_score for passage in words), default=0.0),
        familiar=familiar,
        kind=kind,
        benchmark=benchmark,
    )


def _relevant(corpus: Benchmark, qid: str) -> frozenset[int]:
    wanted = {passage_id for passage_id, grade in corpus.relevance[qid].items() if grade}
    return frozenset(number for number, passage in enumerate(corpus.passages) if passage.passage_id in wanted)


def _without(passages: Sequence[Passage], corpus_ids: frozenset[int]) -> list[Passage]:
    return [passage for passage in passages if passage.segment.corpus_id not in corpus_ids]


def _shrink(benchmark: Benchmark, size: int) -> Benchmark:
    """Whole lectures until `size` passages are there, and questions whose relevant passages all are among them."""
    random = np.random.default_rng(size)
    lectures = list(dict.fromkeys(passage.lecture for passage in benchmark.passages))
    by_lecture = {name: [p for p in benchmark.passages if p.lecture == name] for name in lectures}
    kept = [passage for place in random.permutation(len(lectures)) for passage in by_lecture[lectures[place]]]
    if len(lectures) == 1:
        kept = [kept[place] for place in random.permutation(len(kept))]
    ids = {passage.passage_id for passage in kept[:size]}
    questions = [q for q in benchmark.questions if benchmark.relevance[q.qid].keys() <= ids]
    return _sample(replace(benchmark, passages=tuple(kept[:size]), questions=tuple(questions)), _QUESTIONS_EACH)


def _sample(benchmark: Benchmark, count: int) -> Benchmark:
    chosen = np.random.default_rng(count).permutation(len(benchmark.questions))[:count]
    return replace(benchmark, questions=tuple(benchmark.questions[place] for place in sorted(chosen)))
