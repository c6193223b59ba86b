"""Which real part stands behind each port: the only module, besides the command line, that knows them."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

from bot.answerer import Answerer
from bot.answerers.citing import CitingAnswerer
from bot.answerers.extractive import ExtractiveAnswerer
from bot.assistant import Assistant, StandAlone
from bot.endpoint.breaker import CircuitBreaker
from bot.endpoint.chat import OpenAIChat, Timeouts
from bot.endpoint.reply import Prices
from bot.lectern import Catalogue, Lectern, Mode
from bot.llm import Allowance
from bot.prompting import load_prompt
from bot.pseudonyms import Pseudonyms
from bot.rewriting import ModelRewriter, WordRewriter
from bot.store.sql_log import SqlLog, open_log
from config.settings import EmbeddingSettings, LanguageModelSettings, Settings
from retrieval.course_records.course_folder import INDEX_FOLDER
from retrieval.embedders.bundled import BundledE5
from retrieval.embedders.endpoint import EndpointEmbedder
from retrieval.embedders.sentence_transformers import SentenceTransformersE5
from retrieval.embedding import Embedder
from retrieval.index import CourseIndexes
from retrieval.search import HybridRetriever
from retrieval.support import StretchFinder

LOG_FILE = "log.sqlite3"
SECRET_FILE = "pseudonym.key"  # noqa: S105 -- the name of a file
# One thread embeds while another searches; more would share the same two cores.
THREADS = 2
# What a question's time is for, as shares of llm.whole_seconds; the rest is for quoting where no model answers.
WRITING_SHARE = 11 / 12
REWRITING_SHARE = 1 / 6
AFTER_REWRITING_SHARE = 3 / 4


def make_embedder(settings: EmbeddingSettings, *, api_key: str) -> Embedder:
    """Make the configured embedder. Raises EmbedderUnavailable with what mends it."""
    if settings.adapter == "bundled":
        return BundledE5("enpt" if settings.model == "enpt" else "original")
    if settings.adapter == "sentence-transformers":
        return SentenceTransformersE5(
            settings.model,
            device=settings.device,
            backend=settings.backend,
            onnx_file=settings.onnx_file,
            prefixes=settings.uses_prefixes,
        )
    return EndpointEmbedder(
        settings.base_url,
        settings.model,
        # The API has no tokenizer; all multilingual E5 models share the bundled one's vocabulary.
        count_tokens=BundledE5("original").count_tokens,
        api_key=api_key,
        prefixes=settings.prefixes,
        timeout_seconds=settings.timeout_seconds,
    )


def embedder_of(settings: Settings) -> Embedder:
    """Make the embedder of these settings, with its key."""
    key = settings.embedding_api_key
    return make_embedder(settings.embedding, api_key=key.get_secret_value() if key else "")


@contextmanager
def open_catalogue(settings: Settings, *, data: Path, mode: Mode | None = None) -> Iterator[Catalogue]:
    """Open the courses of a data folder for searching; `mode` stands in for the setting."""
    embedder = embedder_of(settings)
    indexes = CourseIndexes(data / INDEX_FOLDER, embedder=embedder.name, dimension=embedder.dimension)
    chosen: Mode = mode or settings.search.mode
    with ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="retrieval") as executor:
        retriever = HybridRetriever(indexes, embedder, executor=executor, mode=chosen)
        yield Catalogue(
            data=data, embedder=embedder, indexes=indexes, retriever=retriever, executor=executor, mode=chosen
        )


def open_log_of(settings: Settings, *, data: Path, read_only: bool = False) -> AbstractAsyncContextManager[SqlLog]:
    """Open the log of these settings; read only, it also opens beside a running Lectern."""
    location = settings.log.database_url or data / LOG_FILE
    return open_log(location, now=datetime.now(UTC), read_only=read_only)


@asynccontextmanager
async def open_lectern(settings: Settings, *, data: Path) -> AsyncIterator[Lectern]:
    """Open everything for answering, and close it in order.

    Raises:
        LogUnavailable: the log cannot be opened, or another Lectern runs on this folder.
        EmbedderUnavailable: the embedder cannot be loaded.
    """
    with open_catalogue(settings, data=data) as catalogue:
        async with (
            open_log_of(settings, data=data) as log,
            _open_answering(settings, catalogue) as (answerer, rewriter),
        ):
            # A log with pseudonyms in it must not go on under a new secret.
            pseudonyms = Pseudonyms.load(data / SECRET_FILE, may_make=not await log.latest(limit=1))
            assistant = Assistant(
                retriever=catalogue.retriever,
                answerer=answerer,
                rewriter=rewriter,
                log=log,
                embedder_name=catalogue.embedder.name,
                passages_logged=settings.search.k,
                new_id=lambda: uuid4().hex,
                monotonic=time.monotonic,
            )
            yield Lectern(catalogue=catalogue, assistant=assistant, log=log, pseudonyms=pseudonyms)


@asynccontextmanager
async def _open_answering(settings: Settings, catalogue: Catalogue) -> AsyncIterator[tuple[Answerer, StandAlone]]:
    finder = StretchFinder(catalogue.embedder, executor=catalogue.executor)
    extractive = ExtractiveAnswerer(finder, answerable_threshold=settings.answer.minimum_evidence)
    if not settings.llm.is_configured:
        yield extractive, WordRewriter()
        return
    async with open_language_model(settings) as model:
        randomness = partial(secrets.token_hex, 8)
        citing = CitingAnswerer(
            model,
            finder=finder,
            extractive=extractive,
            prompt=load_prompt("answer-v1"),
            randomness=randomness,
            max_tokens=settings.llm.max_tokens,
            most_sources=settings.answer.passages,
            after_rewriting=Allowance(requests=2, seconds=settings.llm.whole_seconds * AFTER_REWRITING_SHARE),
        )
        one_try = Allowance(requests=1, seconds=settings.llm.whole_seconds * REWRITING_SHARE)
        rewriter = ModelRewriter(model, prompt=load_prompt("rewrite-v1"), randomness=randomness, allowance=one_try)
        yield citing, rewriter


@asynccontextmanager
async def open_language_model(settings: Settings) -> AsyncIterator[OpenAIChat]:
    """Open the configured language model; all questions share it, and so its breaker."""
    key = settings.llm_api_key
    llm = settings.llm
    chat = OpenAIChat(
        llm.base_url,
        llm.model,
        key.get_secret_value() if key else None,
        temperature=llm.temperature,
        timeouts=Timeouts(
            connect_seconds=llm.connect_seconds,
            first_token_seconds=llm.first_token_seconds,
            between_chunks_seconds=llm.between_chunks_seconds,
            whole_seconds=llm.whole_seconds * WRITING_SHARE,
        ),
        requires_finish_reason=llm.requires_finish_reason,
        prices=_prices(llm),
        breaker=CircuitBreaker(clock=time.monotonic),
        sleep=asyncio.sleep,
        now=lambda: datetime.now(UTC),
    )
    try:
        yield chat
    finally:
        await chat.close()


def _prices(llm: LanguageModelSettings) -> Prices | None:
    prompt, completion = llm.prompt_usd_per_million, llm.completion_usd_per_million
    if prompt is None or completion is None:
        return None
    return Prices(prompt_usd_per_million=prompt, completion_usd_per_million=completion)
