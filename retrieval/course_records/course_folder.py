"""Where a course lies in the data folder, and what its name may look like."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from retrieval.course_sources.course_file import slug
from retrieval.segment import RetrievalError, SourceRefused

# The folder of the data folder that holds all courses' tables.
INDEX_FOLDER = "index"


class DataFolderRefused(RetrievalError):
    """The data folder cannot be written to: no space, no right, or a failing disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseFolder:
    """The places of one course in the data folder. `index` is shared by all courses."""

    data: Path
    course: str

    @property
    def folder(self) -> Path:
        """All that is Lectern's own of the course, except its index."""
        return self.data / "courses" / self.course

    @property
    def captions(self) -> Path:
        """Captions as ingested, named by their SHA-256: what the index is rebuilt from."""
        return self.folder / "captions"

    @property
    def manifest(self) -> Path:
        """What was ingested, lecture by lecture."""
        return self.folder / "manifest.json"

    @property
    def index(self) -> Path:
        """The LanceDB tables: derived data."""
        return self.data / INDEX_FOLDER


def find_course_folder(data: Path, course: str) -> CourseFolder:
    """The places of a course, ingested or not.

    Raises:
        SourceRefused: the name cannot be a course's; says which one could.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", course):
        suggestion = slug(course) or "my-course"
        raise SourceRefused(
            f"{course!r} cannot be a course's name: that is 1 to 60 of a-z, 0-9 and dashes, and begins with no dash.",
            fix=f"Use {suggestion} instead.",
        )
    return CourseFolder(data=data, course=course)


def list_course_folders(data: Path) -> tuple[CourseFolder, ...]:
    """The courses of a data folder that have a manifest, sorted by name."""
    manifests = sorted((data / "courses").glob("*/manifest.json"))
    return tuple(CourseFolder(data=data, course=path.parent.name) for path in manifests)


@contextmanager
def naming_the_folder(data: Path) -> Iterator[None]:
    """Turn a fault of the disk, also one that LanceDB met, into a sentence with the data folder and the next step."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        number = _error_number(error)
        if number is None:
            raise
        raise DataFolderRefused(
            f"The data folder {data} cannot be written to: {os.strerror(number)}.",
            fix="Free space or mend its rights, then run this again: what was finished is kept.",
        ) from error


def _error_number(error: OSError | RuntimeError) -> int | None:
    """LanceDB tells the system's error number in words only, as in `File too large (os error 27)`."""
    if isinstance(error, OSError) and error.errno:
        return error.errno
    told = re.search(r"\(os error (\d+)\)", str(error))
    return int(told[1]) if told else None
