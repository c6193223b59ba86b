"""A text is shown at a pace, on a clock set by hand."""

from bot.endpoint.reply import Chunk, Reply
from bot.endpoint.shown_text import ShownText


class Watched:
    """A reply being written, and what of it was shown."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.seen: list[str] = []
        self._reply = Reply()
        self.shown = ShownText(self.seen.append, monotonic=lambda: self.seconds)

    def write(self, text: str) -> None:
        self._reply.add(Chunk.model_validate({"choices": [{"delta": {"content": text}}]}))
        self.shown.show(self._reply)


def test_a_thousand_chunks_in_a_second_are_shown_about_ten_times() -> None:
    watched = Watched()
    for _ in range(1_000):
        watched.write("a")
        watched.seconds += 0.001
    # The first chunk at 0 s, then at each tenth of a second; sums of 0.001 may reach a tenth one chunk late.
    assert 9 <= len(watched.seen) <= 10
    assert watched.seen[0] == "a"


def test_chunks_further_apart_are_all_shown_at_once() -> None:
    watched = Watched()
    for letter in "abc":
        watched.write(letter)
        watched.seconds += 0.2
    assert watched.seen == ["a", "ab", "abc"]


def test_the_complete_text_is_shown_though_not_due_and_not_twice() -> None:
    watched = Watched()
    watched.write("a")
    watched.write("b")
    watched.shown.show_whole("ab")
    watched.shown.show_whole("ab")
    assert watched.seen == ["a", "ab"]


def test_nothing_is_shown_of_thinking() -> None:
    watched = Watched()
    for part in ("<think>", "hm", "</think>", "Yes"):
        watched.write(part)
        watched.seconds += 0.2
    assert watched.seen == ["Yes"]


def test_a_text_nobody_watches_is_not_shown() -> None:
    shown = ShownText(None, monotonic=lambda: 0.0)
    shown.show(Reply())
    shown.show_whole("a")
