"""The progress bar of an ingest: lectures weighed by their captions, with rate and time left."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bot.platforms.rendering import counted, one_line, printable
from retrieval.course_records.ingest_report import Change, LectureResult, PlannedLecture


@contextmanager
def watch_ingest(console: Console) -> Iterator["IngestBar"]:
    """Draw while an ingest runs; on a pipe, one line a lecture instead."""
    columns = (
        TextColumn("{task.description}", style="bold", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[detail]}", style="dim", markup=False),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield IngestBar(progress, console)


class IngestBar:
    """Watches an ingest or a rebuild and moves the bar."""

    def __init__(self, progress: Progress, console: Console) -> None:
        self._progress = progress
        self._console = console
        self._task: TaskID | None = None
        self._done_bytes = 0.0
        self._segments = 0
        self._lectures = 0

    def planned(self, lectures: Sequence[PlannedLecture]) -> None:
        """Size the bar by the captions that are to be embedded."""
        self._lectures = len(lectures)
        total = sum(lecture.caption_bytes for lecture in lectures) or 1
        self._task = self._progress.add_task("ingesting", total=total, detail="")

    def lecture_started(self, planned: PlannedLecture) -> None:
        """Name the lecture."""
        self._show(planned.lecture.title, within=0.0, planned=planned)

    def segments_embedded(self, planned: PlannedLecture, *, done: int, total: int) -> None:
        """Move by the part of the lecture that has vectors."""
        self._show(planned.lecture.title, within=done / max(1, total), planned=planned, extra=done)

    def lecture_finished(self, planned: PlannedLecture, result: LectureResult) -> None:
        """Count the lecture as done, and say so where there is no bar."""
        self._segments += result.embedded
        self._show(planned.lecture.title, within=1.0, planned=planned)
        self._done_bytes += planned.caption_bytes
        if not self._console.is_terminal and result.change is not Change.UNCHANGED:
            title = printable(result.lecture.title)
            self._console.print(f"{result.change.value}: {title} ({counted(result.segments, 'segment')})")

    def _show(self, title: str, *, within: float, planned: PlannedLecture, extra: int = 0) -> None:
        if self._task is None:
            return
        task = self._progress.tasks[0]
        segments = self._segments + extra
        rate = f"{segments / task.elapsed:.1f} segments/s" if task.elapsed and segments else ""
        completed = self._done_bytes + within * planned.caption_bytes
        self._progress.update(self._task, description=one_line(title, limit=48), completed=completed, detail=rate)
