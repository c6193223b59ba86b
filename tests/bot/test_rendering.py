"""Times, headings and plain answers as people read them."""

import pytest

from bot.platforms.rendering import clock, has_own_words, one_line, printable, source_heading, time_span, why_found
from tests.examples import make_citation, make_passage


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0:00"),
        (59.99, "0:59"),
        (245, "4:05"),
        (3599.9, "59:59"),
        (3723, "1:02:03"),
        (36000, "10:00:00"),
        (-3, "0:00"),
    ],
)
def test_times_are_written_as_people_say_them(seconds: float, written: str) -> None:
    assert clock(seconds) == written


def test_a_stretch_names_both_ends() -> None:
    assert time_span(245.2, 271.9) == "4:05–4:31"


def test_a_source_is_named_with_its_number_and_time() -> None:
    assert source_heading(make_citation(2)) == "[2] Aula 1: Introdução · 1:00–1:05"


def test_a_quote_that_the_answer_shows_need_not_be_repeated() -> None:
    citation = make_citation()
    assert has_own_words(citation, f"“{citation.quote}” [1]")
    assert not has_own_words(citation, "Contra ele [1].")


def test_escapes_and_hidden_characters_become_spaces() -> None:
    assert printable("a\x1b[31mb\u202ec\nd") == "a [31mb c\nd"


def test_why_a_passage_was_found_names_both_searches() -> None:
    assert why_found(make_passage(rank_by_meaning=1, rank_by_words=None)) == "meaning #1, words –"


def test_long_text_is_cut_at_a_word() -> None:
    assert one_line("uma frase  um pouco longa", limit=14) == "uma frase um…"
    assert one_line("curta", limit=14) == "curta"
