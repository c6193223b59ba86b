import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from retrieval.course_records.course_lock import CourseBusy, hold_course
from tests.making_courses import CHECKOUT

_HOLD = (
    "import sys; from pathlib import Path; from retrieval.course_records.course_lock import hold_course\n"
    "with hold_course(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()\n"
)


def _start_holder(folder: Path) -> "subprocess.Popen[bytes]":
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=CHECKOUT
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    return holder


def test_a_second_writer_is_told_which_process_holds_the_course(tmp_path: Path) -> None:
    with _start_holder(tmp_path / "ml") as holder:
        with pytest.raises(CourseBusy, match=rf"'ml'.*pid {holder.pid}\b") as caught, hold_course(tmp_path / "ml"):
            pass
        assert caught.value.pid == holder.pid
        holder.kill()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    with _start_holder(tmp_path) as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with hold_course(tmp_path):
        assert (tmp_path / ".lock").read_text() == f"{os.getpid()}\n"


def test_a_course_can_be_held_again_after_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="inside"), hold_course(tmp_path):
        raise ValueError("inside")
    with hold_course(tmp_path):
        pass


def test_two_courses_are_held_at_once(tmp_path: Path) -> None:
    with hold_course(tmp_path / "a"), hold_course(tmp_path / "b"):
        pass


def test_one_process_cannot_hold_a_course_twice(tmp_path: Path) -> None:
    with hold_course(tmp_path), pytest.raises(CourseBusy), hold_course(tmp_path):
        pass
