from hypothesis import given
from hypothesis import strategies as st

from retrieval.segment import Cue, Word
from retrieval.stretches import LONGEST_SECONDS, cut_stretches
from tests.examples import make_cues


def test_a_stretch_ends_with_a_sentence_once_it_is_long_enough() -> None:
    # Cues of 5 s: the first sentence ends at 5 s (too short), the second at 10 s, the third at 20 s.
    cues = make_cues(["Bom dia.", "Vamos começar.", "O gradiente aponta", "para cima."], start_seconds=0)
    found = [(stretch.start_seconds, stretch.text) for stretch in cut_stretches(cues)]
    assert found == [(0.0, "Bom dia. Vamos começar."), (10.0, "O gradiente aponta para cima.")]


def test_a_stretch_may_begin_inside_a_cue_at_the_words_own_time() -> None:
    words = tuple(
        Word(text=text, start_seconds=8.0 + place) for place, text in enumerate(["acabou.", "Agora", "o", "viés"])
    )
    cues = (
        Cue(start_seconds=0, end_seconds=8, text="Isso foi a parte um, que"),
        Cue(start_seconds=8, end_seconds=20, text="acabou. Agora o viés", words=words),
    )
    assert [stretch.start_seconds for stretch in cut_stretches(cues)] == [0.0, 9.0]
    assert [stretch.first_cue for stretch in cut_stretches(cues)] == [0, 1]


def test_without_word_times_the_letters_of_the_cue_are_counted() -> None:
    # 20 letters in 20 s: "aaaa aaaa." ends at 10 s, the next word begins after the space, at 11 s.
    cues = (Cue(start_seconds=0, end_seconds=20, text="aaaa aaaa. bbbb bbb."),)
    assert [stretch.start_seconds for stretch in cut_stretches(cues)] == [0.0, 11.0]


def test_speech_without_punctuation_is_cut_at_pauses() -> None:
    cues = (
        Cue(start_seconds=0, end_seconds=9, text="hoje a gente fala de árvores"),
        Cue(start_seconds=11, end_seconds=20, text="a poda vem depois"),
    )
    assert [stretch.text for stretch in cut_stretches(cues)] == ["hoje a gente fala de árvores", "a poda vem depois"]


def test_speech_without_any_pause_is_cut_at_the_end_of_a_cue() -> None:
    cues = make_cues(["uma duas três quatro"] * 12, start_seconds=0)
    stretches = cut_stretches(cues)
    assert len(stretches) == 3  # 60 s of speech, no stretch above 25 s, cut where a cue ends: 25, 25 and 10 s
    assert all(stretch.start_seconds % 5 == 0 for stretch in stretches)


def test_initials_and_abbreviations_end_no_sentence() -> None:
    # Had "J." or "e.g." ended a sentence after 8 s, there would be more than one stretch of these 20 s.
    cues = (Cue(start_seconds=0, end_seconds=20, text="como mostrou o grande J. Silva e.g. aqui na lousa"),)
    assert len(cut_stretches(cues)) == 1


def test_no_cues_give_no_stretches() -> None:
    assert cut_stretches(()) == ()


@given(
    st.lists(
        st.tuples(st.text("ab. ?,", max_size=30), st.floats(0, 40), st.floats(0, 5)),
        max_size=20,
    )
)
def test_every_word_is_in_one_stretch_in_order(raw: list[tuple[str, float, float]]) -> None:
    cues, now = [], 0.0
    for text, seconds, gap in raw:
        cues.append(Cue(start_seconds=now, end_seconds=now + seconds, text=text))
        now += seconds + gap
    stretches = cut_stretches(cues)
    assert " ".join(stretch.text for stretch in stretches).split() == " ".join(cue.text for cue in cues).split()
    starts = [stretch.start_seconds for stretch in stretches]
    assert starts == sorted(starts)
    assert all(stretch.end_seconds >= stretch.start_seconds for stretch in stretches)


def test_a_stretch_stays_below_the_longest_where_words_allow() -> None:
    cues = make_cues(["palavra " * 10] * 20, start_seconds=0)
    assert all(stretch.end_seconds - stretch.start_seconds <= LONGEST_SECONDS for stretch in cut_stretches(cues))
