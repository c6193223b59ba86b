import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from retrieval.course_records.whole_file import UNFINISHED_SUFFIX, copy_file, hash_file, replace_file, sweep_unfinished
from tests.making_courses import CHECKOUT


def test_a_file_is_replaced_with_its_folder_made_where_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    replace_file(path, b"one")
    replace_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


def test_a_copy_tells_the_hash_of_what_was_copied(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x" * 3_000_000)
    digest = copy_file(source, tmp_path / "copy")
    assert digest == hashlib.sha256(b"x" * 3_000_000).hexdigest() == hash_file(tmp_path / "copy")


def test_a_source_that_cannot_be_read_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        copy_file(tmp_path / "none", tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    """A limit on the size of files makes write() fail midway, as a full disk does."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    script = (
        "import resource, sys; from pathlib import Path; from retrieval.course_records.whole_file import replace_file\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: replace_file(Path(sys.argv[1]), b'n' * 5000)\n"
        "except OSError: sys.exit(7)\n"
    )
    assert subprocess.run([sys.executable, "-c", script, str(path)], check=False, cwd=CHECKOUT).returncode == 7
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"old"


def test_what_a_killed_writer_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / f".abc{UNFINISHED_SUFFIX}").write_bytes(b"half")
    (tmp_path / "whole").write_bytes(b"whole")
    sweep_unfinished(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["whole"]
