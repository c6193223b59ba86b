from retrieval.course_records.corpus_ids import KnownIds, assign_corpus_ids, gather_ids


def test_a_new_lecture_gets_the_next_ids() -> None:
    ids, following = assign_corpus_ids(["a", "b"], ["ha", "hb"], known=KnownIds(), next_corpus_id=5)
    assert (ids, following) == ((5, 6), 7)


def test_a_segment_that_stays_keeps_its_id_wherever_it_moves() -> None:
    known = KnownIds(by_text_hash={"ha": [1], "hb": [2], "hc": [3]})
    ids, following = assign_corpus_ids(["new", "c", "a"], ["hn", "hc", "ha"], known=known, next_corpus_id=9)
    assert (ids, following) == ((9, 3, 1), 10)


def test_a_segment_whose_header_alone_changed_keeps_its_id() -> None:
    known = KnownIds(by_text_hash={"old header": [4]}, by_text={"a": [4]})
    assert assign_corpus_ids(["a"], ["new header"], known=known, next_corpus_id=5) == ((4,), 5)


def test_equal_texts_keep_their_ids_in_order_of_time() -> None:
    known = KnownIds(by_text_hash={"h": [3, 7]}, by_text={"a": [3, 7]})
    assert assign_corpus_ids(["a", "a", "a"], ["h", "h", "h"], known=known, next_corpus_id=8) == ((3, 7, 8), 9)


def test_ids_of_equal_keys_are_gathered_in_ascending_order() -> None:
    assert gather_ids([("a", 7), ("b", 1), ("a", 3)]) == {"a": [3, 7], "b": [1]}
