"""`lectern ingest`, `courses`, `index verify`, `index rebuild`: what the assistant has watched."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.assembly import embedder_of
from bot.platforms.rendering import counted, one_line, printable
from bot.terminal.output import aside, print_json, screen
from bot.terminal.places import DASHED_NAMES, AsJson, Course, Data, Place, find_place
from bot.terminal.progress import watch_ingest
from retrieval.course_records.courses import ListedCourse, list_courses
from retrieval.course_records.ingest_report import Change, IngestReport
from retrieval.ingest import ingest_course
from retrieval.rebuild import rebuild_course
from retrieval.verify import verify_course


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("ingest", rich_help_panel="Lectures", context_settings=DASHED_NAMES)(ingest)
    app.command("courses", rich_help_panel="Lectures")(courses)
    index = typer.Typer(help="Verify or rebuild a course's index.", no_args_is_help=True)
    index.command("verify")(verify)
    index.command("rebuild")(rebuild)
    app.add_typer(index, name="index", rich_help_panel="Lectures")


def ingest(
    context: typer.Context,
    course: Course,
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A folder with course.toml or caption files, or one such file.")
    ],
    remove_missing: Annotated[
        bool, typer.Option("--remove-missing", help="Remove lectures that the source no longer has.")
    ] = False,
    data: Data = None,
) -> None:
    """Watch lectures: captions become segments that can be searched. Stopped, it goes on where it was next time."""
    report = ingest_with_progress(find_place(context, data), course, path, remove_missing=remove_missing)
    if not report.is_complete:
        raise typer.Exit(1)


def ingest_with_progress(place: Place, course: str, path: Path, *, remove_missing: bool = False) -> IngestReport:
    """Ingest under a progress bar, then print what was done."""
    embedder = embedder_of(place.settings)
    with watch_ingest(aside()) as progress:
        report = ingest_course(
            path,
            data=place.data,
            course=course,
            embedder=embedder,
            windows=place.settings.windows,
            progress=progress,
            remove_missing=remove_missing,
        )
    show_report(screen(), report)
    return report


def courses(context: typer.Context, as_json: AsJson = False, data: Data = None) -> None:
    """List the courses with their lectures."""
    place = find_place(context, data)
    found = list_courses(place.data)
    if as_json:
        print_json([_course_record(listed) for listed in found])
    elif not found:
        screen().print(f"No course in {place.data} yet. Run: lectern ingest COURSE PATH")
    else:
        _draw_courses(screen(), found)


def verify(context: typer.Context, course: Course, data: Data = None) -> None:
    """Compare every row of a course's index, and the kept captions, with the manifest."""
    report = verify_course(course, data=find_place(context, data).data)
    console = screen()
    if report.is_sound:
        what = f"{counted(report.lectures, 'lecture')}, {counted(report.segments, 'segment')}"
        console.print(f"{course}: {what}, all as they should be.")
        return
    for fault in report.faults:
        console.print(Text(f"✗ {fault.sentence}", style="red"))
    console.print(report.fix)
    raise typer.Exit(1)


def rebuild(context: typer.Context, course: Course, data: Data = None) -> None:
    """Make a course's index anew from the kept captions, with the embedder of the settings; the old one serves on."""
    place = find_place(context, data)
    embedder = embedder_of(place.settings)
    with watch_ingest(aside()) as progress:
        report = rebuild_course(
            course, data=place.data, embedder=embedder, windows=place.settings.windows, progress=progress
        )
    show_report(screen(), report)
    if not report.is_complete:
        raise typer.Exit(1)


def show_report(console: Console, report: IngestReport) -> None:
    """Say what an ingest or a rebuild did: totals, then warnings, then what failed and why."""
    kinds = [(change, len(report.having(change))) for change in Change]
    done = ", ".join(f"{count} {change.value}" for change, count in kinds if count) or "nothing"
    console.print(Text(printable(report.title), style="bold"))
    console.print(
        f"  lectures  {done}\n  cues      {report.cues}\n"
        f"  segments  {report.segments} ({report.embedded} embedded, {report.tokens} tokens)\n"
        f"  time      {report.seconds:.1f} s"
    )
    for warning in report.warnings:
        console.print(Text(f"! {printable(warning)}", style="yellow"))
    for result in report.results:
        for warning in result.warnings:
            console.print(Text(f"! {printable(result.lecture.title)}: {printable(warning)}", style="yellow"))
    for result in report.failures:
        console.print(Text(f"✗ {printable(result.lecture.title)}: {printable(result.failure)}", style="red"))


def _draw_courses(console: Console, found: tuple[ListedCourse, ...]) -> None:
    for listed in found:
        if listed.manifest is None:
            console.print(Text(f"{listed.course}: {listed.fault}", style="red"))
            continue
        table = Table(title=f"{listed.course} · {one_line(listed.manifest.title, limit=80)}", title_justify="left")
        for name in ("lecture", "title", "date", "segments", "opens at"):
            table.add_column(name)
        for record in listed.manifest.lectures:
            day = record.lecture.date.isoformat() if record.lecture.date else "–"
            segments = f"{len(record.segments)}{' (newer captions failed)' if record.failure else ''}"
            title = one_line(record.lecture.title, limit=80)
            table.add_row(record.lecture.lecture_id, title, day, segments, record.lecture.url or "–")
        console.print(table)


def _course_record(listed: ListedCourse) -> dict[str, object]:
    if listed.manifest is None:
        return {"course": listed.course, "fault": listed.fault}
    return {
        "course": listed.course,
        "title": listed.manifest.title,
        "language": listed.manifest.language,
        "embedder": listed.manifest.embedder,
        "lectures": [
            {
                "lecture": record.lecture.lecture_id,
                "title": record.lecture.title,
                "url": record.lecture.url,
                "segments": len(record.segments),
                "failure": record.failure or None,
            }
            for record in listed.manifest.lectures
        ],
    }
