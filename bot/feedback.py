"""What the thumbs of an exchange add up to: of every person, the last event counts; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.exchange import Feedback, Thumb


@dataclass(frozen=True, slots=True, kw_only=True)
class ThumbCount:
    """People whose standing thumb says helpful or not helpful."""

    helpful: int
    not_helpful: int


def count_thumbs(events: Sequence[Feedback]) -> ThumbCount:
    """Count the thumbs that stand; `events` are all of one exchange, oldest first."""
    last = {event.rater: event for event in events}
    standing = [event.thumb for event in last.values() if event.given]
    return ThumbCount(helpful=standing.count(Thumb.HELPFUL), not_helpful=standing.count(Thumb.NOT_HELPFUL))
