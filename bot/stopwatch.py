"""How long the stages of one question took, on a clock that is handed in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.exchange import Timings
from bot.llm import OnText


class Stopwatch:
    """Measures one question; started when made. `monotonic` returns seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._start = monotonic()
        self._stages: dict[str, float] = {}
        self._first_text: float | None = None

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage, also one that ends in an error."""
        began = self._monotonic()
        try:
            yield
        finally:
            self._stages[name] = (self._monotonic() - began) * 1000

    def noting_first_text(self, on_text: OnText | None) -> OnText:
        """Wrap a listener so that the first text it hears is timed; None hears nothing but is timed too."""

        def heard(text: str) -> None:
            if self._first_text is None and text:
                self._first_text = (self._monotonic() - self._start) * 1000
            if on_text is not None:
                on_text(text)

        return heard

    def timings(self) -> Timings:
        """Return milliseconds by stage; None for a stage that was not reached."""
        return Timings(
            rewrite=self._stages.get("rewrite"),
            retrieve=self._stages.get("retrieve"),
            answer=self._stages.get("answer"),
            total=(self._monotonic() - self._start) * 1000,
            first_text=self._first_text,
        )
