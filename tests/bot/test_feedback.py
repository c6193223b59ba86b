"""Thumbs add up to one standing verdict a person."""

from datetime import timedelta

from bot.exchange import Feedback, Thumb
from bot.feedback import ThumbCount, count_thumbs
from tests.examples import NOON


def thumb(rater: str, thumb: Thumb, *, minute: int, given: bool = True) -> Feedback:
    return Feedback(exchange_id="x", rater=rater, thumb=thumb, given=given, at=NOON + timedelta(minutes=minute))


def test_no_events_are_no_thumbs() -> None:
    assert count_thumbs([]) == ThumbCount(helpful=0, not_helpful=0)


def test_a_changed_mind_counts_once() -> None:
    events = [thumb("ana", Thumb.HELPFUL, minute=0), thumb("ana", Thumb.NOT_HELPFUL, minute=1)]
    assert count_thumbs(events) == ThumbCount(helpful=0, not_helpful=1)


def test_a_thumb_taken_back_counts_for_nothing() -> None:
    events = [
        thumb("ana", Thumb.HELPFUL, minute=0),
        thumb("rui", Thumb.HELPFUL, minute=1),
        thumb("ana", Thumb.HELPFUL, minute=2, given=False),
    ]
    assert count_thumbs(events) == ThumbCount(helpful=1, not_helpful=0)


def test_taking_one_of_two_thumbs_back_leaves_the_other() -> None:
    events = [
        thumb("ana", Thumb.HELPFUL, minute=0),
        thumb("ana", Thumb.NOT_HELPFUL, minute=1),
        thumb("ana", Thumb.HELPFUL, minute=2, given=False),
    ]
    assert count_thumbs(events) == ThumbCount(helpful=0, not_helpful=1)
