"""A log in memory: the port Log without a disk, for tests of everything that records."""

from bot.exchange import Exchange, Feedback
from bot.store.log import as_logged, feedback_as_logged


class InMemoryLog:
    """Keeps the log's whole contract except outliving the process."""

    def __init__(self) -> None:
        self._exchanges: dict[str, Exchange] = {}
        self._numbers: dict[str, int] = {}
        self._feedback: dict[str, list[Feedback]] = {}

    async def record(self, exchange: Exchange) -> int:
        """Keep an exchange and return its number within its course."""
        kept = as_logged(exchange)
        if kept.exchange_id not in self._exchanges:
            course = kept.question.course
            self._numbers[kept.exchange_id] = 1 + sum(e.question.course == course for e in self._exchanges.values())
            self._exchanges[kept.exchange_id] = kept
        return self._numbers[kept.exchange_id]

    async def find(self, exchange_id: str) -> Exchange | None:
        """Return one exchange as logged, or None."""
        return self._exchanges.get(exchange_id)

    async def latest(self, *, course: str | None = None, limit: int = 20) -> tuple[Exchange, ...]:
        """Return the exchanges recorded last, newest first."""
        newest_first = reversed(self._exchanges.values())
        return tuple(e for e in newest_first if course in (None, e.question.course))[:limit]

    async def add_feedback(self, feedback: Feedback) -> None:
        """Add one event; the same event again changes nothing. Raises LookupError for an unknown exchange."""
        kept = feedback_as_logged(feedback)
        if kept.exchange_id not in self._exchanges:
            raise LookupError(f"No exchange {kept.exchange_id} in the log.")
        events = self._feedback.setdefault(kept.exchange_id, [])
        if kept not in events:
            events.append(kept)

    async def feedback(self, exchange_id: str) -> tuple[Feedback, ...]:
        """Return all events of an exchange in the order they were added."""
        return tuple(self._feedback.get(exchange_id, ()))
