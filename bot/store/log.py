"""The port Log: exchanges and feedback, kept for good; what of them is kept, and the error when they cannot be."""

import re
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Protocol, TypeVar, cast

from bot.exchange import Exchange, Feedback
from retrieval.segment import Cue, Passage

Value = TypeVar("Value")

# Neither SQLite (surrogates) nor PostgreSQL (NUL) holds these in text.
_UNSTORABLE = re.compile("[\ud800-\udfff\0]")


class Log(Protocol):
    """Where exchanges and feedback live. Every call is one transaction, durable when it returns.

    All methods raise LogUnavailable where the log cannot be read or written just now; what was acknowledged stays.
    """

    async def record(self, exchange: Exchange) -> int:
        """Keep an exchange and return its number within its course, counted from 1. Recording twice changes nothing."""
        ...

    async def find(self, exchange_id: str) -> Exchange | None:
        """Return one exchange as it was recorded (see `as_logged`), or None."""
        ...

    async def latest(self, *, course: str | None = None, limit: int = 20) -> tuple[Exchange, ...]:
        """Return the exchanges recorded last, newest first."""
        ...

    async def add_feedback(self, feedback: Feedback) -> None:
        """Add one event to a person's feedback; nothing is overwritten, and the same event again changes nothing.

        Raises LookupError for an unknown exchange.
        """
        ...

    async def feedback(self, exchange_id: str) -> tuple[Feedback, ...]:
        """Return all feedback events of an exchange in the order they were added."""
        ...


class LogUnavailable(Exception):
    """The log cannot be opened, read or written: what is wrong, and the step that mends it."""

    def __init__(self, fault: str, *, fix: str) -> None:
        super().__init__(f"{fault} {fix}")
        self.fault = fault
        self.fix = fix


def as_logged(exchange: Exchange) -> Exchange:
    """Return what the log keeps of an exchange: all of it, with three reductions.

    A passage's segment keeps its text and times but not its cues: one cue holds the whole text. Times are in UTC.
    Characters no database can hold (lone surrogates, NUL) become U+FFFD. Raises ValueError for a time without a zone.
    """
    return _storable(replace(exchange, passages=tuple(_without_cues(passage) for passage in exchange.passages)))


def feedback_as_logged(feedback: Feedback) -> Feedback:
    """Return what the log keeps of a feedback event; see `as_logged`."""
    return _storable(feedback)


def _without_cues(passage: Passage) -> Passage:
    segment = passage.segment
    whole = Cue(start_seconds=segment.start_seconds, end_seconds=segment.end_seconds, text=segment.text)
    return replace(passage, segment=replace(segment, cues=(whole,)))


def _storable(value: Value) -> Value:
    changed: object = value
    if isinstance(value, str):
        changed = type(value)(_UNSTORABLE.sub("\ufffd", value))
    elif isinstance(value, datetime):
        changed = _in_utc(value)
    elif isinstance(value, tuple):
        changed = tuple(_storable(part) for part in value)
    elif is_dataclass(value) and not isinstance(value, type):
        changed = replace(value, **{field.name: _storable(getattr(value, field.name)) for field in fields(value)})
    return cast("Value", changed)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone; the log keeps moments, not wall clocks.")
    return moment.astimezone(UTC)
