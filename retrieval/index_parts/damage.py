"""The boundary to LanceDB's reading: whatever damaged files make it raise becomes IndexDamaged with the next step."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from retrieval.index_parts.current import rebuild_command
from retrieval.segment import IndexDamaged, RetrievalError


class OfCourse(Protocol):
    """Something that belongs to one course."""

    course: str


_Self = TypeVar("_Self", bound=OfCourse)
_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


@contextmanager
def naming_damage(course: str) -> Iterator[None]:
    """Turn what is raised inside into IndexDamaged; own errors, a full memory and the keyboard pass.

    Flipped bytes make LanceDB raise almost anything: RuntimeError, ValueError, Arrow's errors, UnicodeDecodeError, and
    Rust's panics, of which PyO3's PanicException is no Exception at all.
    """
    try:
        yield
    except (RetrievalError, MemoryError):
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        fault = f"The index of {course} cannot be read ({type(error).__name__})."
        raise IndexDamaged(fault, fix=rebuild_command(course)) from error


def reads_index(
    method: Callable[Concatenate[_Self, _Arguments], _Result],
) -> Callable[Concatenate[_Self, _Arguments], _Result]:
    """Put a reading method of a course's index under `naming_damage`."""

    @wraps(method)
    def read(self: _Self, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        with naming_damage(self.course):
            return method(self, *args, **kwargs)

    return read
