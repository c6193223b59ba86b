"""Timings by stage, on a clock that the test turns."""

from collections.abc import Callable

from bot.stopwatch import Stopwatch


def clock_at(*seconds: float) -> Callable[[], float]:
    times = iter(seconds)
    return lambda: next(times)


def test_each_stage_gets_the_time_since_the_previous_one() -> None:
    # Started at 10.0; rewrite ends at 10.1 (100 ms), retrieve at 10.4 (300 ms), answer at 11.4 (1000 ms), read at 11.5.
    watch = Stopwatch(clock_at(10.0, 10.1, 10.4, 11.4, 11.5))
    for stage in ("rewrite", "retrieve", "answer"):
        watch.finish(stage)
    timings = watch.timings()
    assert [round(stage) for stage in (timings.rewrite, timings.retrieve, timings.answer)] == [100, 300, 1000]
    assert round(timings.total) == 1500
    assert timings.first_text is None


def test_the_first_text_is_timed_once_and_passed_on() -> None:
    heard: list[str] = []
    watch = Stopwatch(clock_at(0.0, 2.0, 3.0))
    listener = watch.noting_first_text(heard.append)
    listener("")
    listener("Sim")
    listener("Sim, pois")
    assert heard == ["", "Sim", "Sim, pois"]
    assert watch.timings().first_text == 2000.0


def test_a_stage_that_was_not_reached_took_no_time() -> None:
    assert Stopwatch(clock_at(0.0, 1.0)).timings().retrieve == 0.0
