import os
import resource
import shutil
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from retrieval.course_folder import DataFolderRefused, find_course_folder
from retrieval.course_lock import CourseBusy, hold_course
from retrieval.embedding import Embedder, Vectors
from retrieval.ingest import ingest_course
from retrieval.ingest_report import Change, IngestReport
from retrieval.manifest import Manifest, read_manifest
from retrieval.segment import EmbedderUnavailable, IndexDamaged, IndexMismatch, SourceRefused
from retrieval.verify import verify_course
from tests.fakes_embedder import FakeEmbedder
from tests.fakes_ingest import CountingEmbedder, RememberedProgress, describe_index
from tests.making_courses import SMALL_WINDOWS, spoken, write_captions, write_course


class _Place:
    """A source folder and a data folder, and an ingest from one to the other."""

    def __init__(self, root: Path) -> None:
        self.source, self.data = root / "source", root / "data"
        self.source.mkdir()

    def ingest(
        self,
        path: Path | None = None,
        *,
        embedder: Embedder | None = None,
        progress: RememberedProgress | None = None,
        remove_missing: bool = False,
    ) -> IngestReport:
        return ingest_course(
            path or self.source,
            data=self.data,
            course="ml",
            embedder=embedder or FakeEmbedder(),
            windows=SMALL_WINDOWS,
            progress=progress,
            remove_missing=remove_missing,
        )

    @property
    def manifest(self) -> Manifest:
        return read_manifest(find_course_folder(self.data, "ml").manifest)

    def ids(self, lecture_id: str) -> list[int]:
        record = self.manifest.record(lecture_id)
        assert record is not None
        return [segment.corpus_id for segment in record.segments]

    def assert_sound(self) -> None:
        assert verify_course("ml", data=self.data).faults == ()


@pytest.fixture
def place(tmp_path: Path) -> _Place:
    return _Place(tmp_path)


def _changes(report: IngestReport) -> list[str]:
    return [str(result.change) for result in report.results]


def test_a_folder_becomes_a_course_and_the_report_counts_what_was_done(place: _Place) -> None:
    """8 + 4 cues of 10 s, in windows of 20 s: 4 + 2 segments. Each has a header of 3 words and 2 sentences of 9."""
    write_course(place.source, {"a": spoken("vetores", 8), "b": spoken("matrizes", 4)})
    report = place.ingest()
    assert (report.title, _changes(report), report.is_complete) == ("Curso", ["new", "new"], True)
    assert (report.cues, report.segments, report.embedded) == (12, 6, 6)
    # FakeEmbedder counts words, + 4 for each text: 6 * (3 + 2 * 9 + 4)
    assert report.tokens == 6 * 25
    assert place.ids("a") + place.ids("b") == [1, 2, 3, 4, 5, 6]
    place.assert_sound()


def test_a_second_ingest_changes_nothing_and_embeds_nothing(place: _Place) -> None:
    write_course(place.source, {"a": spoken("vetores", 8), "b": spoken("matrizes", 4)})
    place.ingest()
    before, embedder = (describe_index(place.data, "ml"), place.manifest), CountingEmbedder()
    report = place.ingest(embedder=embedder)
    assert (_changes(report), report.embedded, embedder.passages) == (["unchanged", "unchanged"], 0, [])
    assert (report.cues, report.segments) == (12, 6)
    assert (describe_index(place.data, "ml"), place.manifest) == before


def test_only_what_changed_is_embedded_and_other_segments_keep_their_ids(place: _Place) -> None:
    """The second of four windows changes, and one is added at the end: ids 1, 3, 4 stay, the new ones get 7 and 8."""
    first = spoken("vetores", 8)
    write_course(place.source, {"a": first, "b": spoken("matrizes", 4)})
    place.ingest()
    changed = [*first[:2], "Isto é novo.", *first[3:], *spoken("fim", 2)]
    write_captions(place.source / "aula 0.vtt", changed)
    embedder = CountingEmbedder()
    report = place.ingest(embedder=embedder)
    assert _changes(report) == ["changed", "unchanged"]
    assert place.ids("a") == [1, 7, 3, 4, 8]
    assert report.embedded == len(embedder.passages) == 2
    place.assert_sound()


def test_ids_of_removed_segments_are_never_given_again(place: _Place) -> None:
    write_course(place.source, {"a": spoken("vetores", 4), "b": spoken("matrizes", 4)})
    place.ingest()
    write_course(place.source, {"a": spoken("vetores", 4)})
    assert _changes(place.ingest(remove_missing=True)) == ["unchanged", "removed"]
    write_course(place.source, {"a": spoken("vetores", 4), "b": spoken("matrizes", 4)})
    place.ingest()
    assert place.ids("b") == [5, 6]
    place.assert_sound()


def test_a_lecture_that_the_source_lost_is_kept_and_the_flag_is_named(place: _Place) -> None:
    write_course(place.source, {"a": spoken("vetores", 4), "b": spoken("matrizes", 4)})
    place.ingest()
    write_course(place.source, {"a": spoken("vetores", 4)})
    report = place.ingest()
    assert report.is_complete
    assert any('"Aula b": kept.' in warning and "--remove-missing" in warning for warning in report.warnings)
    assert place.ids("b") == [3, 4]
    report = place.ingest(remove_missing=True)
    assert [result.lecture.lecture_id for result in report.having(Change.REMOVED)] == ["b"]
    assert set(describe_index(place.data, "ml")) == {1, 2}
    assert len(list(find_course_folder(place.data, "ml").captions.iterdir())) == 1
    place.assert_sound()


def test_details_change_without_embedding(place: _Place) -> None:
    write_course(place.source, {"a": spoken("vetores", 4)})
    place.ingest()
    write_course(place.source, {"a": spoken("vetores", 4)}, extra="visible_from = 2026-03-31T18:00:00-03:00\n")
    embedder = CountingEmbedder()
    assert _changes(place.ingest(embedder=embedder)) == ["details"]
    assert embedder.passages == []
    assert place.manifest.lectures[0].lecture.visible_from == datetime.fromisoformat("2026-03-31T21:00:00+00:00")
    place.assert_sound()


def test_a_new_title_is_embedded_under_the_same_ids(place: _Place) -> None:
    """Both titles stand in the header of every embedded text."""
    write_course(place.source, {"a": spoken("vetores", 4), "b": spoken("matrizes", 4)})
    place.ingest()
    write_course(place.source, {"a": spoken("vetores", 4), "b": spoken("matrizes", 4)}, title="Álgebra")
    report = place.ingest()
    assert (_changes(report), report.embedded, report.title) == (["changed", "changed"], 4, "Álgebra")
    assert place.ids("a") + place.ids("b") == [1, 2, 3, 4]
    place.assert_sound()


def test_one_bad_lecture_does_not_stop_the_others_and_keeps_its_older_rows(place: _Place) -> None:
    write_course(place.source, {"a": spoken("vetores", 4), "b": spoken("matrizes", 4), "c": spoken("grafos", 4)})
    (place.source / "aula 2.vtt").write_bytes(b"\x00\x01 not captions")
    place.ingest()
    before = describe_index(place.data, "ml")
    (place.source / "aula 0.vtt").write_bytes(b"\x00\x01 not captions")
    report = place.ingest()
    assert (_changes(report), report.is_complete) == (["failed", "unchanged", "failed"], False)
    assert "aula 0.vtt" in report.failures[0].failure
    assert describe_index(place.data, "ml") == before
    assert [bool(record.failure) for record in place.manifest.lectures] == [True, False]
    write_captions(place.source / "aula 0.vtt", spoken("vetores", 4))
    place.ingest()
    assert place.manifest.lectures[0].failure == ""
    place.assert_sound()


def test_progress_is_told_step_by_step(place: _Place) -> None:
    """40 cues make 20 segments, embedded 16 at a time."""
    write_course(place.source, {"a": spoken("vetores", 4)})
    place.ingest()
    write_course(place.source, {"a": spoken("vetores", 4), "b": spoken("matrizes", 40)})
    progress = RememberedProgress()
    place.ingest(progress=progress)
    assert progress.lines == [
        "planned a:unchanged b:new",
        "started a",
        "finished a unchanged",
        "started b",
        "embedded b 16/20",
        "embedded b 20/20",
        "finished b new",
    ]


def test_other_settings_than_those_of_the_index_are_refused(place: _Place) -> None:
    write_course(place.source, {"a": spoken("vetores", 4)})
    place.ingest()
    with pytest.raises(IndexMismatch, match="lectern index rebuild ml"):
        place.ingest(embedder=FakeEmbedder(32))


def test_a_single_caption_file_adds_a_lecture_and_takes_none_away(place: _Place) -> None:
    write_course(place.source, {"a": spoken("vetores", 4)}, title="Álgebra")
    place.ingest()
    single = write_captions(place.source.parent / "Aula extra.pt.vtt", spoken("grafos", 4))
    report = place.ingest(single, remove_missing=True)
    assert (_changes(report), report.title) == (["new"], "Álgebra")
    assert [record.lecture.lecture_id for record in place.manifest.lectures] == ["a", "aula-extra"]
    place.assert_sound()


def test_lectures_stand_in_the_order_of_the_source(place: _Place) -> None:
    write_course(place.source, {"a": spoken("vetores", 4), "c": spoken("grafos", 4)})
    place.ingest()
    write_course(place.source, {"c": spoken("grafos", 4), "b": spoken("matrizes", 4), "a": spoken("vetores", 4)})
    place.ingest()
    assert [record.lecture.lecture_id for record in place.manifest.lectures] == ["c", "b", "a"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_odd_names_and_ids_go_all_the_way(place: _Place, form: str) -> None:
    odd = {"-dQw4w9WgXc": 2, 'd\'Água "x"': 3, "a%_[b]; DROP TABLE": 4, "講義": 5, "--": 6}
    odd = {unicodedata.normalize(form, key): cues for key, cues in odd.items()}  # type: ignore[arg-type]
    write_course(place.source, {key: spoken(key, cues) for key, cues in odd.items()})
    place.ingest()
    write_captions(place.source / "aula 1.vtt", spoken("outra coisa", 3))
    assert _changes(place.ingest()) == ["unchanged", "changed", "unchanged", "unchanged", "unchanged"]
    place.assert_sound()
    write_course(place.source, {"-dQw4w9WgXc": spoken("-dQw4w9WgXc", 2)})
    place.ingest(remove_missing=True)
    assert len(describe_index(place.data, "ml")) == 1
    place.assert_sound()


def test_one_cue_and_ten_hours_are_lectures_too(place: _Place) -> None:
    """3,600 cues of 10 s, two a window."""
    write_course(place.source, {"one": ["Olá."], "long": spoken("tempo", 3600)})
    assert place.ingest().segments == 1 + 1800


def test_a_lost_index_is_made_again_with_the_same_ids(place: _Place) -> None:
    write_course(place.source, {"a": spoken("vetores", 8), "b": spoken("matrizes", 4)})
    place.ingest()
    before = describe_index(place.data, "ml")
    shutil.rmtree(place.data / "index")
    assert _changes(place.ingest()) == ["changed", "changed"]
    assert describe_index(place.data, "ml") == before
    place.assert_sound()


def test_a_damaged_index_is_refused_with_the_command_that_mends_it(place: _Place) -> None:
    write_course(place.source, {"a": spoken("vetores", 8)})
    place.ingest()
    for path in (place.data / "index").rglob("data/*.lance"):
        path.write_bytes(b"")
    with pytest.raises(IndexDamaged, match="lectern index rebuild ml"):
        place.ingest()


def test_a_lost_manifest_is_made_again_with_the_ids_of_the_index(place: _Place) -> None:
    write_course(place.source, {"a": spoken("vetores", 8), "b": spoken("matrizes", 4)})
    place.ingest()
    before, manifest = describe_index(place.data, "ml"), place.manifest
    find_course_folder(place.data, "ml").manifest.unlink()
    embedder = CountingEmbedder()
    place.ingest(embedder=embedder)
    assert (describe_index(place.data, "ml"), place.manifest, embedder.passages) == (before, manifest, [])


def test_two_ingests_at_once_are_refused_with_the_holders_pid(place: _Place) -> None:
    write_course(place.source, {"a": spoken("vetores", 4)})
    with (
        hold_course(find_course_folder(place.data, "ml").folder),
        pytest.raises(CourseBusy, match=rf"pid {os.getpid()}\b"),
    ):
        place.ingest()


class _BrokenEmbedder(FakeEmbedder):
    """Embeds one batch, then no more."""

    calls = 0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.calls += 1
        if self.calls > 1:
            raise EmbedderUnavailable("The endpoint does not answer.", fix="Start it.")
        return super().embed_passages(texts)


def test_an_embedder_that_fails_stops_the_ingest_and_the_next_goes_on_there(place: _Place) -> None:
    write_course(place.source, {"a": spoken("vetores", 4), "b": spoken("matrizes", 4)})
    with pytest.raises(EmbedderUnavailable):
        place.ingest(embedder=_BrokenEmbedder())
    assert _changes(place.ingest()) == ["unchanged", "new"]
    place.assert_sound()


@pytest.mark.parametrize("largest_file_bytes", [3_000, 20_000, 40_000])
def test_a_full_disk_stops_the_ingest_with_nothing_half_written(place: _Place, largest_file_bytes: int) -> None:
    """A limit on the size of files makes writing fail midway, as a full disk does: in the copy of captions of 30 kB, or
    in LanceDB's file of 200 segments."""
    write_course(place.source, {"a": spoken("vetores", 4)})
    place.ingest()
    before = describe_index(place.data, "ml")
    write_course(place.source, {"a": spoken("vetores", 4), "b": spoken("matrizes", 400)})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file_bytes, limits[1]))
    try:
        with pytest.raises(DataFolderRefused, match=r"cannot be written to: File too large\. Free space"):
            place.ingest()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(place.data.rglob("*.unfinished")) == []
    assert describe_index(place.data, "ml") == before
    assert _changes(place.ingest()) == ["unchanged", "new"]
    place.assert_sound()


def test_a_data_folder_that_cannot_be_written_to_is_named(place: _Place) -> None:
    write_course(place.source, {"a": spoken("vetores", 4)})
    place.data.write_text("a file stands where the folder should be")
    with pytest.raises(DataFolderRefused, match=r"data cannot be written to: Not a directory"):
        place.ingest()


def test_a_refused_source_leaves_no_trace(place: _Place) -> None:
    with pytest.raises(SourceRefused):
        place.ingest()
    assert not place.data.exists()
