from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

import numpy as np
import pytest

from retrieval.embedding import Vectors
from retrieval.neighbours import Source, merge_neighbours
from retrieval.segment import EmbedderUnavailable
from retrieval.support import MOST_STRETCHES, StretchFinder
from tests.examples import make_cues, make_passage, make_segment
from tests.fakes_embedder import FakeEmbedder

TEXTS = ("Bom dia a todos vocês.", "O gradiente aponta para cima.", "A poda corta a árvore.", "Até a próxima semana.")


class CountingEmbedder(FakeEmbedder):
    """Remembers how many passages it embedded."""

    embedded = 0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        return super().embed_passages(texts)


class BrokenEmbedder(FakeEmbedder):
    """Does not answer."""

    def embed_query(self, text: str) -> Vectors:
        raise EmbedderUnavailable("It is down.")


@pytest.fixture
def executor() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as threads:
        yield threads


def _source(texts: Sequence[str] = TEXTS) -> Source:
    cues = make_cues(texts, start_seconds=0, cue_seconds=10)
    return merge_neighbours([make_passage(make_segment(cues=cues))])[0]


async def test_a_claim_is_found_where_the_lecturer_says_it(executor: Executor) -> None:
    finder = StretchFinder(FakeEmbedder(), executor=executor)
    support = await finder.find("a poda corta árvores", _source(), language="pt")
    assert (support.stretch.start_seconds, support.stretch.text) == (20.0, "A poda corta a árvore.")


async def test_what_was_embedded_is_not_embedded_again(executor: Executor) -> None:
    embedder = CountingEmbedder()
    finder = StretchFinder(embedder, executor=executor)
    await finder.find("a poda", _source(), language="pt")
    await finder.find("o gradiente", _source(), language="pt")
    assert embedder.embedded == 4


async def test_the_oldest_vectors_are_forgotten_first(executor: Executor) -> None:
    embedder = CountingEmbedder()
    finder = StretchFinder(embedder, executor=executor, most_vectors=4)
    await finder.find("a poda", _source(), language="pt")
    await finder.find("a poda", _source(["Uma frase nova chegou."]), language="pt")
    await finder.find("a poda", _source(), language="pt")
    assert embedder.embedded == 4 + 1 + 1  # only the first of the four made room for the new one


async def test_with_the_embedder_down_the_words_decide(executor: Executor) -> None:
    finder = StretchFinder(BrokenEmbedder(), executor=executor)
    support = await finder.find("para onde aponta o gradiente", _source(), language="pt")
    assert support.stretch.start_seconds == 10.0


async def test_a_question_embeds_a_bounded_number_of_stretches(executor: Executor) -> None:
    embedder = CountingEmbedder()
    finder = StretchFinder(embedder, executor=executor)
    long = _source([f"Esta é a frase número {place} da aula." for place in range(200)])
    supports = await finder.score("a frase", [long], language="pt")
    assert (len(supports), embedder.embedded) == (MOST_STRETCHES, MOST_STRETCHES)


async def test_no_sources_give_no_supports(executor: Executor) -> None:
    assert await StretchFinder(FakeEmbedder(), executor=executor).score("a", [], language="pt") == ()


async def test_in_context_a_stretch_counts_with_the_one_that_follows(executor: Executor) -> None:
    class Known(FakeEmbedder):
        """Two directions: what is asked, and everything else."""

        def embed_passages(self, texts: Sequence[str]) -> Vectors:
            return np.array([[1, 0] if "resposta" in text else [0, 1] for text in texts], dtype=np.float32)

        def embed_query(self, text: str) -> Vectors:
            return np.array([1, 0], dtype=np.float32)

    source = _source(["Bom dia pessoal aqui.", "Vem aí uma coisa.", "Eis a resposta dela.", "Até logo pessoal todo."])
    finder = StretchFinder(Known(), executor=executor)
    apart = await finder.score("why", [source], language="en")
    together = await finder.score("why", [source], language="en", in_context=True)
    # All four have four words and none in common with the question: apart only the third points the question's way,
    # together the second does as much as the third, which an empty sentence follows.
    assert len({support.score for support in apart}) == 2
    assert together[1].score > together[0].score == together[3].score
    assert together[2].score == together[1].score
