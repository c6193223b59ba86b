"""Times, headings and plain answers as people read them."""

import pytest

from bot.exchange import Answer, Outcome
from bot.platforms.rendering import clock, plain_answer, shortened, source_heading, stretch, why_found
from tests.examples import make_citation, make_exchange, make_passage


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
    assert stretch(245.2, 271.9) == "4:05–4:31"


def test_the_plain_answer_lists_its_sources_with_links() -> None:
    exchange = make_exchange()
    text = plain_answer(exchange)
    assert text.startswith(exchange.answer.text)
    for citation in exchange.answer.citations:
        assert source_heading(citation) in text
        assert citation.link in text


def test_a_quote_that_the_answer_shows_is_not_repeated() -> None:
    citation = make_citation()
    answer = Answer(
        outcome=Outcome.ANSWERED, text=f"“{citation.quote}” [1]", citations=(citation,), answerer="extractive"
    )
    assert plain_answer(make_exchange(answer=answer)).count(citation.quote) == 1


def test_why_a_passage_was_found_names_both_searches() -> None:
    assert why_found(make_passage(rank_by_meaning=1, rank_by_words=None)) == "meaning #1, words –"


def test_long_text_is_cut_at_a_word() -> None:
    assert shortened("uma frase  um pouco longa", limit=14) == "uma frase um…"
    assert shortened("curta", limit=14) == "curta"
