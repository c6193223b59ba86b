"""How answers, sources and passages read, before any platform's own markup; pure."""

from bot.exchange import Citation
from bot.sanitising import shortened
from retrieval.segment import Passage


def clock(seconds: float) -> str:
    """Write a time as people say it: 4:05, or 1:02:03 from an hour on. Fractions are cut, as in links."""
    whole = max(0, int(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def time_span(start_seconds: float, end_seconds: float) -> str:
    """Write a stretch of a recording: 4:05–4:31."""
    return f"{clock(start_seconds)}–{clock(end_seconds)}"


def source_heading(citation: Citation) -> str:
    """Name a source in one line: [1] lecture title · 4:05–4:31."""
    return f"[{citation.number}] {citation.lecture_title} · {time_span(citation.second, citation.until_second)}"


def has_own_words(citation: Citation, text: str) -> bool:
    """Whether the answer's text already shows this citation's quote, so that the sources need not repeat it."""
    return citation.quote in text


def counted(number: int, noun: str) -> str:
    """Write a number of things: 1 lecture, 2 lectures."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def why_found(passage: Passage) -> str:
    """Say why a passage was found: its ranks by meaning and by words."""
    ranks = (("meaning", passage.rank_by_meaning), ("words", passage.rank_by_words))
    return ", ".join(f"{name} {'–' if rank is None else f'#{rank}'}" for name, rank in ranks)


def printable(text: str) -> str:
    """Make other people's text safe to write to a terminal: no escapes, no hidden or direction-changing characters."""
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)


def one_line(text: str, *, limit: int) -> str:
    """Make a text printable on one line of at most `limit` characters, cut at a word with an ellipsis."""
    return shortened(" ".join(printable(text).split()), limit)
