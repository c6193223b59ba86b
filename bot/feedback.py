"""What the thumbs of an exchange add up to: of every person, the thumb given last and not taken back; pure."""

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
    given: dict[str, list[Thumb]] = {}
    for event in events:
        thumbs = given.setdefault(event.rater, [])
        # A platform may show both thumbs of one person at once: taking one back leaves the other.
        if event.thumb in thumbs:
            thumbs.remove(event.thumb)
        if event.given:
            thumbs.append(event.thumb)
    standing = [thumbs[-1] for thumbs in given.values() if thumbs]
    return ThumbCount(helpful=standing.count(Thumb.HELPFUL), not_helpful=standing.count(Thumb.NOT_HELPFUL))
