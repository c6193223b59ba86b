"""Where lectures come from: a folder with a course.toml, a bare folder of captions, or a single one of these files."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from retrieval.course_records.course_folder import naming_the_folder
from retrieval.course_records.whole_file import replace_file
from retrieval.course_sources.bare_folder import draft_course, draft_lecture, list_captions
from retrieval.course_sources.caption_names import is_caption_name
from retrieval.course_sources.course_file import COURSE_FILE, CourseSource, LectureSource, read_course_file
from retrieval.course_sources.course_file_text import render_course, render_lecture
from retrieval.course_sources.file_kinds import name_other_kind
from retrieval.course_sources.recordings import name_recording
from retrieval.segment import SourceRefused


def read_source(path: Path, *, kept_folder: Path) -> CourseSource:
    """Read what an instructor names as the source of a course.

    A bare folder gets a course.toml; where the folder cannot be written to, the file is kept in `kept_folder`, which is
    Lectern's own folder of the course, and read from there the next time. Captions that a course file does not list are
    named in a warning, with the block to paste, and are not used.

    Raises:
        SourceRefused: nothing usable is there; names every fault at once.
    """
    try:
        return _read(path, kept_folder=kept_folder)
    except OSError as error:
        raise SourceRefused(
            f"{error.filename or path} cannot be read: {error.strerror or error}.", fix="Check the path and its rights."
        ) from error


def _read(path: Path, *, kept_folder: Path) -> CourseSource:
    if path.is_dir():
        return _read_folder(path, kept_folder=kept_folder)
    if kind := name_other_kind(path):
        raise SourceRefused(f"{path} is {kind}.", fix="Name a folder with captions, a course.toml or a caption file.")
    if not path.exists():
        raise SourceRefused(f"There is no {path}.", fix="Name a folder with captions, a course.toml or a caption file.")
    if path.suffix.lower() == ".toml":
        return _with_unlisted(read_course_file(path))
    if is_caption_name(path.name):
        return _read_single(path)
    raise SourceRefused(
        f"{path} is neither a folder nor a course.toml nor a caption file.",
        fix="Captions are .vtt, .srt, .sbv, .json3 and Whisper's .json.",
    )


def _read_folder(folder: Path, *, kept_folder: Path) -> CourseSource:
    own, kept = folder / COURSE_FILE, kept_folder / COURSE_FILE
    if own.exists():
        return _with_unlisted(read_course_file(own))
    if kept.exists():
        course = read_course_file(kept, may_name_folder=True)
        if course.captions_folder.resolve() == folder.resolve():
            return _with_unlisted(course)
    return _write_draft(draft_course(folder), own, kept)


def _write_draft(course: CourseSource, own: Path, kept: Path) -> CourseSource:
    """Write the draft into the instructor's folder, or keep it where that cannot be written to."""
    try:
        replace_file(own, render_course(course, names_folder=False).encode())
        place = own
    except OSError:
        with naming_the_folder(kept.parent):
            replace_file(kept, render_course(course, names_folder=True).encode())
        place = kept
    note = f"There was no course file, so {place} was written: correct titles and urls there, then ingest again."
    return replace(course, course_file=place, warnings=(note, *course.warnings))


def _read_single(path: Path) -> CourseSource:
    """One caption file adds or renews one lecture; a course file beside it has the say about its details."""
    course_file = path.parent / COURSE_FILE
    if not course_file.exists():
        lecture = draft_lecture(path)
        return CourseSource(
            title=None, language=lecture.lecture.language, lectures=(lecture,), captions_folder=path.parent
        )
    course = read_course_file(course_file)
    listed = tuple(lecture for lecture in course.lectures if lecture.captions.samefile(path))
    if not listed:
        block = render_lecture(draft_lecture(path), course=course)
        raise SourceRefused(f"{path} is not listed in {course_file}.", fix=f"Add this block to it:\n\n{block}")
    return replace(course, title=None, lectures=listed, course_file=None)


def _with_unlisted(course: CourseSource) -> CourseSource:
    unlisted = "\n".join(render_lecture(lecture, course=course) for lecture in _unlisted(course))
    if not unlisted:
        return course
    note = f"Some captions are not listed in {course.course_file} and were not used. To use them, add:\n\n{unlisted}"
    return replace(course, warnings=(*course.warnings, note))


def _unlisted(course: CourseSource) -> Iterator[LectureSource]:
    """Captions beside listed ones; another file of a listed recording is a choice already made."""
    listed = {lecture.captions.resolve() for lecture in course.lectures}
    recordings = {(lecture.captions.parent.resolve(), name_recording(lecture.captions)) for lecture in course.lectures}
    for folder in sorted({course.captions_folder.resolve(), *(path.parent for path in listed)}):
        for path in list_captions(folder):
            if path.resolve() not in listed and (folder, name_recording(path)) not in recordings:
                yield draft_lecture(path)
