"""The circuit breaker, on a clock set by hand."""

from bot.endpoint.breaker import CircuitBreaker


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def breaker_and_clock() -> tuple[CircuitBreaker, Clock]:
    clock = Clock()
    return CircuitBreaker(clock=clock), clock


def fail(breaker: CircuitBreaker, *, times: int) -> None:
    for _ in range(times):
        assert breaker.admits()
        breaker.failed()


def test_four_failures_leave_it_closed_and_the_fifth_opens_it() -> None:
    breaker, _ = breaker_and_clock()
    fail(breaker, times=4)
    assert breaker.admits()
    breaker.failed()
    assert breaker.is_open
    assert not breaker.admits()


def test_failures_spread_over_more_than_the_window_leave_it_closed() -> None:
    breaker, clock = breaker_and_clock()
    # At 0, 8, 16, 24 and 32 s: no five of them lie within 30 s.
    for _ in range(10):
        fail(breaker, times=1)
        clock.seconds += 8
    assert not breaker.is_open


def test_failures_just_within_the_window_open_it() -> None:
    breaker, clock = breaker_and_clock()
    # At 0, 7.5, 15, 22.5 and 30 s: exactly the window.
    for _ in range(5):
        fail(breaker, times=1)
        clock.seconds += 7.5
    assert breaker.is_open


def test_a_success_forgets_earlier_failures() -> None:
    breaker, _ = breaker_and_clock()
    fail(breaker, times=4)
    breaker.succeeded()
    fail(breaker, times=4)
    assert not breaker.is_open


def test_half_open_lets_exactly_one_probe_through() -> None:
    breaker, clock = breaker_and_clock()
    fail(breaker, times=5)
    clock.seconds += 29.9
    assert not breaker.admits()
    clock.seconds += 0.1
    assert [breaker.admits() for _ in range(3)] == [True, False, False]


def test_a_probe_that_succeeds_closes_it() -> None:
    breaker, clock = breaker_and_clock()
    fail(breaker, times=5)
    clock.seconds += 30
    assert breaker.admits()
    breaker.succeeded()
    assert not breaker.is_open
    fail(breaker, times=4)
    assert not breaker.is_open


def test_a_probe_that_fails_opens_it_for_another_time() -> None:
    breaker, clock = breaker_and_clock()
    fail(breaker, times=5)
    clock.seconds += 30
    fail(breaker, times=1)
    clock.seconds += 29.9
    assert not breaker.admits()
    clock.seconds += 0.1
    assert breaker.admits()


def test_an_abandoned_probe_gives_its_place_back() -> None:
    breaker, clock = breaker_and_clock()
    fail(breaker, times=5)
    clock.seconds += 30
    assert breaker.admits()
    breaker.abandoned()
    assert breaker.admits()


def test_late_results_of_earlier_requests_neither_close_nor_prolong_an_open_breaker() -> None:
    breaker, clock = breaker_and_clock()
    fail(breaker, times=5)
    clock.seconds += 20
    breaker.failed()
    breaker.succeeded()
    assert breaker.is_open
    clock.seconds += 10
    assert breaker.admits()
