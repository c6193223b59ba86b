from retrieval.neighbours import merge_neighbours
from retrieval.segment import Passage
from tests.examples import make_cues, make_lecture, make_passage, make_segment

CUES = make_cues([f"frase {place}" for place in range(8)], start_seconds=0)


def _passage(corpus_id: int, first: int, after: int, *, rank: int, lecture_id: str = "aula-01") -> Passage:
    segment = make_segment(corpus_id, lecture=make_lecture(lecture_id), cues=CUES[first:after])
    return make_passage(segment, rank=rank)


def test_overlapping_passages_become_one_source_with_each_cue_once() -> None:
    sources = merge_neighbours([_passage(2, 3, 6, rank=1), _passage(1, 0, 4, rank=2)])
    assert [source.cues for source in sources] == [CUES[0:6]]
    assert [passage.rank for passage in sources[0].passages] == [1, 2]


def test_passages_of_other_lectures_stay_apart() -> None:
    sources = merge_neighbours([_passage(1, 0, 4, rank=1), _passage(2, 0, 4, rank=2, lecture_id="aula-02")])
    assert [source.lecture.lecture_id for source in sources] == ["aula-01", "aula-02"]


def test_a_passage_between_two_sources_joins_them_in_the_better_ones_place() -> None:
    other = _passage(9, 0, 2, rank=2, lecture_id="aula-02")
    sources = merge_neighbours([_passage(1, 0, 3, rank=1), other, _passage(3, 5, 8, rank=3), _passage(2, 2, 6, rank=4)])
    assert [len(source.cues) for source in sources] == [8, 2]


def test_a_second_belongs_to_the_best_ranked_passage_that_holds_it() -> None:
    (source,) = merge_neighbours([_passage(2, 3, 6, rank=1), _passage(1, 0, 4, rank=2)])
    # Segment 2 spans 15 to 30 s, segment 1 spans 0 to 20 s.
    assert source.passage_at(17).segment.corpus_id == 2
    assert source.passage_at(3).segment.corpus_id == 1


def test_no_passages_give_no_sources() -> None:
    assert merge_neighbours([]) == ()
