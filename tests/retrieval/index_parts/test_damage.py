import pytest

from retrieval.index_parts.damage import naming_damage, reads_index
from retrieval.segment import CourseUnknown, IndexDamaged


class PanicException(BaseException):
    """No Exception, as in PyO3."""


class _Shelf:
    course = "ml"

    @reads_index
    def read(self, error: BaseException | None = None) -> int:
        if error is not None:
            raise error
        return 7


@pytest.mark.parametrize("error", [RuntimeError("x"), KeyError("x"), UnicodeDecodeError("utf-8", b"", 0, 1, "x")])
def test_whatever_a_read_raises_becomes_damage_with_the_next_step(error: Exception) -> None:
    with pytest.raises(IndexDamaged, match="lectern index rebuild ml") as caught:
        _Shelf().read(error)
    assert caught.value.__cause__ is error


def test_a_panic_of_rust_becomes_damage() -> None:
    with pytest.raises(IndexDamaged, match="PanicException"), naming_damage("ml"):
        raise PanicException


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1), MemoryError(), CourseUnknown("x")])
def test_what_is_no_damage_passes(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught:
        _Shelf().read(error)
    assert caught.value is error


def test_what_was_read_comes_back() -> None:
    assert _Shelf().read() == 7
