"""CourseIndex on real LanceDB tables: what goes in comes out, in one commit, under the right embedder."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from retrieval.embedding import Vectors
from retrieval.index import CourseIndex, CourseIndexes
from retrieval.index_parts.rows import Filters, content_hash, row_of, text_hash
from retrieval.segment import CourseUnknown, Cue, IndexDamaged, IndexMismatch, Lecture, Segment, Word
from tests.examples import NOON, make_cues, make_lecture, make_segment

EVERYTHING = Filters()


def open_indexes(folder: Path, *, embedder: str = "fake/4", dimension: int = 4) -> CourseIndexes:
    return CourseIndexes(folder, embedder=embedder, dimension=dimension)


def axes(*numbers: int) -> Vectors:
    return np.eye(4, dtype=np.float32)[list(numbers)]


def write(index: CourseIndex, texts: dict[int, str], *, lecture: Lecture | None = None) -> list[Segment]:
    """Write a lecture of one segment a text; its vector is the axis of its corpus id."""
    lecture = lecture or make_lecture("aula-1")
    segments = [make_segment(number, lecture=lecture, cues=make_cues([text])) for number, text in texts.items()]
    hashes = [text_hash(text) for text in texts.values()]
    index.replace_lecture(lecture.lecture_id, segments, axes(*(n % 4 for n in texts)), text_hashes=hashes)
    return segments


@pytest.fixture
def index(tmp_path: Path) -> CourseIndex:
    return open_indexes(tmp_path).open_or_create("ml")


def test_a_segment_comes_back_with_its_cues_and_word_times(index: CourseIndex) -> None:
    words = (Word(text="Olá,", start_seconds=1.25), Word(text='"turma"', start_seconds=1.5))
    cues = (
        Cue(start_seconds=1.25, end_seconds=3.0, text='Olá, "turma"', words=words),
        Cue(start_seconds=3.0, end_seconds=4.5, text="linha\nnova 👩🏽‍🏫"),
    )
    lecture = make_lecture("d'água; --", on=date(2025, 3, 3), visible_from=datetime(2025, 3, 4, 8, 30, tzinfo=UTC))
    segment = make_segment(7, lecture=lecture, cues=cues)
    index.replace_lecture("d'água; --", [segment], axes(0), text_hashes=["h"])
    assert list(index.segments()) == [segment]
    assert list(index.segments("d'água; --")) == [segment]
    assert list(index.segments("x")) == []
    assert index.found([7, 8])[7][0] == segment


def test_a_lecture_is_replaced_in_one_commit(index: CourseIndex) -> None:
    write(index, {0: "zero", 1: "um", 2: "dois"})
    write(index, {3: "três"}, lecture=make_lecture("aula's 2"))
    before = index.version
    write(index, {1: "um mudado", 4: "quatro"})
    assert index.version == before + 1
    assert [(row.corpus_id, row.text) for row in index.segments()] == [(1, "um mudado"), (3, "três"), (4, "quatro")]


def test_the_same_lecture_twice_is_there_once(index: CourseIndex) -> None:
    for _ in range(3):
        write(index, {0: "zero", 1: "um"})
    assert index.lectures() == {"aula-1": 2}


def test_no_segments_remove_a_lecture(index: CourseIndex) -> None:
    write(index, {0: "zero"})
    index.replace_lecture("aula-1", [], np.zeros((0, 4), dtype=np.float32), text_hashes=[])
    assert index.lectures() == {}


def test_a_deleted_lecture_leaves_the_others(index: CourseIndex) -> None:
    write(index, {0: "zero", 1: "um"})
    write(index, {2: "dois"}, lecture=make_lecture("' OR '1'='1"))
    assert index.delete_lecture("' OR '1'='1") == 1
    assert index.lectures() == {"aula-1": 2}


def test_corpus_ids_belong_to_one_lecture_and_occur_once(index: CourseIndex) -> None:
    write(index, {0: "zero"})
    with pytest.raises(ValueError, match="another lecture"):
        write(index, {0: "zero"}, lecture=make_lecture("aula-2"))
    segment = make_segment(5, lecture=make_lecture("aula-1"))
    with pytest.raises(ValueError, match="repeat"):
        index.replace_lecture("aula-1", [segment, segment], axes(0, 1), text_hashes=["a", "b"])
    with pytest.raises(ValueError, match="aula-9"):
        index.replace_lecture("aula-9", [segment], axes(0), text_hashes=["a"])
    assert index.lectures() == {"aula-1": 1}


def test_the_next_corpus_id_is_above_all(index: CourseIndex) -> None:
    assert index.next_corpus_id() == 0
    write(index, {3: "três", 41: "quarenta e um"})
    assert index.next_corpus_id() == 42


def test_details_change_without_new_vectors(index: CourseIndex) -> None:
    write(index, {0: "zero", 1: "um"})
    fingerprint = index.fingerprint()
    changed = make_lecture("aula-1", title="Título d'água", url="https://vimeo.com/1", on=None, visible_from=NOON)
    index.update_lecture_details(changed)
    assert {segment.lecture for segment in index.segments()} == {changed}
    assert all(row.intact for row in index.rows_for_verify())
    assert index.fingerprint() == fingerprint


def test_vectors_are_found_by_the_text_they_were_made_of(index: CourseIndex) -> None:
    write(index, {0: "zero", 1: "um"})
    found = index.vectors_by_text_hash([text_hash("um"), text_hash("novo")])
    assert list(found) == [text_hash("um")]
    np.testing.assert_array_equal(found[text_hash("um")], axes(1)[0])


def test_dense_search_is_the_cosine_best_first(index: CourseIndex) -> None:
    write(index, {0: "zero", 1: "um", 2: "dois"})
    # (0.6, 0.8, 0, 0) has cosine 0.6 with the first axis, 0.8 with the second, 0 with the third.
    hits = index.dense(np.array([0.6, 0.8, 0, 0], dtype=np.float32), 2, EVERYTHING)
    assert [hit.corpus_id for hit in hits] == [1, 0]
    assert [hit.score for hit in hits] == pytest.approx([0.8, 0.6], abs=1e-6)


@pytest.mark.parametrize("optimized", [False, True])
def test_words_are_found_before_and_after_optimizing(index: CourseIndex, optimized: bool) -> None:
    write(index, {0: "As funções de ativação", 1: "redes neurais"})
    if optimized:
        index.optimize()
        write(index, {2: "outra rede"}, lecture=make_lecture("aula-2"))
    assert [hit.corpus_id for hit in index.by_words(["funcao"], 5, EVERYTHING)] == [0]
    assert [hit.corpus_id for hit in index.by_words(["rede"], 5, EVERYTHING)] == ([1, 2] if optimized else [1])
    assert index.by_words([], 5, EVERYTHING) == []


def test_filters_keep_to_lecture_language_and_what_is_visible(index: CourseIndex) -> None:
    write(index, {0: "rede"})
    write(index, {1: "rede"}, lecture=make_lecture("aula's 2", visible_from=NOON))
    write(index, {2: "rede"}, lecture=make_lecture("lecture-3", language="en"))
    second = timedelta(seconds=1)
    found = {
        "all": EVERYTHING,
        "too early": Filters(at=NOON - second),
        "in time": Filters(at=NOON),
        "one lecture": Filters(lecture_id="aula's 2"),
        "one language": Filters(language="en"),
    }
    expected = {"all": [0, 1, 2], "too early": [0, 2], "in time": [0, 1, 2], "one lecture": [1], "one language": [2]}
    by_meaning = {name: index.dense(axes(0)[0], 9, filters) for name, filters in found.items()}
    by_words = {name: index.by_words(["rede"], 9, filters) for name, filters in found.items()}
    for hits in (by_meaning, by_words):
        assert {name: sorted(hit.corpus_id for hit in each) for name, each in hits.items()} == expected


def test_another_process_sees_what_was_written(tmp_path: Path) -> None:
    writer, reader = open_indexes(tmp_path), open_indexes(tmp_path)
    write(writer.open_or_create("ml"), {0: "zero"})
    assert len(list(reader.open("ml").segments())) == 1
    write(writer.open("ml"), {0: "zero", 1: "um"})
    assert len(list(reader.open("ml").segments())) == 2


def test_the_fingerprint_is_of_the_contents_not_of_their_history(tmp_path: Path) -> None:
    indexes = open_indexes(tmp_path)
    one, two = indexes.open_or_create("one"), indexes.open_or_create("two")
    write(one, {0: "zero", 1: "um"})
    write(two, {0: "outro"})
    write(two, {1: "um", 0: "zero"})
    two.optimize()
    assert one.fingerprint() == two.fingerprint()
    write(two, {0: "zero", 1: "dois"})
    assert one.fingerprint() != two.fingerprint()


def test_an_index_of_another_embedder_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    open_indexes(tmp_path).open_or_create("ml")
    with pytest.raises(IndexMismatch, match=r"dimension is 4 in the index and 8 in the settings.*index rebuild ml"):
        open_indexes(tmp_path, embedder="fake/8", dimension=8).open("ml")


def test_a_rebuild_serves_the_old_index_until_it_is_finished(tmp_path: Path) -> None:
    old = open_indexes(tmp_path)
    write(old.open_or_create("ml"), {0: "velho"})
    new = open_indexes(tmp_path, embedder="other", dimension=4)
    rebuilt = new.start_rebuild("ml")
    write(rebuilt, {0: "novo"})
    assert [segment.text for segment in old.open("ml").segments()] == ["velho"]
    new.finish_rebuild(rebuilt)
    assert [segment.text for segment in new.open("ml").segments()] == ["novo"]
    with pytest.raises(IndexMismatch):
        old.open("ml")


def test_an_interrupted_rebuild_leaves_nothing_behind(tmp_path: Path) -> None:
    indexes = open_indexes(tmp_path)
    write(indexes.open_or_create("ml"), {0: "velho"})
    write(indexes.start_rebuild("ml"), {0: "halb"})
    again = indexes.start_rebuild("ml")
    assert list(again.segments()) == []
    assert [segment.text for segment in indexes.open("ml").segments()] == ["velho"]


def test_courses_are_listed_and_dropped(tmp_path: Path) -> None:
    indexes = open_indexes(tmp_path)
    indexes.open_or_create("b")
    indexes.open_or_create("a-1")
    assert indexes.courses() == ["a-1", "b"]
    indexes.drop("b")
    assert indexes.courses() == ["a-1"]
    assert [path.name for path in tmp_path.glob("b.*")] == []


@pytest.mark.parametrize("name", ["unknown", "../ml", "a/b", "", "a.1", "x' OR 1"])
def test_a_course_that_is_not_there_is_unknown(tmp_path: Path, name: str) -> None:
    with pytest.raises(CourseUnknown):
        open_indexes(tmp_path).open(name)


def test_a_missing_table_is_damage_and_a_rebuild_mends_it(tmp_path: Path) -> None:
    indexes = open_indexes(tmp_path)
    (tmp_path / "ml.json").write_text(
        json.dumps({"generation": 3, "schema": 1, "embedder": "fake/4", "dimension": 4}), encoding="utf-8"
    )
    with pytest.raises(IndexDamaged, match="lectern index rebuild ml"):
        indexes.open("ml")
    indexes.finish_rebuild(indexes.start_rebuild("ml"))
    assert list(indexes.open("ml").segments()) == []


@pytest.mark.parametrize(
    "contents", ["", "{", "[]", "{}", '{"generation": "x"}', '{"generation": true}', '{"generation": -1}', "[" * 9999]
)
def test_a_damaged_pointer_is_said_to_be_damaged(tmp_path: Path, contents: str) -> None:
    indexes = open_indexes(tmp_path)
    write(indexes.open_or_create("ml"), {0: "zero"})
    (tmp_path / "ml.json").write_text(contents, encoding="utf-8")
    with pytest.raises(IndexDamaged, match="lectern index rebuild ml"):
        indexes.open("ml")
    indexes.finish_rebuild(indexes.start_rebuild("ml"))
    assert indexes.open("ml").table_name == "ml.2"


def test_a_pointer_that_is_a_folder_is_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / "ml.json").mkdir()
    with pytest.raises(IndexDamaged, match="lectern index rebuild ml"):
        open_indexes(tmp_path).open("ml")


def test_a_reader_makes_no_folder_and_is_told_what_makes_the_index(tmp_path: Path) -> None:
    indexes = open_indexes(tmp_path / "data" / "index")
    assert indexes.courses() == []
    with pytest.raises(CourseUnknown, match="lectern index rebuild ml"):
        indexes.open("ml")
    assert list(tmp_path.iterdir()) == []


def test_a_data_folder_that_is_a_file_holds_no_course(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    indexes = open_indexes(tmp_path / "data" / "index")
    assert indexes.courses() == []
    with pytest.raises(CourseUnknown):
        indexes.open("ml")


def test_a_flipped_byte_is_noticed(index: CourseIndex) -> None:
    segments = write(index, {0: "zero", 1: "um"})
    assert [row.intact for row in index.rows_for_verify()] == [True, True]
    row = row_of(segments[0], axes(0)[0], "hash")
    assert content_hash(row) == row["content_hash"]
    assert content_hash({**row, "text": "zerO"}) != row["content_hash"]
    assert content_hash({**row, "vector": [1.0, 0.0, 0.0, 1e-7]}) != row["content_hash"]
    assert content_hash({**row, "title": "another title"}) == row["content_hash"]


def test_text_and_times_survive_a_hundred_segments(index: CourseIndex) -> None:
    segments = write(index, {number: f"texto {number} ção 'x' \\ %" for number in range(100)})
    assert list(index.segments()) == segments
    assert len(index.dense(axes(0)[0], 200, EVERYTHING)) == 100
    assert index.found([99])[99][0] == segments[99]
