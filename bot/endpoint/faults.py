"""Faults of a language model's endpoint: what went wrong, what the operator can do, whether asking again may help.

No text of the endpoint goes into a sentence: it may repeat the key or the student's words.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

MAX_WAIT_SECONDS = 20.0
# Waits before the second and third request where the endpoint does not name one.
BACKOFF_SECONDS = (0.5, 2.0)

# What each endpoint may not know of our request: usage in streams (older servers), `max_tokens` and a temperature
# (OpenAI's reasoning models).
OPTIONAL_PARAMETERS = ("stream_options", "max_tokens", "temperature")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why one request brought no complete text.

    `is_outage` faults count against the endpoint in the breaker. `wait_seconds` is what the endpoint asked for.
    A `is_broken_stream` fault is worth one more request, any other `is_passing` fault as many as a question has.
    `refused_parameter` is the one to leave out of the next request.
    """

    cause: str
    sentence: str
    is_passing: bool = False
    is_outage: bool = False
    is_broken_stream: bool = False
    wait_seconds: float | None = None
    refused_parameter: str | None = None


def fault_of_settings(base_url: str, key: str) -> Fault | None:
    """Name the fault that no request would bring to light in a safe way, if there is one."""
    if not (key.isascii() and key.isprintable()):
        return BAD_KEY
    # httpx2 logs whole addresses at INFO.
    return SECRET_IN_ADDRESS if "@" in urlsplit(base_url).netloc else None


def fault_of_status(status: int, body: object, *, wait_seconds: float | None) -> Fault:
    """Name the fault behind an HTTP status of 300 or more; `body` is the decoded answer or its text."""
    said = str(body)[:4000].lower()
    for fits, fault in (
        (_TOO_LONG.search(said) is not None, TOO_LONG),
        (status == 401, BAD_KEY),
        (status == 402 or "insufficient_quota" in said, NO_CREDIT),
        (status == 403, FORBIDDEN),
        (status in (400, 404, 422) and _UNKNOWN_MODEL.search(said) is not None, UNKNOWN_MODEL),
        (status in (404, 405), WRONG_PATH),
        (300 <= status < 400, REDIRECTED),
        (status == 400 and "content_filter" in said, CONTENT_FILTER),
    ):
        if fits:
            return fault
    if status in (408, 425, 429) or status >= 500:
        return _passing_status(status, wait_seconds)
    return Fault(
        cause="bad_request",
        sentence=f"The language model's endpoint refused the request (HTTP {status}); "
        "check that `llm.base_url` is an OpenAI-compatible address.",
        refused_parameter=_refused_parameter(said) if status in (400, 422) else None,
    )


def fault_of_error_event(body: object) -> Fault:
    """Name the fault behind an error that arrived where the answer should be, under a status of 200."""
    if _TOO_LONG.search(str(body)[:4000].lower()):
        return TOO_LONG
    return _broken("error_event", "The language model's endpoint broke its answer off with an error.")


def fault_of_connection(address: str, *, kind: str) -> Fault:
    """Name the fault behind a connection that was not made; `kind` is a key of the sentences below."""
    sentence = _CONNECTION_SENTENCES.get(kind, "The connection to {address} failed.").format(address=address)
    return Fault(cause=kind, sentence=sentence, is_passing=kind not in ("bad_address", "certificate"), is_outage=True)


def wait_asked_for(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Read how many seconds Retry-After asks to wait, from a number or an HTTP date (RFC 9110, section 10.2.3)."""
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        seconds = _seconds_until(value, now=now)
    return max(0.0, seconds) if math.isfinite(seconds) else None


def wait_before_next(faults: Sequence[Fault], *, remaining_seconds: float, most_requests: int) -> float | None:
    """Say how many seconds to wait before the next request, or None where a further one is not worth it.

    `faults` are those of the question's requests so far, the last one last.
    """
    last = faults[-1]
    is_broken_twice = last.is_broken_stream and sum(fault.is_broken_stream for fault in faults) > 1
    if not last.is_passing or is_broken_twice or len(faults) >= most_requests:
        return None
    wait = BACKOFF_SECONDS[len(faults) - 1] if last.wait_seconds is None else last.wait_seconds
    return wait if wait <= min(MAX_WAIT_SECONDS, remaining_seconds) else None


def _seconds_until(http_date: str, *, now: datetime) -> float:
    try:
        date = parsedate_to_datetime(http_date)
    except ValueError:
        return math.nan
    return ((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds()


def _passing_status(status: int, wait_seconds: float | None) -> Fault:
    is_busy = status == 429
    sentence = (
        "The language model's endpoint is taking no more requests for now (HTTP 429)."
        if is_busy
        else f"The language model's endpoint is failing (HTTP {status})."
    )
    return Fault(
        cause="rate_limited" if is_busy else "server_error",
        sentence=sentence,
        is_passing=True,
        is_outage=True,
        wait_seconds=wait_seconds,
    )


def _refused_parameter(said: str) -> str:
    """The parameter a refusal names. One that names none is most often about the youngest, `stream_options`."""
    return next((name for name in OPTIONAL_PARAMETERS if name in said), OPTIONAL_PARAMETERS[0])


def _broken(cause: str, sentence: str) -> Fault:
    return Fault(cause=cause, sentence=sentence, is_passing=True, is_outage=True, is_broken_stream=True)


def _lasting(cause: str, sentence: str, *, is_outage: bool) -> Fault:
    return Fault(cause=cause, sentence=sentence, is_outage=is_outage)


_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|context (?:length|size|window)"
    r"|too many (?:input )?tokens|(?:prompt|input) is too long"
)
_UNKNOWN_MODEL = re.compile(r"model_not_found|model.{0,120}(?:not found|does not exist|not exist|unknown)")
_CONNECTION_SENTENCES = {
    "dns": "The name in {address} is not known; check `llm.base_url` and this machine's network.",
    "refused": "Nothing answers at {address}; start the model's server or correct `llm.base_url`.",
    "connect_timeout": "{address} did not accept a connection in time; check `llm.base_url` and the network.",
    "certificate": "The certificate of {address} is not trusted; correct `llm.base_url` or mend the certificate.",
    "bad_address": "`llm.base_url` is not an address the model can be asked at; it must begin with http:// or https://.",
    "connection": "The connection to {address} was lost before an answer.",
}

BAD_KEY = _lasting(
    "bad_key",
    "The endpoint does not accept the key: set LECTERN_LLM_API_KEY in the environment.",
    is_outage=True,
)
SECRET_IN_ADDRESS = _lasting(
    "bad_address",
    "`llm.base_url` holds a user name or password: remove it there and set LECTERN_LLM_API_KEY in the environment.",
    is_outage=False,
)
FORBIDDEN = _lasting(
    "forbidden",
    "The key may not use this model: set another LECTERN_LLM_API_KEY in the environment, or another `llm.model`.",
    is_outage=True,
)
NO_CREDIT = _lasting(
    "no_credit",
    "The endpoint's account has no credit left: top it up, or set another LECTERN_LLM_API_KEY in the environment.",
    is_outage=True,
)
UNKNOWN_MODEL = _lasting(
    "unknown_model",
    "The endpoint does not know the model named in `llm.model`: set a name it offers (GET /v1/models lists them).",
    is_outage=True,
)
WRONG_PATH = _lasting(
    "wrong_path",
    "`llm.base_url` leads to a server without chat completions there: the address usually ends in /v1.",
    is_outage=True,
)
REDIRECTED = _lasting(
    "redirected",
    "`llm.base_url` answers with a redirection: set the address it leads to, often https:// instead of http://.",
    is_outage=True,
)
NOT_AN_ENDPOINT = _lasting(
    "not_an_endpoint",
    "`llm.base_url` answers with a web page, not a model: check the address, it usually ends in /v1.",
    is_outage=True,
)
TOO_LONG = _lasting(
    "too_long",
    "The prompt is longer than the model can read: lower `answer.passages` or serve the model with a longer context.",
    is_outage=False,
)
CONTENT_FILTER = _lasting("content_filter", "The endpoint's content filter withheld the answer.", is_outage=False)
EMPTY = _lasting("empty", "The language model answered without any text.", is_outage=False)
BREAKER_OPEN = _lasting(
    "breaker_open", "The language model failed repeatedly and is left alone for some seconds.", is_outage=False
)
CUT = _broken("cut", "The language model's answer ended before it was complete.")
STALLED = _broken("stalled", "The language model stopped sending before its answer was complete.")
MALFORMED = _broken("malformed", "The language model's endpoint sent something that cannot be read.")
OVER_TIME = _broken("timeout", "The language model took longer than `llm.whole_seconds` allows.")
