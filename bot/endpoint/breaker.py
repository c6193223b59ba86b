"""The circuit breaker: after repeated failures it spares an endpoint, and the people waiting on it, for a while."""

from collections import deque
from collections.abc import Callable


class CircuitBreaker:
    """Counts failed requests of one endpoint; shared by all questions of the process.

    Closed, it lets every request through. `failures_to_open` failures within `window_seconds` open it for
    `open_seconds`; then one request may probe the endpoint, whose success closes the breaker and whose failure opens
    it again. Every admitted request must be followed by exactly one of `succeeded`, `failed` and `abandoned`.
    `clock` returns seconds that never go back. After M. Nygard, Release It! (2007), chapter 5.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        failures_to_open: int = 5,
        window_seconds: float = 30.0,
        open_seconds: float = 30.0,
    ) -> None:
        self._clock = clock
        self._failures_to_open = failures_to_open
        self._window_seconds = window_seconds
        self._open_seconds = open_seconds
        self._failed_at: deque[float] = deque(maxlen=failures_to_open)
        self._opened_at: float | None = None
        self._is_probing = False

    @property
    def is_open(self) -> bool:
        """Whether requests are refused, but for the probe that becomes due."""
        return self._opened_at is not None

    def admits(self) -> bool:
        """Say whether a request may be sent now; a True takes the place of the probe where one is due."""
        if self._opened_at is None:
            return True
        if self._is_probing or self._clock() - self._opened_at < self._open_seconds:
            return False
        self._is_probing = True
        return True

    def succeeded(self) -> None:
        """Note that the endpoint answered. A success closes the breaker unless it was asked before the opening."""
        if self._opened_at is None or self._is_probing:
            self._failed_at.clear()
            self._opened_at = None
            self._is_probing = False

    def failed(self) -> None:
        """Note that the endpoint failed. Failures of requests sent before the opening do not prolong it."""
        now = self._clock()
        if self._is_probing:
            self._open(now)
        elif self._opened_at is None:
            self._failed_at.append(now)
            if len(self._failed_at) == self._failures_to_open and now - self._failed_at[0] <= self._window_seconds:
                self._open(now)

    def abandoned(self) -> None:
        """Note that a request ended without saying anything about the endpoint, as when its asker went away."""
        self._is_probing = False

    def _open(self, now: float) -> None:
        self._opened_at = now
        self._is_probing = False
        self._failed_at.clear()
