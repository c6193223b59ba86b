"""The text a person watches being written: shown as it grows, at a pace that eyes and platforms can follow."""

import math
from collections.abc import Callable

from bot.endpoint.reply import Reply
from bot.llm import OnText

# Nobody reads more than ten states of a text a second, and each state costs a cleaning and a redraw of all of it.
SHOW_EVERY_SECONDS = 0.1


class ShownText:
    """Passes the text of one question on to `on_text`; `monotonic` returns seconds that never go back.

    The pace holds over all requests of the question, so that endpoints that break off at once do not flicker.
    """

    def __init__(self, on_text: OnText | None, *, monotonic: Callable[[], float]) -> None:
        self._on_text = on_text
        self._monotonic = monotonic
        self._due_at = -math.inf
        self._text = ""

    def show(self, reply: Reply) -> None:
        """Show the text so far, if that is due; the first text is due at once."""
        if self._on_text is None or (now := self._monotonic()) < self._due_at:
            return
        # Looking counts, too: thinking that is cut away again would otherwise be gone through at every chunk.
        self._due_at = now + SHOW_EVERY_SECONDS
        self._pass_on(reply.text)

    def show_whole(self, text: str) -> None:
        """Show the complete text, due or not."""
        self._pass_on(text)

    def _pass_on(self, text: str) -> None:
        if self._on_text is not None and text and text != self._text:
            self._text = text
            self._on_text(text)
