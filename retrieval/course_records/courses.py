"""The courses of a data folder, as `lectern courses` lists them."""

from dataclasses import dataclass
from pathlib import Path

from retrieval.course_records.course_folder import list_course_folders
from retrieval.course_records.manifest import Manifest, read_manifest
from retrieval.segment import RetrievalError


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCourse:
    """A course of the data folder; `manifest` is None where it cannot be read, and `fault` then says why."""

    course: str
    manifest: Manifest | None
    fault: str = ""


def list_courses(data: Path) -> tuple[ListedCourse, ...]:
    """All courses that were ingested, sorted by name; a damaged one does not hide the others."""
    return tuple(_list(folder.course, folder.manifest) for folder in list_course_folders(data))


def _list(course: str, manifest: Path) -> ListedCourse:
    try:
        return ListedCourse(course=course, manifest=read_manifest(manifest))
    except RetrievalError as error:
        return ListedCourse(course=course, manifest=None, fault=str(error))
