"""The console platform: answers with clickable sources, passages and the log, drawn for a terminal or a pipe."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.exchange import Citation, Exchange, Feedback, Outcome
from bot.feedback import count_thumbs
from bot.platforms.rendering import clock, has_own_words, one_line, printable, source_heading, time_span, why_found
from retrieval.segment import Passage

PLATFORM = "console"
OUTCOME_STYLES = {
    Outcome.ANSWERED: "green",
    Outcome.DEGRADED: "yellow",
    Outcome.NOT_IN_LECTURES: "cyan",
    Outcome.FAILED: "red",
}


def show_answer(console: Console, exchange: Exchange) -> None:
    """Draw an answer in a frame coloured by its outcome, its sources below it."""
    answer = exchange.answer
    style = OUTCOME_STYLES[answer.outcome]
    parts: list[RenderableType] = [Text(printable(answer.text))]
    for citation in answer.citations:
        parts += [Text(), _source(citation, answer.text)]
    title = f"Lectern · {answer.outcome.value.replace('_', ' ')} · {exchange.timings.total / 1000:.1f} s"
    console.print(Panel(Group(*parts), title=title, title_align="left", border_style=style, padding=(0, 1)))


def save_picture(exchange: Exchange, path: Path) -> None:
    """Save an answer with its question as an SVG picture, as the terminal draws it; it loads nothing from elsewhere."""
    console = Console(record=True, width=100, file=StringIO(), force_terminal=True, highlight=False)
    console.print(Text(f"❯ {printable(exchange.question.text)}", style="bold"))
    show_answer(console, exchange)
    svg = console.export_svg(title="lectern ask")
    path.write_text(re.sub(r"@font-face\s*{[^}]*}", "", svg), encoding="utf-8")


@contextmanager
def answer_being_written(console: Console) -> Iterator[Callable[[str], None]]:
    """Show the text so far while the model writes; the finished answer replaces it."""
    if not console.is_terminal:
        yield lambda _: None
        return
    waiting = Text("looking through the lectures …", style="dim")
    with Live(waiting, console=console, transient=True, refresh_per_second=8) as live:
        yield lambda text: live.update(Text(printable(text)))


def show_passages(
    console: Console, question: str, passages: Sequence[Passage], *, answerable: float | None, warnings: Sequence[str]
) -> None:
    """Draw what was found for a question, and why; `answerable` is None where nothing was searched."""
    table = Table(title=Text(f"Passages for: {one_line(question, limit=200)}"), title_justify="left")
    for name in ("#", "id", "cosine", "found by", "lecture", "time", "words"):
        table.add_column(name, justify="right" if name in ("#", "id", "cosine") else "left", overflow="fold")
    for passage in passages:
        segment = passage.segment
        table.add_row(
            str(passage.rank),
            str(segment.corpus_id),
            "–" if passage.score is None else f"{passage.score:.4f}",
            why_found(passage),
            Text(printable(segment.lecture.title)),
            time_span(segment.start_seconds, segment.end_seconds),
            Text(one_line(segment.text, limit=90)),
        )
    console.print(table)
    if answerable is not None:
        console.print(f"Evidence that the lectures answer this: {answerable:.2f} of 1")
    for warning in warnings:
        console.print(Text(f"! {printable(warning)}", style="yellow"))


def show_log(console: Console, exchanges: Sequence[Exchange], feedback: Sequence[Sequence[Feedback]]) -> None:
    """Draw exchanges as a table, newest first, with the thumbs that count."""
    has_several_courses = len({exchange.question.course for exchange in exchanges}) > 1
    table = Table(title="Latest exchanges", title_justify="left", show_edge=False, pad_edge=False)
    for name in ("asked", "outcome", "s", "thumbs"):
        table.add_column(name, no_wrap=True)
    table.add_column("question", ratio=3)
    table.add_column("sources", ratio=2)
    for exchange, events in zip(exchanges, feedback, strict=True):
        outcome = exchange.answer.outcome
        course = f"{exchange.question.course}: " if has_several_courses else ""
        table.add_row(
            exchange.question.asked_at.astimezone().strftime("%m-%d %H:%M"),
            Text(outcome.value.replace("_", " "), style=OUTCOME_STYLES[outcome]),
            f"{exchange.timings.total / 1000:.1f}",
            _thumbs(events) or "–",
            Text(course + one_line(exchange.question.text, limit=80)),
            Text(", ".join(f"{each.lecture_id} {clock(each.second)}" for each in exchange.answer.citations) or "–"),
        )
    console.print(table)


def _thumbs(events: Sequence[Feedback]) -> str:
    count = count_thumbs(events)
    marks = (("👍", count.helpful), ("👎", count.not_helpful))
    return " ".join(f"{mark}{number}" for mark, number in marks if number)


def _source(citation: Citation, answer_text: str) -> RenderableType:
    lines: list[RenderableType] = [Text(printable(source_heading(citation)), style="bold")]
    if citation.quote and not has_own_words(citation, answer_text):
        lines.append(Padding(Text(f"“{printable(citation.quote)}”", style="italic"), (0, 0, 0, 4)))
    if citation.link:
        link = Text(citation.link, style=f"blue underline link {citation.link}", overflow="fold")
        lines.append(Padding(link, (0, 0, 0, 4)))
    return Group(*lines)
