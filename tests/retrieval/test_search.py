"""HybridRetriever: both searches together, each alone, and questions asked while the index is rebuilt."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import pytest

from retrieval.embedding import Embedder, Vectors
from retrieval.index import CourseIndex, CourseIndexes
from retrieval.index_parts.rows import text_hash
from retrieval.search import MOST_CHARACTERS, HybridRetriever, Retriever
from retrieval.segment import EmbedderUnavailable, IndexDamaged, Segment
from tests.contracts.retriever import RetrieverContract, query_for, small_courses
from tests.fakes_embedder import FakeEmbedder
from tests.fakes_retriever import WordsRetriever


class SilentEmbedder(FakeEmbedder):
    """An embedder whose endpoint is down when a question comes."""

    def embed_query(self, text: str) -> Vectors:
        raise EmbedderUnavailable("The endpoint does not answer.")


def write(index: CourseIndex, segments: Sequence[Segment], embedder: Embedder) -> None:
    for lecture_id in sorted({segment.lecture.lecture_id for segment in segments}):
        own = [segment for segment in segments if segment.lecture.lecture_id == lecture_id]
        vectors = embedder.embed_passages([segment.text for segment in own])
        index.replace_lecture(lecture_id, own, vectors, text_hashes=[text_hash(segment.text) for segment in own])
    index.optimize()


def remove_files(folder: Path, pattern: str) -> None:
    for path in folder.glob(pattern):
        path.unlink()


def tables(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("ml.*.lance"))


@pytest.fixture
def indexes(tmp_path: Path) -> CourseIndexes:
    embedder = FakeEmbedder()
    indexes = CourseIndexes(tmp_path, embedder=embedder.name, dimension=embedder.dimension)
    for course, segments in small_courses().items():
        write(indexes.open_or_create(course), segments, embedder)
    return indexes


@pytest.fixture
def executor() -> Iterator[Executor]:
    with ThreadPoolExecutor(max_workers=2) as executor:
        yield executor


class TestWordsRetriever(RetrieverContract):
    @pytest.fixture
    def retriever(self) -> Retriever:
        return WordsRetriever(small_courses())


@pytest.mark.parametrize("mode", ["hybrid", "dense"])
class TestHybridRetriever(RetrieverContract):
    @pytest.fixture
    def retriever(self, indexes: CourseIndexes, executor: Executor, mode: Literal["hybrid", "dense"]) -> Retriever:
        return HybridRetriever(indexes, FakeEmbedder(), executor, mode=mode)


async def test_a_passage_says_why_it_was_found(indexes: CourseIndexes, executor: Executor) -> None:
    retriever = HybridRetriever(indexes, FakeEmbedder(), executor, mode="hybrid")
    found = await retriever.retrieve(query_for("gradiente desce"))
    first, last = found.passages[0], found.passages[-1]
    assert (first.rank_by_meaning, first.rank_by_words) == (1, 1)
    assert last.rank_by_words is None
    assert found.warnings == ()


async def test_dense_mode_is_the_cosine_and_nothing_else(indexes: CourseIndexes, executor: Executor) -> None:
    embedder = FakeEmbedder()
    found = await HybridRetriever(indexes, embedder, executor, mode="dense").retrieve(query_for("rede neural"))
    question = embedder.embed_query("rede neural")
    visible = small_courses()["ml"][:3]
    cosines = [float(vector @ question) for vector in embedder.embed_passages([each.text for each in visible])]
    expected = sorted(range(3), key=lambda number: -cosines[number])
    assert [passage.segment.corpus_id for passage in found.passages] == expected
    for passage in found.passages:
        assert passage.score == pytest.approx(cosines[passage.segment.corpus_id], abs=1e-6)
        assert passage.fused_score == pytest.approx(passage.score, abs=1e-6)
        assert passage.rank_by_words is None


async def test_a_mistyped_word_finds_what_was_meant(indexes: CourseIndexes, executor: Executor) -> None:
    retriever = HybridRetriever(indexes, SilentEmbedder(), executor, mode="hybrid")
    assert (await retriever.retrieve(query_for("gradinete"))).passages[0].segment.corpus_id == 1


@pytest.mark.parametrize("mode", ["hybrid", "dense"])
async def test_without_the_embedder_words_alone_are_searched(
    indexes: CourseIndexes, executor: Executor, mode: Literal["hybrid", "dense"]
) -> None:
    found = await HybridRetriever(indexes, SilentEmbedder(), executor, mode=mode).retrieve(query_for("árvores"))
    assert [passage.segment.corpus_id for passage in found.passages] == [2]
    assert found.passages[0].score is None
    assert found.warnings == ("Searched by words alone: The endpoint does not answer.",)


async def test_without_the_full_text_meaning_alone_is_searched(
    indexes: CourseIndexes, executor: Executor, tmp_path: Path
) -> None:
    remove_files(tmp_path, "ml.*.lance/_indices/*/*")
    embedder = FakeEmbedder()
    damaged = CourseIndexes(tmp_path, embedder=embedder.name, dimension=embedder.dimension)
    found = await HybridRetriever(damaged, embedder, executor, mode="hybrid").retrieve(query_for("rede neural"))
    assert found.passages[0].segment.corpus_id == 0
    assert len(found.warnings) == 1
    assert found.warnings[0].startswith("Searched by meaning alone: The index of ml cannot be read")
    with pytest.raises(IndexDamaged, match="lectern index rebuild ml"):
        await HybridRetriever(damaged, SilentEmbedder(), executor, mode="hybrid").retrieve(query_for("rede neural"))


@pytest.mark.parametrize("lost", ["data", "_versions"])
async def test_a_lost_table_is_said_to_be_damaged(
    indexes: CourseIndexes, executor: Executor, tmp_path: Path, lost: str
) -> None:
    retriever = HybridRetriever(indexes, FakeEmbedder(), executor, mode="hybrid")
    remove_files(tmp_path, f"ml.*.lance/{lost}/*")
    with pytest.raises(IndexDamaged, match="lectern index rebuild ml"):
        await retriever.retrieve(query_for("rede neural"))


async def test_no_question_fails_while_the_index_is_rebuilt(
    indexes: CourseIndexes, executor: Executor, tmp_path: Path
) -> None:
    embedder = FakeEmbedder()
    serving = CourseIndexes(tmp_path, embedder=embedder.name, dimension=embedder.dimension)
    retriever = HybridRetriever(serving, embedder, executor, mode="hybrid")
    rebuilding = True

    async def ask_on() -> int:
        asked = 0
        while rebuilding:
            found = await retriever.retrieve(query_for("o gradiente desce"))
            assert found.passages[0].segment.corpus_id == 1
            assert len(found.passages) == 3
            assert found.warnings == ()
            asked += 1
        return asked

    def rebuild() -> None:
        rebuilt = indexes.start_rebuild("ml")
        write(rebuilt, small_courses()["ml"], embedder)
        indexes.finish_rebuild(rebuilt)

    asking = asyncio.create_task(ask_on())
    for _ in range(20):
        await asyncio.to_thread(rebuild)
    rebuilding = False
    assert await asking > 0
    assert tables(tmp_path) == ["ml.20.lance", "ml.21.lance"]


async def test_questions_asked_at_once_get_their_own_answers(indexes: CourseIndexes, executor: Executor) -> None:
    retriever = HybridRetriever(indexes, FakeEmbedder(), executor, mode="hybrid")
    words = ["rede", "gradiente", "árvore"] * 10
    found = await asyncio.gather(*(retriever.retrieve(query_for(word)) for word in words))
    assert [each.passages[0].segment.corpus_id for each in found] == [0, 1, 2] * 10


async def test_a_question_too_long_is_bounded_at_a_word_and_says_so(indexes: CourseIndexes, executor: Executor) -> None:
    retriever = HybridRetriever(indexes, FakeEmbedder(), executor, mode="hybrid")
    # "gradiente " is 10 characters: 200 words are 1,999 without the last space, the 201st would pass 2,000.
    found = await retriever.retrieve(query_for("gradiente " * 10_000))
    assert found.warnings == ("The question is long: only its first 1999 characters were searched for.",)
    assert found.passages[0].segment.corpus_id == 1


async def test_a_long_question_without_a_space_is_bounded_too(indexes: CourseIndexes, executor: Executor) -> None:
    found = await HybridRetriever(indexes, FakeEmbedder(), executor, mode="hybrid").retrieve(query_for("x" * 100_000))
    assert str(MOST_CHARACTERS) in found.warnings[0]
