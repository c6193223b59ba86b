"""The language model behind an OpenAI-compatible endpoint: what is sent, what is read, when it is asked again.

The SDK takes a clean end of a stream for a complete answer, waits 600 s for a byte and retries only before the first
one. So its retries are off, and deadlines, retries and the check for completeness are ours.
"""

import asyncio
import json
import logging
import math
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime

import httpx2
import openai
from openai.types.chat import ChatCompletionMessageParam

from bot.endpoint import faults
from bot.endpoint.bounds import bound_response
from bot.endpoint.breaker import CircuitBreaker
from bot.endpoint.connection import kind_of_connection_fault, shown_address
from bot.endpoint.faults import Fault
from bot.endpoint.reply import Chunk, Prices, Reply, add_known_usage, whole_characters
from bot.endpoint.shown_text import ShownText
from bot.exchange import Usage
from bot.llm import WHOLE, Allowance, Completion, Message, OnText, Unavailable

LOG = logging.getLogger(__name__)

# Usage arrives right after the finish reason, or never.
AFTER_FINISH_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long each part of a question may take; the whole includes retries and waits."""

    connect_seconds: float = 5.0
    first_token_seconds: float = 20.0
    between_chunks_seconds: float = 15.0
    whole_seconds: float = 60.0


@dataclass(slots=True, kw_only=True)
class _Question:
    """One question on its way through its requests; `left_out` are parameters this endpoint refuses.

    `whole` is the deadline of all its requests and waits; `is_rationed` where it comes before the model's own.
    """

    messages: tuple[Message, ...]
    max_tokens: int
    most_requests: int
    shown: ShownText
    left_out: frozenset[str]
    whole: asyncio.Timeout
    is_rationed: bool
    usage: Usage = field(default_factory=Usage)
    faults: list[Fault] = field(default_factory=list)

    @property
    def remaining_seconds(self) -> float:
        ends_at = self.whole.when()
        return math.inf if ends_at is None else ends_at - asyncio.get_running_loop().time()


class OpenAIChat:
    """A chat model at `base_url`. One instance serves all questions of the process, so that they share the breaker.

    `requires_finish_reason` is False only for endpoints that end good streams without one. Without `prices` cost is
    unknown. `sleep` waits between requests; `now` returns an aware time, for a Retry-After that is a date;
    `monotonic` returns seconds that never go back, for the pace at which text is shown.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str | None,
        *,
        temperature: float,
        timeouts: Timeouts,
        requires_finish_reason: bool,
        prices: Prices | None,
        breaker: CircuitBreaker,
        sleep: Callable[[float], Awaitable[None]],
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._temperature = temperature
        self._timeouts = timeouts
        self._requires_finish_reason = requires_finish_reason
        self._prices = prices
        self._breaker = breaker
        self._sleep = sleep
        self._now = now
        self._monotonic = monotonic
        self._address = shown_address(base_url)
        self._left_out: frozenset[str] = frozenset()
        # Servers of one's own need no key, but the SDK insists on one.
        key = (api_key or "no-key").strip()
        self._fault_of_settings = faults.fault_of_settings(base_url, key)
        self._client = _open_client(base_url, key, timeouts)

    @property
    def name(self) -> str:
        """The model's name as configured, stored with every answer."""
        return self._model

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        allowance: Allowance = WHOLE,
        on_text: OnText | None = None,
    ) -> Completion | Unavailable:
        """Write one answer within the allowance and `timeouts.whole_seconds`.

        Usage is the sum over all requests, a lower bound where the endpoint did not count one of them. `on_text` is
        called about ten times a second at most, with the first text at once and always with the complete one.
        """
        if self._fault_of_settings is not None:
            return _unavailable(self._fault_of_settings, Usage())
        question = _Question(
            messages=tuple(messages),
            max_tokens=max_tokens,
            most_requests=allowance.requests,
            shown=ShownText(on_text, monotonic=self._monotonic),
            left_out=self._left_out,
            whole=asyncio.timeout(min(self._timeouts.whole_seconds, allowance.seconds)),
            is_rationed=allowance.seconds < self._timeouts.whole_seconds,
        )
        try:
            async with question.whole:
                return await self._ask(question)
        except TimeoutError:
            return _unavailable(faults.OVER_TIME, question.usage)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _ask(self, question: _Question) -> Completion | Unavailable:
        """Send requests until one succeeds or no further one is worth it."""
        result: Completion | Unavailable = _unavailable(faults.BREAKER_OPEN, Usage())
        while question.usage.requests < question.most_requests and self._breaker.admits():
            result = await self._request(question)
            if isinstance(result, Completion):
                self._left_out |= question.left_out
                break
            refused = question.faults[-1].refused_parameter
            if refused is not None and refused not in question.left_out:
                question.left_out |= {refused}
                continue
            wait = faults.wait_before_next(
                question.faults, remaining_seconds=question.remaining_seconds, most_requests=question.most_requests
            )
            if wait is None:
                break
            await self._sleep(wait)
        return result

    async def _request(self, question: _Question) -> Completion | Unavailable:
        """Send one admitted request and tell the breaker, once, how it ended."""
        reply = Reply()
        try:
            fault = await self._read_reply(question, reply)
        except BaseException as error:
            # The deadline in the settings makes it a failure of the endpoint. An asker who goes away, or gives it less
            # time than the settings do, says nothing about it.
            is_over_time = isinstance(error, asyncio.CancelledError) and question.whole.expired()
            if is_over_time and not question.is_rationed:
                self._breaker.failed()
            else:
                self._breaker.abandoned()
            raise
        finally:
            question.usage = add_known_usage(question.usage, reply.usage(prices=self._prices))
        fault = reply.verdict(fault, requires_finish_reason=self._requires_finish_reason)
        if fault is not None and fault.is_outage:
            self._breaker.failed()
        else:
            self._breaker.succeeded()
        usage = question.usage
        if fault is None:
            text, model = reply.text, reply.model or self._model
            question.shown.show_whole(text)
            return Completion(text=text, model=model, is_truncated=reply.is_truncated, usage=usage)
        LOG.warning("model %s, request %d of %d: %s", self._model, usage.requests, question.most_requests, fault.cause)
        question.faults.append(fault)
        return _unavailable(fault, usage)

    async def _read_reply(self, question: _Question, reply: Reply) -> Fault | None:
        """Gather the reply of one request and say what broke it off; None is a clean end, complete or not."""
        try:
            async with asyncio.timeout(self._timeouts.first_token_seconds) as deadline:
                async with aclosing(self._chunks(question)) as chunks:
                    async for chunk in chunks:
                        self._take(chunk, reply, deadline=deadline, shown=question.shown)
                        if reply.is_full or reply.error:
                            break
                        # Chunks that are here already are read without a wait, in which alone deadlines can strike
                        # and other questions go on.
                        await asyncio.sleep(0)
        except TimeoutError:
            return faults.STALLED
        except openai.APIStatusError as error:
            wait = faults.wait_asked_for(error.response.headers, now=self._now())
            return faults.fault_of_status(error.status_code, error.body, wait_seconds=wait)
        except (openai.APIConnectionError, httpx2.HTTPError) as error:
            kind = kind_of_connection_fault(error)
            if kind == "too_large":
                return faults.MALFORMED
            return faults.CUT if reply.has_started else faults.fault_of_connection(self._address, kind=kind)
        except openai.APIError as error:
            return faults.fault_of_error_event(error.body)
        except _Unreadable as error:
            return error.fault
        return None

    async def _chunks(self, question: _Question) -> AsyncGenerator[Chunk]:
        """Send the request and yield what arrives; a whole answer in JSON is one chunk."""
        left_out = question.left_out
        async with self._client.chat.completions.with_streaming_response.create(
            model=self._model,
            messages=[_as_parameter(message) for message in question.messages],
            stream=True,
            temperature=openai.omit if "temperature" in left_out else self._temperature,
            max_tokens=openai.omit if "max_tokens" in left_out else question.max_tokens,
            max_completion_tokens=question.max_tokens if "max_tokens" in left_out else openai.omit,
            stream_options=openai.omit if "stream_options" in left_out else {"include_usage": True},
        ) as response:
            content_type = response.headers.get("content-type", "").lower()
            if "html" in content_type:
                raise _Unreadable(faults.NOT_AN_ENDPOINT)
            try:
                if "json" in content_type:
                    yield Chunk.model_validate(json.loads(await response.read()))
                    return
                async for event in await response.parse(to=openai.AsyncStream[object]):
                    yield Chunk.model_validate(event)
            # Of the JSON, its encoding or its shape; of brackets nested without end.
            except (ValueError, RecursionError) as error:
                raise _Unreadable(faults.MALFORMED) from error

    def _take(self, chunk: Chunk, reply: Reply, *, deadline: asyncio.Timeout, shown: ShownText) -> None:
        """Add a chunk, put the deadline off, and show the text so far."""
        brought_text = reply.add(chunk)
        if reply.has_started:
            pause = AFTER_FINISH_SECONDS if reply.finish_reason else self._timeouts.between_chunks_seconds
            pause = min(pause, self._timeouts.between_chunks_seconds)
            deadline.reschedule(asyncio.get_running_loop().time() + pause)
        if brought_text:
            shown.show(reply)


class _Unreadable(Exception):
    """What came where an answer was asked for is none."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.cause)
        self.fault = fault


def _open_client(base_url: str, key: str, timeouts: Timeouts) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        base_url=base_url,
        api_key=key,
        max_retries=0,
        # A redirected POST arrives as a GET without its body, so it is reported instead.
        http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False, event_hooks={"response": [bound_response]}),
        # A few compressed bytes could become very many.
        default_headers={"Accept-Encoding": "identity"},
        timeout=openai.Timeout(timeouts.whole_seconds, connect=timeouts.connect_seconds),
    )


def _unavailable(fault: Fault, usage: Usage) -> Unavailable:
    return Unavailable(cause=fault.cause, sentence=fault.sentence, usage=usage)


def _as_parameter(message: Message) -> ChatCompletionMessageParam:
    content = whole_characters(message.content)
    match message.role:
        case "system":
            return {"role": "system", "content": content}
        case "user":
            return {"role": "user", "content": content}
        case "assistant":
            return {"role": "assistant", "content": content}
