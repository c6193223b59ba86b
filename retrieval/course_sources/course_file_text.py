"""A course drafted from a bare folder, written as a course.toml with comments for the instructor to edit; pure."""

import json
from collections.abc import Iterator

from retrieval.course_sources.course_file import CourseSource, LectureSource

_HEAD = """\
# This course was drafted from the names of the caption files: correct what is wrong, then ingest it again.

# Shown to students as the name of the course.
title = {title}

# The language most lectures are spoken in, such as "pt" or "en".
language = {language}
"""

_FOLDER = """
# Where the captions lie: that folder cannot be written to, so Lectern keeps this file instead.
folder = {folder}
"""

_KEYS = """
# One [[lectures]] block for each recording, in teaching order.
#   id            do not change it: it tells which lecture is which
#   title         shown beside every answer; a change embeds the lecture anew
#   url           where the recording is; links open it at the exact second
#   captions      the caption file
#   date          optional: the day it was given, such as 2026-03-31
#   visible_from  optional: answers use the lecture from then on, such as 2026-04-07 or 2026-04-07T18:00:00
#   language      only where it differs from the course's
"""


def render_course(course: CourseSource, *, names_folder: bool) -> str:
    """The text of a course file; `names_folder` where it will not lie beside the captions."""
    head = _HEAD.format(title=_quote(course.title or ""), language=_quote(course.language))
    folder = _FOLDER.format(folder=_quote(str(course.captions_folder.resolve()))) if names_folder else ""
    blocks = [render_lecture(lecture, course=course) for lecture in course.lectures]
    return "\n".join([head + folder + _KEYS, *blocks])


def render_lecture(source: LectureSource, *, course: CourseSource) -> str:
    """One [[lectures]] block, its captions named from the course's folder of captions."""
    return "".join(f"{line}\n" for line in ["[[lectures]]", *_keys(source, course=course)])


def _keys(source: LectureSource, *, course: CourseSource) -> Iterator[str]:
    lecture = source.lecture
    yield f"id = {_quote(lecture.lecture_id)}"
    yield f"title = {_quote(lecture.title)}"
    unknown = "" if lecture.url else "  # not known: without it answers carry no link"
    yield f"url = {_quote(lecture.url)}{unknown}"
    yield f"captions = {_quote(source.captions.resolve().relative_to(course.captions_folder.resolve()).as_posix())}"
    if lecture.date:
        yield f"date = {lecture.date.isoformat()}"
    if lecture.visible_from:
        yield f"visible_from = {lecture.visible_from.isoformat()}"
    if lecture.language != course.language:
        yield f"language = {_quote(lecture.language)}"


def _quote(text: str) -> str:
    """A TOML basic string: JSON's escapes are all TOML's, which forbids one sign more, DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
