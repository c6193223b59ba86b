"""`lectern captions`, `segments`, `search`: for people who look inside, and for scripts."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track
from rich.table import Table
from rich.text import Text

from bot.assembly import open_catalogue
from bot.platforms.console import show_passages
from bot.platforms.rendering import one_line, time_span
from bot.terminal.output import (
    aside,
    cue_record,
    passage_record,
    print_json,
    print_json_line,
    refuse_unwritable,
    screen,
    segment_record,
)
from bot.terminal.places import DASHED_NAMES, AsJson, Course, Data, find_place, read_course
from retrieval.captions import read_captions
from retrieval.search import Query, Retriever
from retrieval.segment import SourceRefused


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("captions", rich_help_panel="Look inside", context_settings=DASHED_NAMES)(captions)
    app.command("segments", rich_help_panel="Look inside")(segments)
    app.command("search", rich_help_panel="Look inside")(search)


def captions(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A caption file of any format Lectern reads.")],
    as_json: AsJson = False,
) -> None:
    """Show the cues of a caption file as Lectern understands them, with every repair it made."""
    understood = read_captions(file)
    if as_json:
        print_json({"cues": [cue_record(cue) for cue in understood.cues], "warnings": list(understood.warnings)})
        return
    console = screen()
    for cue in understood.cues:
        console.print(Text(f"{time_span(cue.start_seconds, cue.end_seconds):>15}  {cue.text}"))
    for warning in understood.warnings:
        aside().print(Text(f"! {warning}", style="yellow"))
    console.print(f"{len(understood.cues)} cues ({understood.format})", style="dim")


def segments(
    context: typer.Context,
    course: Course,
    as_lines: Annotated[bool, typer.Option("--jsonl", help="Print one line of JSON a segment.")] = False,
    data: Data = None,
) -> None:
    """List the segments of a course, the unit that is searched for."""
    place = find_place(context, data)
    read_course(place, course)
    with open_catalogue(place.settings, data=place.data) as catalogue:
        found = catalogue.indexes.open(course).segments()
        if as_lines:
            for segment in found:
                print_json_line(segment_record(segment))
            return
        table = Table(title=course, title_justify="left")
        for name in ("id", "lecture", "time", "words"):
            table.add_column(name)
        for segment in found:
            time = time_span(segment.start_seconds, segment.end_seconds)
            words = Text(one_line(segment.text, limit=80))
            table.add_row(str(segment.corpus_id), segment.lecture.lecture_id, time, words)
        screen().print(table)


def search(
    context: typer.Context,
    course: Course,
    question: Annotated[str, typer.Argument(metavar="[QUESTION]", help="What to look for.")] = "",
    dense: Annotated[bool, typer.Option("--dense", help="By meaning alone, ranked by cosine.")] = False,
    k: Annotated[int | None, typer.Option("--k", min=1, max=1000, help="How many passages (search.k).")] = None,
    lecture: Annotated[str | None, typer.Option("--lecture", help="Keep to one lecture (its id).")] = None,
    questions: Annotated[
        Path | None, typer.Option("--questions", help='File with lines of {"qid", "text"}; needs --run.')
    ] = None,
    run: Annotated[Path | None, typer.Option("--run", help="Where to write the TREC run file.")] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Find the passages of a course for one question, or for a file of questions."""
    if (questions is None) != (run is None) or (questions is None) != bool(question):
        raise typer.BadParameter("give a QUESTION, or both --questions FILE and --run OUT")
    if run is not None:
        refuse_unwritable(run)
    place = find_place(context, data)
    read_course(place, course)
    wanted = Query(
        course=course, text=question, at=datetime.now(UTC), k=k or place.settings.search.k, lecture_id=lecture
    )
    with open_catalogue(place.settings, data=place.data, mode="dense" if dense else None) as catalogue:
        catalogue.course(course, lecture_id=lecture)
        if questions is not None and run is not None:
            asked = _read_questions(questions)
            lines = asyncio.run(_run_lines(catalogue.retriever, wanted, asked, tag=f"lectern-{catalogue.mode}"))
            run.write_text("".join(lines), encoding="utf-8")
            aside().print(f"{len(asked)} questions, {len(lines)} passages: {run}")
            return
        found = asyncio.run(catalogue.retriever.retrieve(wanted))
    if as_json:
        records = [passage_record(passage) for passage in found.passages]
        print_json({"passages": records, "answerable": found.answerable, "warnings": list(found.warnings)})
    else:
        show_passages(screen(), question, found.passages, answerable=found.answerable, warnings=found.warnings)


def _read_questions(path: Path) -> list[tuple[str, str]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceRefused(
            f"{path} cannot be read: {error}.", fix='Give a UTF-8 file of lines {"qid", "text"}.'
        ) from error
    return [_question(line, place=f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]


def _question(line: str, *, place: str) -> tuple[str, str]:
    try:
        record = json.loads(line)
        qid, text = str(record["qid"]), str(record["text"])
    except (ValueError, KeyError, TypeError) as error:
        raise SourceRefused(
            f"{place} is not a question.", fix='Every line is {"qid": "...", "text": "..."}.'
        ) from error
    if not qid or any(character.isspace() for character in qid):
        raise SourceRefused(f"{place}: qid {qid!r} is empty or has a space, which a run file cannot hold.")
    return qid, text


async def _run_lines(retriever: Retriever, wanted: Query, questions: list[tuple[str, str]], *, tag: str) -> list[str]:
    """Make `qid Q0 corpus_id rank score tag` of every passage; scores fall with rank, as evaluators expect."""
    lines = []
    for qid, text in track(questions, description="searching", console=aside()):
        found = await retriever.retrieve(replace(wanted, text=text))
        lines += [
            f"{qid} Q0 {passage.segment.corpus_id} {passage.rank} {passage.fused_score:.8f} {tag}\n"
            for passage in found.passages
        ]
    return lines
