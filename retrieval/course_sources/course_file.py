"""The course file, course.toml: the nouns it becomes, and its check against the folder it lies in."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from retrieval.course_sources.caption_names import parse_caption_name
from retrieval.course_sources.course_schema import CourseFaults, CourseTable, LectureTable, name_place, parse_course
from retrieval.course_sources.file_kinds import name_other_kind
from retrieval.segment import Lecture, SourceRefused

COURSE_FILE = "course.toml"
# A course file holds some hundred bytes a lecture: more than this is another file.
_MOST_BYTES = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LectureSource:
    """A lecture and the caption file that is its truth."""

    lecture: Lecture
    captions: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseSource:
    """What an instructor gave: a course and its lectures in teaching order.

    `title` is None where the source is one caption file of no course file; `captions_folder` is where paths start;
    `warnings` are sentences for the instructor.
    """

    title: str | None
    language: str
    lectures: tuple[LectureSource, ...]
    captions_folder: Path
    course_file: Path | None = None
    warnings: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether the source is the whole course, so that a lecture it does not have is gone."""
        return self.title is not None


def read_course_file(path: Path, *, may_name_folder: bool = False) -> CourseSource:
    """Read and check a course file.

    Captions lie in the file's folder or below. Only a file that Lectern keeps itself (`may_name_folder`) names another
    `folder`, so that no course file leads elsewhere on the machine.

    Raises:
        SourceRefused: names every fault at once, with lecture, key and fix.
    """
    table = _parse(path, may_name_folder=may_name_folder)
    folder = Path(getattr(table, "folder", path.parent))
    found = [_find_captions(folder, entry.captions) for entry in table.lectures]
    faults = [*_faults_of_files(table, found, folder=folder), *_faults_of_doubles(table, found)]
    if faults:
        raise _refusal(path, faults)
    lectures = tuple(
        LectureSource(lecture=_lecture(entry, language=table.language), captions=captions)
        for entry, captions in zip(table.lectures, found, strict=True)
        if captions is not None
    )
    return CourseSource(
        title=table.title,
        language=table.language,
        lectures=lectures,
        captions_folder=folder,
        course_file=path,
        warnings=warn_of_missing_urls(lectures),
    )


def warn_of_missing_urls(lectures: Iterable[LectureSource]) -> tuple[str, ...]:
    """One sentence for the lectures whose answers cannot be linked; nothing where all have a URL."""
    titles = [source.lecture.title for source in lectures if not source.lecture.url]
    if not titles:
        return ()
    return (f"No url is known for {_listed(titles)}: answers give the time in words, without a link.",)


def lies_inside(folder: Path, file: Path) -> bool:
    """Whether a file lies in a folder or below it, links followed."""
    return file.resolve().is_relative_to(folder.resolve())


def slug(text: str) -> str:
    """Small letters, digits and dashes, at most 60 of them: `Função [2]` becomes `funcao-2`; may be empty."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:60].strip("-")


def default_lecture_id(captions: str) -> str:
    """The id of a lecture that names none: the video's in the caption file's name, else that name itself.

    Neither the title nor the url: whoever mends those must not get a second lecture.
    """
    name = parse_caption_name(PurePosixPath(captions).name)
    return name.video_id or slug(name.title) or name.title


def _parse(path: Path, *, may_name_folder: bool) -> CourseTable:
    try:
        if kind := name_other_kind(path):
            raise SourceRefused(f"{path} is {kind}, not a course file.", fix="Put the file itself there.")
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise SourceRefused(
            f"{path} cannot be read: {error.strerror}.", fix="Check the path and its rights."
        ) from error
    if len(content) > _MOST_BYTES:
        raise SourceRefused(f"{path} is too large for a course file.", fix="Name the course.toml of the course.")
    try:
        return parse_course(content, may_name_folder=may_name_folder)
    except CourseFaults as faults:
        raise _refusal(path, faults.sentences) from faults


def _refusal(path: Path, faults: Sequence[str]) -> SourceRefused:
    count = "a fault" if len(faults) == 1 else f"{len(faults)} faults"
    return SourceRefused("\n  ".join([f"{path} has {count}:", *faults]), fix="\nMend the file, then ingest again.")


def _find_captions(folder: Path, relative: str) -> Path | None:
    """The file of that name; a name typed with composed accents finds a file stored with combining ones."""
    found = folder
    for part in PurePosixPath(relative).parts:
        exact = found / part
        found = exact if exact.exists() else _same_name(found, part) or exact
    return found if found.is_file() else None


def _same_name(folder: Path, name: str) -> Path | None:
    if not folder.is_dir():
        return None
    wanted = unicodedata.normalize("NFC", name)
    return next((path for path in sorted(folder.iterdir()) if unicodedata.normalize("NFC", path.name) == wanted), None)


def _faults_of_files(table: CourseTable, found: Sequence[Path | None], *, folder: Path) -> Iterator[str]:
    for number, (entry, captions) in enumerate(zip(table.lectures, found, strict=True), start=1):
        place = f"{name_place(number, entry.title)}, captions"
        if captions is None and (kind := name_other_kind(folder / entry.captions)):
            yield f"{place}: {entry.captions!r} is {kind}, not a caption file; put the file itself there"
        elif captions is None:
            yield f"{place}: there is no file {entry.captions!r} in {folder}; correct the name or add the file"
        elif not lies_inside(folder, captions):
            yield f"{place}: {entry.captions!r} is a link to a place outside of {folder}; copy the file itself there"


def _faults_of_doubles(table: CourseTable, found: Sequence[Path | None]) -> Iterator[str]:
    ids = Counter(_lecture_id(entry) for entry in table.lectures)
    files = Counter(path.resolve() for path in found if path is not None)
    for number, (entry, captions) in enumerate(zip(table.lectures, found, strict=True), start=1):
        place = name_place(number, entry.title)
        lecture_id = _lecture_id(entry)
        if ids[lecture_id] > 1:
            yield f"{place}, id: {lecture_id!r} belongs to {ids[lecture_id]} lectures; give each an id of its own"
        if captions is not None and files[captions.resolve()] > 1:
            yield f"{place}, captions: {entry.captions!r} is named by another lecture too; keep one of them"


def _lecture(entry: LectureTable, *, language: str) -> Lecture:
    return Lecture(
        lecture_id=_lecture_id(entry),
        title=entry.title,
        url=entry.url,
        language=entry.language or language,
        date=entry.date,
        visible_from=entry.visible_from,
    )


def _lecture_id(entry: LectureTable) -> str:
    return entry.id or default_lecture_id(entry.captions)


def _listed(titles: Sequence[str]) -> str:
    shown = ", ".join(f'"{title}"' for title in titles[:3])
    return shown if len(titles) <= 3 else f"{shown} and {len(titles) - 3} more"
