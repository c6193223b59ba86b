import unicodedata
from datetime import datetime
from pathlib import Path

import pytest

from retrieval.course_records.course_folder import find_course_folder
from retrieval.course_records.ingest_report import Change, IngestReport
from tests.fakes_ingest import CountingEmbedder, IngestPlace, RememberedProgress, describe_index
from tests.making_courses import spoken, write_captions, write_course


@pytest.fixture
def place(tmp_path: Path) -> IngestPlace:
    return IngestPlace(tmp_path)


def _changes(report: IngestReport) -> list[str]:
    return [str(result.change) for result in report.results]


def test_a_folder_becomes_a_course_and_the_report_counts_what_was_done(place: IngestPlace) -> None:
    """8 + 4 cues of 10 s, in windows of 20 s: 4 + 2 segments. Each has a header of 3 words and 2 sentences of 9."""
    write_course(place.source, {"a": spoken("vetores", 8), "b": spoken("matrizes", 4)})
    report = place.ingest()
    assert (report.title, _changes(report), report.is_complete) == ("Curso", ["new", "new"], True)
    assert (report.cues, report.segments, report.embedded) == (12, 6, 6)
    # FakeEmbedder counts words, + 4 for each text: 6 * (3 + 2 * 9 + 4)
    assert report.tokens == 6 * 25
    assert place.ids("a") + place.ids("b") == [1, 2, 3, 4, 5, 6]
    place.assert_sound()


def test_a_second_ingest_changes_nothing_and_embeds_nothing(place: IngestPlace) -> None:
    write_course(place.source, {"a": spoken("vetores", 8), "b": spoken("matrizes", 4)})
    place.ingest()
    before, embedder = (describe_index(place.data, "ml"), place.manifest), CountingEmbedder()
    report = place.ingest(embedder=embedder)
    assert (_changes(report), report.embedded, embedder.passages) == (["unchanged", "unchanged"], 0, [])
    assert (report.cues, report.segments) == (12, 6)
    assert (describe_index(place.data, "ml"), place.manifest) == before


def test_only_what_changed_is_embedded_and_other_segments_keep_their_ids(place: IngestPlace) -> None:
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


def test_ids_of_removed_segments_are_never_given_again(place: IngestPlace) -> None:
    write_course(place.source, {"a": spoken("vetores", 4), "b": spoken("matrizes", 4)})
    place.ingest()
    write_course(place.source, {"a": spoken("vetores", 4)})
    assert _changes(place.ingest(remove_missing=True)) == ["unchanged", "removed"]
    write_course(place.source, {"a": spoken("vetores", 4), "b": spoken("matrizes", 4)})
    place.ingest()
    assert place.ids("b") == [5, 6]
    place.assert_sound()


def test_a_lecture_that_the_source_lost_is_kept_and_the_flag_is_named(place: IngestPlace) -> None:
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


def test_details_change_without_embedding(place: IngestPlace) -> None:
    write_course(place.source, {"a": spoken("vetores", 4)})
    place.ingest()
    write_course(place.source, {"a": spoken("vetores", 4)}, extra="visible_from = 2026-03-31T18:00:00-03:00\n")
    embedder = CountingEmbedder()
    assert _changes(place.ingest(embedder=embedder)) == ["details"]
    assert embedder.passages == []
    assert place.manifest.lectures[0].lecture.visible_from == datetime.fromisoformat("2026-03-31T21:00:00+00:00")
    place.assert_sound()


def test_a_new_title_is_embedded_under_the_same_ids(place: IngestPlace) -> None:
    """Both titles stand in the header of every embedded text."""
    write_course(place.source, {"a": spoken("vetores", 4), "b": spoken("matrizes", 4)})
    place.ingest()
    write_course(place.source, {"a": spoken("vetores", 4), "b": spoken("matrizes", 4)}, title="Álgebra")
    report = place.ingest()
    assert (_changes(report), report.embedded, report.title) == (["changed", "changed"], 4, "Álgebra")
    assert place.ids("a") + place.ids("b") == [1, 2, 3, 4]
    place.assert_sound()


def test_progress_is_told_step_by_step(place: IngestPlace) -> None:
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


def test_a_single_caption_file_adds_a_lecture_and_takes_none_away(place: IngestPlace) -> None:
    write_course(place.source, {"a": spoken("vetores", 4)}, title="Álgebra")
    place.ingest()
    single = write_captions(place.source.parent / "Aula extra.pt.vtt", spoken("grafos", 4))
    report = place.ingest(single, remove_missing=True)
    assert (_changes(report), report.title) == (["new"], "Álgebra")
    assert [record.lecture.lecture_id for record in place.manifest.lectures] == ["a", "aula-extra"]
    place.assert_sound()


def test_lectures_stand_in_the_order_of_the_source(place: IngestPlace) -> None:
    write_course(place.source, {"a": spoken("vetores", 4), "c": spoken("grafos", 4)})
    place.ingest()
    write_course(place.source, {"c": spoken("grafos", 4), "b": spoken("matrizes", 4), "a": spoken("vetores", 4)})
    place.ingest()
    assert [record.lecture.lecture_id for record in place.manifest.lectures] == ["c", "b", "a"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_odd_names_and_ids_go_all_the_way(place: IngestPlace, form: str) -> None:
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


def test_one_cue_and_ten_hours_are_lectures_too(place: IngestPlace) -> None:
    """3,600 cues of 10 s, two a window."""
    write_course(place.source, {"one": ["Olá."], "long": spoken("tempo", 3600)})
    assert place.ingest().segments == 1 + 1800


def test_the_report_does_not_count_what_was_removed(place: IngestPlace) -> None:
    """Four cues stay, in two segments."""
    write_course(place.source, {"a": spoken("vetores", 4), "b": spoken("matrizes", 8)})
    place.ingest()
    write_course(place.source, {"a": spoken("vetores", 4)})
    report = place.ingest(remove_missing=True)
    assert _changes(report) == ["unchanged", "removed"]
    assert (report.cues, report.segments) == (4, 2)
