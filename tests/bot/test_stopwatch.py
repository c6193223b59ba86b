"""Timings by stage, on a clock that the test turns."""

from collections.abc import Callable

import pytest

from bot.stopwatch import Stopwatch


def clock_at(*seconds: float) -> Callable[[], float]:
    times = iter(seconds)
    return lambda: next(times)


def test_each_stage_is_timed_by_itself() -> None:
    # Started at 10.0; rewrite from 10.1 to 10.2 (100 ms), answer from 10.4 to 11.4 (1000 ms), read at 11.5.
    watch = Stopwatch(clock_at(10.0, 10.1, 10.2, 10.4, 11.4, 11.5))
    with watch.stage("rewrite"):
        pass
    with watch.stage("answer"):
        pass
    timings = watch.timings()
    assert (round(timings.rewrite or 0), round(timings.answer or 0), round(timings.total)) == (100, 1000, 1500)
    assert timings.retrieve is None
    assert timings.first_text is None


def test_a_stage_that_ends_in_an_error_is_timed_too() -> None:
    watch = Stopwatch(clock_at(0.0, 1.0, 3.0, 4.0))
    with pytest.raises(RuntimeError), watch.stage("retrieve"):
        raise RuntimeError
    assert watch.timings().retrieve == 2000.0


def test_the_first_text_is_timed_once_and_passed_on() -> None:
    heard: list[str] = []
    watch = Stopwatch(clock_at(0.0, 2.0, 3.0))
    listener = watch.noting_first_text(heard.append)
    listener("")
    listener("Sim")
    listener("Sim, pois")
    assert heard == ["", "Sim", "Sim, pois"]
    assert watch.timings().first_text == 2000.0
