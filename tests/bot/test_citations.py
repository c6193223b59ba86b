import re
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.citations import cite, number_supports, read_marks, readable_so_far, tidy_quote, write_numbers
from retrieval.neighbours import Source, merge_neighbours
from retrieval.stretches import Stretch
from retrieval.support import Support
from tests.bot.test_sanitising import HOSTILE, is_live
from tests.examples import make_cues, make_lecture, make_passage, make_segment


def _written(text: str, sources: int = 3) -> str:
    """The text with each source numbered as first used."""
    draft = read_marks(text, sources=sources)
    order: dict[int, int] = {}
    return write_numbers(draft, [order.setdefault(use.source, len(order) + 1) for use in draft.uses])


def _used(text: str, sources: int = 3) -> list[int]:
    return [use.source + 1 for use in read_marks(text, sources=sources).uses]


def _source(lecture_id: str = "aula-01") -> Source:
    cues = make_cues([f"frase {place}" for place in range(20)], start_seconds=60)
    return merge_neighbours([make_passage(make_segment(7, lecture=make_lecture(lecture_id), cues=cues))])[0]


def _support(second: float, source: Source | None = None) -> Support:
    stretch = Stretch(start_seconds=second, end_seconds=second + 10, text="o gradiente  aponta", first_cue=0)
    return Support(source=source or _source(), stretch=stretch, score=1.0)


@pytest.mark.parametrize(
    ("mark", "sources"),
    [
        ("[S1]", [1]),
        ("[S1, S3]", [1, 3]),
        ("[S1][S2]", [1, 2]),
        ("[S1; S2]", [1, 2]),
        ("[S1 e S2]", [1, 2]),
        ("[s 1]", [1]),
        ("( S2 )", [2]),
        ("【S1】", [1]),
        ("【S2†fonte】", [2]),
        ("[Fonte S2]", [2]),
        ("[2]", [2]),
        ("[s1, s2]", [1, 2]),
        ("(S1, S2)", [1, 2]),
        ("[[S1]]", [1]),
        ("[**S1**]", [1]),
        ("[S1.]", [1]),
        (r"\[S1\]", [1]),
        ("[S1 or S2]", [1, 2]),
        ("[S1 ou S2]", [1, 2]),
        ("[S1-S3]", [1, 2, 3]),
        ("[S1 to S3]", [1, 2, 3]),
        ("[S1 a S3]", [1, 2, 3]),
        ("[S2 a S99]", [2, 3]),
        ("[S1, 12:30]", [1]),
        ("[S1: Aula 1]", [1]),
        ("[S1: Aula 5, 7:18]", [1]),
        ("[Source: S1]", [1]),
        ("[passage 2]", [2]),
        ("[Trecho 1]", [1]),
        ("`[S1]`", [1]),
        ("[S1](https://evil.example)", [1]),
        ("[S9]", []),
        ("[S0]", []),
        ("[S1, S9]", [1]),
        ("[S99999]", []),
    ],
)
def test_marks_are_read_in_all_the_ways_models_write_them(mark: str, sources: list[int]) -> None:
    assert _used(f"A rede aprende os pesos {mark}.") == sources


@pytest.mark.parametrize(
    "text",
    [
        "o serviço S3 guarda",
        "Amazon S3, que é barata",
        "o estado S1 vai para S2.",
        "leva (2 s) ou (3 s)",
        "o par (s, 1) e o par (s1, a1)",
        "f(1) e g(x, 2)",
        "(2)",
        "em [0, 1) ou [0.5, 1]",
    ],
)
def test_times_pairs_and_names_are_no_marks(text: str) -> None:
    assert _used(text) == []
    assert _written(text) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("valores em [0, 1]", "valores em [ 0, 1 ]"),
        ("uma lista [1, 2, 3] e [1-3] e [3,4] fim", "uma lista [ 1, 2, 3 ] e [ 1-3 ] e [ 3,4 ] fim"),
        (r"nota [^1] e \[1\] fim", "nota [ ^1 ] e [ 1 ] fim"),
        ("Passos: [1] calcule a, [2] calcule b", "Passos: [ 1 ] calcule a, [ 2 ] calcule b"),
        ("[1] calcule a\n[2] calcule b", "[ 1 ] calcule a\n[ 2 ] calcule b"),
        ("O vetor é [1]. A rede soma [S2].", "O vetor é [ 1 ]. A rede soma [1]."),
    ],
)
def test_numbers_in_brackets_that_cite_nothing_are_written_apart(text: str, written: str) -> None:
    assert _written(text) == written


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("A rede aprende. [1] E soma. [2]", [1, 2]),
        ("A rede aprende [1][2].", [1, 2]),
        ("A rede aprende. S1, S2", [1, 2]),
        ("A rede aprende. S1\nE soma. S2.", [1, 2]),
    ],
)
def test_plain_numbers_and_bare_marks_count_at_the_end_of_a_sentence(text: str, sources: list[int]) -> None:
    assert _used(text) == sources


def test_an_element_in_brackets_is_written_apart_so_that_it_is_no_citation() -> None:
    written = "Em `x[ 1 ]` e x[ 2 ] e y[ 0 ][ 1 ] e [ 7 ] está [1]."
    assert _written("Em `x[1]` e x[2] e y[0][1] e [7] está [S1].") == written


def test_marks_at_the_end_of_a_code_span_follow_it() -> None:
    assert _written("Use `softmax(x) [S1]` ou `a @ b  # [S2]` aqui.") == "Use `softmax(x)` [1] ou `a @ b` [2] aqui."


def test_marks_in_a_block_of_code_follow_it() -> None:
    code = "Use isto:\n```python\nx = states[S1]  # [S1]\ny = [S1, 2]\n# soma [S2]\n```\nFim."
    assert _written(code) == "Use isto:\n```python\nx = states[S1]\ny = [S1, 2]\n# soma\n```\n[1][2]\nFim."
    assert {use.claim for use in read_marks(code, sources=2).uses} == {"Use isto"}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Sim [S1].\n\nFontes:\n[S1] Aula 5, 7:18\n[S2] Aula 6, 1:00", "Sim [1]."),
        ("É isso.\n\n**Sources:**\n- [S1] Aula 5, 7:18\n- [S2] Aula 6", "É isso. [1][2]"),
        ("Sim [S1].\nFontes: [S1], [S2]", "Sim [1]."),
        ("Sim [S1].\n[S1] Aula 5, 7:18", "Sim [1]."),
        ("Sim [S1].\n[1]: http://evil.example", "Sim [1]."),
        ("Sim [S1].\n[1]:", "Sim [1]."),
        ("Fontes renováveis são boas [S1].", "Fontes renováveis são boas [1]."),
        ("Sim.\n- [S1] O gradiente desce.\n- [S2] O viés soma.", "Sim.\n- [1] O gradiente desce.\n- [2] O viés soma."),
    ],
)
def test_a_list_of_sources_at_the_end_is_cut(text: str, written: str) -> None:
    assert _written(text) == written


@pytest.mark.parametrize("text", ["Sim <think>ora [S2]</think> é [S1].", "Sim é [S1].<think>ora [S2]"])
def test_thoughts_are_cut_wherever_they_stand(text: str) -> None:
    assert _written(text) == "Sim é [1]."


def test_an_unknown_mark_is_dropped() -> None:
    assert _written("Isso é falso [S7].") == "Isso é falso."


def test_numbers_follow_the_order_of_first_use() -> None:
    assert _written("B [S3]. A [S1]. B de novo [S3].") == "B [1]. A [2]. B de novo [1]."


def test_a_mark_said_twice_in_a_row_is_written_once() -> None:
    assert _written("Aprende [S2][S2].") == "Aprende [1]."


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Bom dia. A rede aprende pesos [S1]. Fim.", "A rede aprende pesos"),
        ("Bom dia. A rede aprende pesos. [S1]", "Bom dia. A rede aprende pesos"),
        ("Um. Dois. Três. Quatro. [S1] Cinco.", "Dois. Três. Quatro"),
        ("Sim. [S1] Depois disso a rede soma.", "Sim"),
        ("[S1] A rede é boa. Outra frase.", "A rede é boa"),
        ("Lista:\n- [S1] O gradiente desce. Mais.", "O gradiente desce"),
        ("Parágrafo um. Dois.\n\n[S1]", "Parágrafo um. Dois"),
        ("Olá. O Prof. Silva, p. ex., mostra na Fig. 2 isto [S1].", "O Prof. Silva, p. ex., mostra na Fig. 2 isto"),
        ("| a | b |\n|---|---|\n| rede profunda aqui | viés [S1] |", "viés"),
        ("Bom dia. Segundo [S1], a rede aprende pesos. Fim.", "Segundo , a rede aprende pesos"),
        ("- A rede aprende\n- O viés soma sempre [S1]", "O viés soma sempre"),
    ],
)
def test_the_claim_is_the_sentence_that_carries_the_mark(text: str, claim: str) -> None:
    (use,) = read_marks(text, sources=1).uses
    assert use.claim == claim


def test_marks_that_open_their_sentences_claim_them_and_never_the_one_before() -> None:
    uses = read_marks("[S1] A rede é boa. [S2] O viés soma.", sources=2).uses
    assert [use.claim for use in uses] == ["A rede é boa", "O viés soma"]


def test_marks_side_by_side_share_the_sentences_since_the_mark_before() -> None:
    uses = read_marks("Um é um. [S1] Cinco vem. Seis vem. [S2] [S3]", sources=3).uses
    assert [use.claim for use in uses] == ["Um é um", "Cinco vem. Seis vem", "Cinco vem. Seis vem"]


def test_two_places_of_one_source_are_two_citations_when_far_apart() -> None:
    source = _source()
    # 60 and 75 s are 15 s apart, one place; 95 s is 35 s from the first: another.
    assert number_supports([_support(60, source), _support(75, source), _support(95, source)]) == [1, 1, 2]


def test_the_same_second_of_two_lectures_is_two_citations() -> None:
    assert number_supports([_support(60), _support(60, _source("aula-02"))]) == [1, 2]


def test_a_citation_is_built_from_the_captions_and_the_course_alone() -> None:
    citation = cite(_support(75.8), number=4)
    assert (citation.number, citation.corpus_id, citation.lecture_id) == (4, 7, "aula-01")
    assert (citation.second, citation.until_second, citation.quote) == (75.8, 85.8, "o gradiente aponta")
    assert citation.link == "https://youtu.be/dQw4w9WgXcQ?t=75s"


def test_the_title_of_a_citation_holds_nothing_live_and_no_mark() -> None:
    lecture = replace(make_lecture("aula-01"), title="Aula clique @everyone http://evil.example [S2] [1]")
    cues = make_cues(["o gradiente aponta"], start_seconds=60)
    (source,) = merge_neighbours([make_passage(make_segment(7, lecture=lecture, cues=cues))])
    assert cite(_support(60, source), number=1).lecture_title == "Aula clique everyone [ S2 ] [ 1 ]"


def test_a_quote_is_cut_between_words_and_holds_nothing_live() -> None:
    assert tidy_quote("palavra " * 60) == " ".join(["palavra"] * 37) + "…"  # 37 × 8 = 296 characters, a 38th: 304
    assert tidy_quote("veja https://evil.example @everyone [1] [S2]") == "veja everyone [ 1 ] [ S2 ]"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A rede aprende [S", "A rede aprende"),
        ("A rede aprende [S1", "A rede aprende"),
        ("A rede aprende [S1] e ", "A rede aprende [1] e"),
        ("A rede aprende [S1, S", "A rede aprende"),
        ("A rede aprende [S1, S2]", "A rede aprende"),
        ("Veja https://ev", "Veja"),
        ("Veja [aqui](https://evil.example/", "Veja"),
        ("", ""),
    ],
)
def test_an_unfinished_text_shows_no_half_mark_and_no_link(text: str, shown: str) -> None:
    assert readable_so_far(text, sources=3) == shown


@given(HOSTILE, st.integers(0, 5))
@settings(max_examples=400)
def test_every_number_shown_is_a_citation_and_every_citation_is_shown(text: str, sources: int) -> None:
    written = _written(text, sources)
    shown = {int(number) for number in re.findall(r"\[(\d+)\]", written)}
    assert shown == set(range(1, len(set(_used(text, sources))) + 1))
    assert not is_live(written)


@given(HOSTILE, st.integers(0, 60))
@settings(max_examples=200)
def test_a_stream_never_shows_anything_live(text: str, length: int) -> None:
    assert not is_live(readable_so_far(text[:length], sources=3))


@pytest.mark.parametrize(
    "unit",
    [
        "[S1]",
        "[",
        "[S",
        "S1 ",
        "[S1,",
        "(S1",
        "a [S1]. ",
        "[1",
        "- ",
        "a. ",
        "|",
        "| [S1] ",
        "# [S1]",
        "[S1]\n",
        "```[S1]",
        "<think>",
        "[1] ",
        "[S1] a 1:00\n",
    ],
)
def test_hostile_marks_of_100_kb_take_well_under_a_second(unit: str) -> None:
    began = time.perf_counter()
    read_marks(unit * (100_000 // len(unit)), sources=5)
    assert time.perf_counter() - began < 5  # linear takes some 0.1 s; quadratic would take minutes
