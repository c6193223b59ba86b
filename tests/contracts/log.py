"""What every log must do. A test class inherits LogContract and gives the fixture `log`: an empty log."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.exchange import Outcome, Thumb, Timings, Usage
from bot.store.log import Log, as_logged
from tests.examples import (
    NOON,
    make_answer,
    make_cues,
    make_exchange,
    make_feedback,
    make_lecture,
    make_passage,
    make_passages,
    make_question,
    make_segment,
)


class LogContract:
    """The promises of the port Log."""

    async def test_an_exchange_comes_back_as_it_was_logged(self, log: Log) -> None:
        exchange = make_exchange(warnings=("Text search alone.", "The index is old."))
        await log.record(exchange)
        assert await log.find(exchange.exchange_id) == as_logged(exchange)

    async def test_an_exchange_with_every_optional_part_missing_comes_back(self, log: Log) -> None:
        answer = make_answer(
            "", outcome=Outcome.FAILED, citations=(), model=None, prompt_version=None, reason="No index.", usage=Usage()
        )
        timings = Timings(rewrite=3.0, retrieve=None, answer=None, total=4.0)
        exchange = make_exchange(passages=(), answer=answer, answerable=None, timings=timings)
        await log.record(exchange)
        assert await log.find(exchange.exchange_id) == as_logged(exchange)

    async def test_a_passage_comes_back_with_its_lecture_text_times_and_ranks(self, log: Log) -> None:
        lecture = make_lecture("aula/07 [-x]", title="Função & “rede”", url="", on=None, visible_from=NOON)
        segment = make_segment(7955, lecture=lecture, cues=make_cues(["né " * 900], start_seconds=2.25))
        found = make_passage(segment, score=None, fused_score=1 / 61, rank_by_meaning=None, rank_by_words=1)
        await log.record(make_exchange(passages=(found,)))
        exchange = await log.find("exchange-1")
        assert exchange is not None
        assert exchange.passages[0].segment.lecture == lecture
        assert exchange.passages[0].segment.text == "né " * 900
        assert replace(exchange.passages[0], segment=segment) == found

    async def test_passages_and_citations_keep_their_order(self, log: Log) -> None:
        shuffled = tuple(reversed(make_passages(12)))
        await log.record(make_exchange(passages=shuffled))
        exchange = await log.find("exchange-1")
        assert exchange is not None
        assert [passage.rank for passage in exchange.passages] == [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]

    async def test_a_moment_in_another_zone_is_the_same_moment_in_utc(self, log: Log) -> None:
        in_porto_alegre = datetime(2025, 3, 10, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=-3)))
        await log.record(make_exchange(question=make_question(asked_at=in_porto_alegre)))
        exchange = await log.find("exchange-1")
        assert exchange is not None
        assert exchange.question.asked_at == datetime(2025, 3, 10, 12, 0, 0, 123456, tzinfo=UTC)
        assert exchange.question.asked_at.utcoffset() == timedelta(0)

    async def test_a_time_without_a_zone_is_refused(self, log: Log) -> None:
        with pytest.raises(ValueError, match="no time zone"):
            await log.record(make_exchange(question=make_question(asked_at=datetime(2025, 3, 10))))
        assert await log.find("exchange-1") is None

    async def test_text_no_database_can_hold_is_kept_without_its_impossible_characters(self, log: Log) -> None:
        await log.record(make_exchange(question=make_question("a\ud800b\0c 👍 d"), answer=make_answer("\udfff!")))
        exchange = await log.find("exchange-1")
        assert exchange is not None
        assert exchange.question.text == "a\ufffdb\ufffdc 👍 d"
        assert exchange.answer.text == "\ufffd!"

    async def test_hostile_text_is_only_text(self, log: Log) -> None:
        text = "'); DROP TABLE exchanges; -- %s ? :name {x} \u202e @everyone"
        await log.record(make_exchange(question=make_question(text, course=text, conversation_id=text)))
        latest = await log.latest(course=text)
        assert [exchange.question.text for exchange in latest] == [text]

    async def test_every_course_counts_its_exchanges_from_one(self, log: Log) -> None:
        numbers = [
            await log.record(make_exchange(f"{course}-{turn}", question=make_question(course=course)))
            for turn in range(3)
            for course in ("redes", "cálculo")
        ]
        assert numbers == [1, 1, 2, 2, 3, 3]

    async def test_recording_twice_changes_nothing(self, log: Log) -> None:
        first = make_exchange("one")
        assert await log.record(first) == 1
        assert await log.record(make_exchange("two")) == 2
        assert await log.record(make_exchange("one", answer=make_answer("Something else."))) == 1
        assert await log.record(make_exchange("three")) == 3
        assert await log.find("one") == as_logged(first)
        assert len(await log.latest()) == 3

    async def test_an_unknown_exchange_is_none(self, log: Log) -> None:
        assert await log.find("never") is None

    async def test_the_latest_come_first_and_no_more_than_asked_for(self, log: Log) -> None:
        for name in ("a", "b", "c", "d"):
            course = "redes" if name in "ac" else "cálculo"
            await log.record(make_exchange(name, question=make_question(course=course)))
        assert [exchange.exchange_id for exchange in await log.latest()] == ["d", "c", "b", "a"]
        assert [exchange.exchange_id for exchange in await log.latest(limit=2)] == ["d", "c"]
        assert [exchange.exchange_id for exchange in await log.latest(course="redes", limit=1)] == ["c"]
        assert await log.latest(course="unknown") == ()

    async def test_the_latest_are_whole(self, log: Log) -> None:
        kept = [make_exchange(str(count), passages=make_passages(count)) for count in range(4)]
        for exchange in kept:
            await log.record(exchange)
        assert await log.latest() == tuple(as_logged(exchange) for exchange in reversed(kept))

    async def test_all_feedback_is_kept_in_order(self, log: Log) -> None:
        await log.record(make_exchange())
        events = (
            make_feedback(thumb=Thumb.HELPFUL),
            make_feedback(thumb=Thumb.HELPFUL, given=False, seconds_later=2.5),
            make_feedback(thumb=Thumb.NOT_HELPFUL, seconds_later=3, reason="Não cita a aula.", role="instructor"),
            make_feedback(rater="other", seconds_later=-100),
        )
        for event in events:
            await log.add_feedback(event)
        assert await log.feedback("exchange-1") == events

    async def test_the_same_feedback_delivered_twice_is_one_event(self, log: Log) -> None:
        await log.record(make_exchange())
        for event in (make_feedback(), make_feedback(), make_feedback(seconds_later=1)):
            await log.add_feedback(event)
        assert await log.feedback("exchange-1") == (make_feedback(), make_feedback(seconds_later=1))

    async def test_feedback_on_an_unknown_exchange_is_refused(self, log: Log) -> None:
        with pytest.raises(LookupError, match="never"):
            await log.add_feedback(make_feedback("never"))
        assert await log.feedback("never") == ()

    async def test_two_hundred_at_once_are_neither_lost_nor_mixed(self, log: Log) -> None:
        async def ask_and_rate(turn: int) -> tuple[str, int]:
            course = ("redes", "cálculo", "estatística")[turn % 3]
            question = make_question(f"Pergunta {turn}?", course=course)
            number = await log.record(make_exchange(f"x{turn}", question=question, passages=make_passages(turn % 4)))
            await log.add_feedback(make_feedback(f"x{turn}", rater=f"rater {turn}"))
            return course, number

        numbers = await asyncio.gather(*(ask_and_rate(turn) for turn in range(200)))
        # 200 = 67 + 67 + 66: turns 0, 3, …, 198 and 1, 4, …, 199 are 67 each; 2, 5, …, 197 are 66.
        for course, count in (("redes", 67), ("cálculo", 67), ("estatística", 66)):
            assert sorted(number for name, number in numbers if name == course) == list(range(1, count + 1))
        for turn in range(200):
            exchange = await log.find(f"x{turn}")
            assert exchange is not None
            assert (exchange.question.text, len(exchange.passages)) == (f"Pergunta {turn}?", turn % 4)
            assert [event.rater for event in await log.feedback(f"x{turn}")] == [f"rater {turn}"]

    async def test_the_same_exchange_recorded_at_once_gets_one_number(self, log: Log) -> None:
        numbers = await asyncio.gather(*(log.record(make_exchange("same")) for _ in range(20)))
        assert set(numbers) == {1}
        assert await log.record(make_exchange("next")) == 2
