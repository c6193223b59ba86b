import errno
from pathlib import Path

import pytest

from retrieval.course_records.course_folder import (
    DataFolderRefused,
    find_course_folder,
    list_course_folders,
    naming_the_folder,
)
from retrieval.segment import SourceRefused


def test_a_course_has_its_places_in_the_data_folder(tmp_path: Path) -> None:
    folder = find_course_folder(tmp_path, "ml-2026")
    assert folder.manifest == tmp_path / "courses" / "ml-2026" / "manifest.json"
    assert folder.captions == tmp_path / "courses" / "ml-2026" / "captions"
    assert folder.index == tmp_path / "index"


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("Aprendizado de Máquina", "aprendizado-de-maquina"),
        ("../etc", "etc"),
        ("-ml", "ml"),
        ("ml\n", "ml"),
        ("", "my-course"),
        ("日本", "my-course"),
        ("a" * 61, "a" * 60),
    ],
)
def test_a_name_that_is_no_slug_is_refused_with_one_that_is(tmp_path: Path, name: str, suggestion: str) -> None:
    with pytest.raises(SourceRefused) as caught:
        find_course_folder(tmp_path, name)
    assert caught.value.fix == f"Use {suggestion} instead."
    find_course_folder(tmp_path, suggestion)


def test_only_folders_with_a_manifest_are_courses(tmp_path: Path) -> None:
    assert list_course_folders(tmp_path) == ()
    for name in ("b", "a", "empty"):
        (tmp_path / "courses" / name).mkdir(parents=True)
    for name in ("b", "a"):
        (tmp_path / "courses" / name / "manifest.json").touch()
    assert [folder.course for folder in list_course_folders(tmp_path)] == ["a", "b"]


def test_a_fault_of_the_disk_names_the_data_folder_and_the_fault(tmp_path: Path) -> None:
    with pytest.raises(DataFolderRefused, match=r"No space left on device.*Free space"), naming_the_folder(tmp_path):
        raise OSError(errno.ENOSPC, "any words")
    with pytest.raises(DataFolderRefused, match="No space left on device"), naming_the_folder(tmp_path):
        raise RuntimeError(f"lance error: LanceError(IO): (os error {errno.ENOSPC}), src/writer.rs")
    with pytest.raises(RuntimeError, match="another fault"), naming_the_folder(tmp_path):
        raise RuntimeError("another fault")
