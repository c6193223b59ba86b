"""How long the stages of one question took, on a clock that is handed in."""

from collections.abc import Callable

from bot.exchange import Timings
from bot.llm import OnText


class Stopwatch:
    """Measures one question; started when made. `monotonic` returns seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._start = self._lap = monotonic()
        self._stages: dict[str, float] = {}
        self._first_text: float | None = None

    def finish(self, stage: str) -> None:
        """End a stage; what ran since the previous stage counts for it."""
        now = self._monotonic()
        self._stages[stage] = self._stages.get(stage, 0.0) + (now - self._lap) * 1000
        self._lap = now

    def noting_first_text(self, on_text: OnText | None) -> OnText:
        """Wrap a listener so that the first text it hears is timed; None hears nothing but is timed too."""

        def heard(text: str) -> None:
            if self._first_text is None and text:
                self._first_text = (self._monotonic() - self._start) * 1000
            if on_text is not None:
                on_text(text)

        return heard

    def timings(self) -> Timings:
        """Return milliseconds by stage; a stage that was not reached took 0."""
        return Timings(
            rewrite=self._stages.get("rewrite", 0.0),
            retrieve=self._stages.get("retrieve", 0.0),
            answer=self._stages.get("answer", 0.0),
            total=(self._monotonic() - self._start) * 1000,
            first_text=self._first_text,
        )
