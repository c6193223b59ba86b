"""Which generation of a course's index is the current one, and what it was built for: one small JSON file a course."""

import json
import re
from collections.abc import Mapping
from typing import Protocol

from retrieval.segment import CourseUnknown, IndexDamaged, IndexMismatch

_COURSE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*", re.IGNORECASE)


class Files(Protocol):
    """The files at the top of a folder or an object store."""

    def names(self) -> list[str]:
        """Names of all files and folders there."""
        ...

    def read(self, name: str) -> bytes | None:
        """Contents, or None where there is no such file."""
        ...

    def replace(self, name: str, contents: bytes) -> None:
        """Write the file so that a reader sees the old or the new contents, never a part."""
        ...

    def delete(self, name: str) -> None:
        """Remove the file, if it is there."""
        ...


class CurrentGenerations:
    """Reads and switches the current generation of each course; tables are named `<course>.<generation>`."""

    def __init__(self, files: Files, *, built_for: Mapping[str, object]) -> None:
        """`built_for` (schema, embedder, dimension) is written beside each generation and compared on reading."""
        self._files = files
        self._built_for = dict(built_for)

    def courses(self) -> list[str]:
        """Names of all courses that have a current generation, sorted."""
        return sorted(name.removesuffix(".json") for name in self._files.names() if name.endswith(".json"))

    def current(self, course: str) -> int:
        """The generation to read.

        Raises:
            CourseUnknown: there is none.
            IndexMismatch: it was built with another embedder, dimension or schema.
            IndexDamaged: the file cannot be read.
        """
        state = self._state(course)
        if state is None:
            # Whoever comes here has seen the course's manifest: its index is what is missing.
            raise CourseUnknown(f"There is no index of {course!r}.", fix=rebuild_command(course))
        wrong = [
            f"{key} is {state.get(key)} in the index and {wanted} in the settings"
            for key, wanted in self._built_for.items()
            if state.get(key) != wanted
        ]
        if wrong:
            raise IndexMismatch(f"The index of {course} does not fit: {'; '.join(wrong)}.", fix=rebuild_command(course))
        return _generation_of(state)

    def exists(self, course: str) -> bool:
        """Whether the course has a current generation, of whatever embedder."""
        return self._files.read(_file_of(course)) is not None

    def switch(self, course: str, generation: int) -> None:
        """Make `generation` the one that everybody reads from now on."""
        state = {"generation": generation, **self._built_for}
        self._files.replace(_file_of(course), json.dumps(state, sort_keys=True).encode())

    def forget(self, course: str) -> None:
        """Leave the course without a current generation."""
        self._files.delete(_file_of(course))

    def next_generation(self, course: str) -> int:
        """The number after the current one; after the highest table where the current one cannot be told."""
        try:
            state = self._state(course)
            return 1 if state is None else _generation_of(state) + 1
        except IndexDamaged:
            return max(self.generations(course), default=0) + 1

    def generations(self, course: str) -> list[int]:
        """Numbers of all tables of the course, finished or not, ascending."""
        pattern = re.compile(re.escape(course) + r"\.(\d+)\.lance")
        return sorted(int(match[1]) for name in self._files.names() if (match := pattern.fullmatch(name)))

    def _state(self, course: str) -> dict[str, object] | None:
        damaged = IndexDamaged(f"{_file_of(course)} of the index cannot be read.", fix=rebuild_command(course))
        try:
            contents = self._files.read(_file_of(course))
            state = None if contents is None else json.loads(contents)
        except (OSError, ValueError, RecursionError) as error:
            raise damaged from error
        if contents is not None and not (isinstance(state, dict) and _is_generation(state.get("generation"))):
            raise damaged
        return state


def _is_generation(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _generation_of(state: Mapping[str, object]) -> int:
    return int(str(state["generation"]))


def table_name_of(course: str, generation: int) -> str:
    """The name of a generation's table."""
    return f"{course}.{generation}"


def rebuild_command(course: str) -> str:
    """The step that mends an index that does not fit."""
    return f"Run: lectern index rebuild {course}"


def _file_of(course: str) -> str:
    if not _COURSE_NAME.fullmatch(course):
        raise CourseUnknown(f"{course!r} is not the name of a course.", fix="Names have letters, digits, - and _.")
    return f"{course}.json"
