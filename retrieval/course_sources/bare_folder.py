"""A bare folder of caption files, as yt-dlp, Whisper or a person leaves it, becomes a course for people to edit.

Only the folder itself is read, not the folders in it: a course's lectures lie side by side.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from retrieval.captions import LARGEST_FILE_BYTES
from retrieval.course_sources.caption_names import is_caption_name, sort_caption_names
from retrieval.course_sources.course_file import (
    CourseSource,
    LectureSource,
    default_lecture_id,
    lies_inside,
    warn_of_missing_urls,
)
from retrieval.course_sources.course_schema import LONGEST_TITLE, is_web_address
from retrieval.course_sources.language_guess import guess_language, primary_language
from retrieval.course_sources.recordings import (
    FoundCaptions,
    choose_captions,
    describe_captions,
    group_by_recording,
    spoken_language,
)
from retrieval.segment import Lecture, SourceRefused

# ISO 639-2: undetermined. Text search then falls back to words as they are written.
UNKNOWN_LANGUAGE = "und"


def draft_course(folder: Path) -> CourseSource:
    """Make a course of a folder's caption files: one lecture a recording, in the order people count (2 before 10).

    Of several files of one recording one is kept; every file left out is named in a warning.

    Raises:
        SourceRefused: the folder holds no caption file that can be used.
    """
    files, warnings = _usable_files(folder)
    if not files:
        raise _no_captions(folder, warnings)
    recordings = group_by_recording(files)
    votes = Counter(language for group in recordings if (language := spoken_language(group)))
    language = votes.most_common(1)[0][0] if votes else UNKNOWN_LANGUAGE
    chosen = [choose_captions(group, course_language=language) for group in recordings]
    lectures = _with_unique_ids([_draft(file, fallback_language=language) for file in chosen])
    return CourseSource(
        title=_course_title(folder, chosen),
        language=language,
        lectures=lectures,
        captions_folder=folder,
        warnings=(*warnings, *_warn_of_others(recordings, chosen), *warn_of_missing_urls(lectures)),
    )


def draft_lecture(captions: Path) -> LectureSource:
    """Make a lecture of one caption file, with what its name and the .info.json beside it tell. Raises OSError."""
    return _draft(describe_captions(captions), fallback_language=UNKNOWN_LANGUAGE)


def list_captions(folder: Path) -> tuple[Path, ...]:
    """The caption files of a folder that can be used, in the order people count; not those of folders in it."""
    return tuple(file.path for file in _usable_files(folder)[0])


def _usable_files(folder: Path) -> tuple[list[FoundCaptions], list[str]]:
    usable, warnings = [], []
    for name in sort_caption_names(path.name for path in folder.iterdir() if path.is_file()):
        if fault := _reason_to_leave_out(folder / name):
            warnings.append(f"{name!a} was left out: {fault}.")
        else:
            usable.append(describe_captions(folder / name))
    return usable, warnings


def _reason_to_leave_out(path: Path) -> str | None:
    # A name that is not UTF-8 holds lone surrogates, which are not printable either.
    if not path.name.isprintable() or "\\" in path.name:
        return "its name is not UTF-8, or holds a control sign or a backslash; rename it"
    if not lies_inside(path.parent, path):
        return "it is a link to a place outside of the folder; copy the file itself"
    if path.stat().st_size > LARGEST_FILE_BYTES:
        return f"it has {path.stat().st_size / 1e6:,.0f} MB, more than captions have"
    if path.suffix.lower() == ".json" and not _holds_timed_text(path):
        return "it is JSON, but holds neither Whisper's segments nor YouTube's events"
    return None


def _holds_timed_text(path: Path) -> bool:
    """Look for the one key that JSON captions have; a whole transcript may stand before it."""
    content = path.read_bytes().replace(b"\0", b"")
    return b'"segments"' in content or b'"events"' in content


def _no_captions(folder: Path, warnings: Sequence[str]) -> SourceRefused:
    full = sorted(
        path.name
        for path in folder.iterdir()
        if path.is_dir() and any(is_caption_name(child.name) for child in path.iterdir())
    )
    hint = [f"Folders in it do: {', '.join(full)}. Ingest one of them, or write a course.toml."] if full else []
    return SourceRefused(
        " ".join([f"{folder} holds no captions.", *warnings, *hint]),
        fix="Captions are .vtt, .srt, .sbv, .json3 and Whisper's .json.",
    )


def _draft(file: FoundCaptions, *, fallback_language: str) -> LectureSource:
    info, told = file.info, file.name.language or file.info.language
    lecture = Lecture(
        lecture_id=default_lecture_id(file.path.name),
        title=_plain(info.title or "") or _plain(file.name.title) or file.path.stem[:LONGEST_TITLE],
        url=_url_of(file),
        language=primary_language(told) if told else guess_language(file.path) or fallback_language,
        date=_upload_day(info.upload_date),
    )
    return LectureSource(lecture=lecture, captions=file.path)


def _url_of(file: FoundCaptions) -> str:
    if is_web_address(file.info.webpage_url or ""):
        return file.info.webpage_url or ""
    video_id = file.name.video_id or ""
    # Eleven signs are a YouTube id; the other hosts' ids do not tell the address.
    return f"https://www.youtube.com/watch?v={video_id}" if len(video_id) == 11 else ""


def _upload_day(text: str | None) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").date() if text else None
    except ValueError:
        return None


def _plain(text: str) -> str:
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    plain = "".join(character for character in spaced if character.isprintable())
    return plain[:LONGEST_TITLE].rstrip()


def _with_unique_ids(sources: Sequence[LectureSource]) -> tuple[LectureSource, ...]:
    taken: set[str] = set()
    unique = []
    for source in sources:
        lecture = source.lecture
        lecture_id, number = lecture.lecture_id, 1
        while lecture_id in taken:
            number += 1
            lecture_id = f"{lecture.lecture_id}-{number}"
        taken.add(lecture_id)
        unique.append(replace(source, lecture=replace(lecture, lecture_id=lecture_id)))
    return tuple(unique)


def _course_title(folder: Path, files: Sequence[FoundCaptions]) -> str:
    playlists = {file.info.playlist_title for file in files}
    playlist = playlists.pop() if len(playlists) == 1 else None
    return _plain(playlist or "") or _plain(folder.resolve().name.replace("_", " ")) or "Lectures"


def _warn_of_others(recordings: Sequence[Sequence[FoundCaptions]], chosen: Sequence[FoundCaptions]) -> list[str]:
    return [
        f"{kept.path.name!r} is used, not {', '.join(repr(file.path.name) for file in group if file != kept)}."
        for group, kept in zip(recordings, chosen, strict=True)
        if len(group) > 1
    ]
