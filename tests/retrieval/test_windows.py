"""Windows: their length, where they are cut, and that no word is ever lost or cut off."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.segment import Cue, Word
from retrieval.windows import LONG_SILENCE_SECONDS, Window, cut_windows, embedded_text, segment_header


def words_and_three(text: str) -> int:
    """One token a word, and three of prefix and special tokens."""
    return len(text.split()) + 3


def characters(text: str) -> int:
    """The worst tokenizer: one token a character, so that a single word can exceed a limit."""
    return len(text) + 3


def quarters(text: str) -> int:
    """Four characters a token, words or not: a text has more tokens than its parts together."""
    return len(text) // 4 + 3


def steady_cues(count: int, *, each_seconds: float = 5.0, words: int = 10) -> list[Cue]:
    return [
        Cue(
            start_seconds=n * each_seconds,
            end_seconds=(n + 1) * each_seconds,
            text=" ".join(f"w{n}x{m}" for m in range(words)),
        )
        for n in range(count)
    ]


def spans(windows: tuple[Window, ...]) -> list[tuple[float, float]]:
    return [(window.start_seconds, window.end_seconds) for window in windows]


def test_no_cues_give_no_windows() -> None:
    assert cut_windows([], count_tokens=words_and_three) == ()


def test_cues_without_a_word_give_no_windows() -> None:
    assert cut_windows([Cue(start_seconds=0, end_seconds=5, text=" \n")], count_tokens=words_and_three) == ()


def test_one_cue_is_one_window_with_its_whitespace_folded() -> None:
    cue = Cue(start_seconds=3, end_seconds=5, text=" bom \n dia ")
    (window,) = cut_windows([cue], count_tokens=words_and_three)
    assert window == Window(cues=(cue,), start_seconds=3, end_seconds=5, text="bom dia")


def test_windows_of_120_s_overlap_by_30_s_where_nothing_else_decides() -> None:
    # 60 cues of 5 s = 300 s without pauses or full stops. 0-120; next starts 30 s before 120; 90-210; 180-300.
    assert spans(cut_windows(steady_cues(60), count_tokens=words_and_three)) == [(0, 120), (90, 210), (180, 300)]


def test_a_window_stops_at_the_end_of_a_sentence_near_its_length() -> None:
    cues = steady_cues(60)
    cues[21] = Cue(start_seconds=105, end_seconds=110, text="e era isso.")
    # The stop at 110 s earns 1 for the sentence and loses 10/24 for the distance to 120; the stop at 120 scores 0.
    assert spans(cut_windows(cues, count_tokens=words_and_three))[0] == (0, 110)


def test_a_window_stops_at_a_pause_near_its_length() -> None:
    early, late = steady_cues(26), steady_cues(30)
    moved = [Cue(start_seconds=c.start_seconds + 132, end_seconds=c.end_seconds + 132, text=c.text) for c in late]
    # The first 26 cues end at 130 s, then come 2 s of silence.
    assert spans(cut_windows([*early, *moved], count_tokens=words_and_three))[0] == (0, 130)


def test_a_new_window_begins_with_a_sentence_near_the_overlap() -> None:
    cues = steady_cues(60)
    cues[18] = Cue(start_seconds=90, end_seconds=95, text="fim da frase.")
    # Cue 19 begins a sentence at 95 s: an overlap of 25 s instead of 30.
    assert spans(cut_windows(cues, count_tokens=words_and_three))[1][0] == 95


def test_a_long_silence_ends_a_window_and_is_in_none() -> None:
    before = steady_cues(4)
    start = 20 + LONG_SILENCE_SECONDS + 1
    after = Cue(start_seconds=start, end_seconds=start + 5, text="voltamos do intervalo")
    assert spans(cut_windows([*before, after], count_tokens=words_and_three)) == [(0, 20), (start, start + 5)]


def test_a_silence_short_of_a_long_one_stays_inside_a_window() -> None:
    after = Cue(start_seconds=20 + LONG_SILENCE_SECONDS, end_seconds=70, text="voltando")
    assert spans(cut_windows([*steady_cues(4), after], count_tokens=words_and_three)) == [(0, 70)]


def test_a_tiny_rest_goes_with_the_window_before() -> None:
    # 27 cues of 5 s = 135 s: over 1.1 x 120 = 132, but the 15 s after 120 are less than 20.
    assert spans(cut_windows(steady_cues(27), count_tokens=words_and_three)) == [(0, 135)]


def test_a_tiny_rest_that_does_not_fit_is_a_window_with_its_overlap() -> None:
    # 10 tokens a cue: 24 cues and "passage a" need 244, the limit; so the 25th to 27th cannot be added.
    windows = cut_windows(steady_cues(27), max_tokens=244, count_tokens=words_and_three)
    assert spans(windows) == [(0, 120), (90, 135)]


def test_tokens_decide_over_the_clock_and_the_overlap_shrinks_with_them() -> None:
    # Room for 10 cues (104 = 3 + "a" + 100), 50 s; a quarter of that, 12.5 s, is wished as overlap: two or three cues.
    windows = cut_windows(steady_cues(40), max_tokens=104, count_tokens=words_and_three)
    assert all(window.end_seconds - window.start_seconds <= 50 for window in windows)
    shared = [a.end_seconds - b.start_seconds for a, b in pairwise(windows)]
    assert all(10 <= seconds <= 15 for seconds in shared)


def test_the_header_counts_and_is_not_in_the_text() -> None:
    windows = cut_windows(steady_cues(24), max_tokens=244, count_tokens=words_and_three, header="Curso Aula")
    assert len(windows) == 2  # the two words of the header leave room for 23 cues only
    assert "Curso" not in windows[0].text


def test_an_endless_header_is_shortened_and_never_eats_the_window() -> None:
    header = segment_header("Aprendizado " * 100, "ﷺ" * 100)
    assert len(header) <= 113
    assert len(embedded_text("título sem fim " * 1000, "texto")) <= 113 + len(": texto")
    windows = cut_windows(steady_cues(24), max_tokens=244, count_tokens=words_and_three, header="longo " * 1000)
    assert len(windows) == 2


def test_a_header_without_titles_leaves_the_text_alone() -> None:
    assert segment_header(" ", "") == ""
    assert embedded_text("", "texto") == "texto"
    assert embedded_text(segment_header("Curso", "Aula 1"), "texto") == "Curso · Aula 1: texto"


def test_a_cue_longer_than_the_limit_is_split_by_its_word_times() -> None:
    texts = [f"w{n}" for n in range(40)]
    times = tuple(Word(text=text, start_seconds=float(n * n)) for n, text in enumerate(texts))
    cue = Cue(start_seconds=0, end_seconds=1600, text=" ".join(texts), words=times)
    windows = cut_windows([cue], max_tokens=24, count_tokens=words_and_three)
    cues = sorted({c.start_seconds: c for w in windows for c in w.cues}.values(), key=lambda c: c.start_seconds)
    assert " ".join(c.text for c in cues) == cue.text
    assert all(c.start_seconds == c.words[0].start_seconds for c in cues)
    assert sum((c.words for c in cues), ()) == times


def test_a_cue_longer_than_the_limit_without_word_times_is_split_in_proportion() -> None:
    cue = Cue(start_seconds=0, end_seconds=80, text=" ".join(["abc"] * 40))
    windows = cut_windows([cue], max_tokens=24, count_tokens=words_and_three)
    # 40 words halve to 20, 10, 5 and on to at most a quarter of the room of 20: eight pieces of 10 s.
    starts = sorted({c.start_seconds for w in windows for c in w.cues})
    assert starts == pytest.approx([0, 10, 20, 30, 40, 50, 60, 70])


def test_a_cue_of_ten_minutes_is_split_though_its_tokens_fit() -> None:
    windows = cut_windows(steady_cues(1, each_seconds=600, words=100), count_tokens=words_and_three)
    assert all(window.end_seconds - window.start_seconds <= 132 for window in windows)
    assert windows[-1].end_seconds == 600


def test_one_word_of_ten_minutes_stays_one_window() -> None:
    assert spans(cut_windows(steady_cues(1, each_seconds=600, words=1), count_tokens=words_and_three)) == [(0, 600)]


def test_a_word_longer_than_the_limit_is_split_and_kept_whole() -> None:
    cue = Cue(start_seconds=0, end_seconds=10, text="x" * 100)
    windows = cut_windows([cue], max_tokens=30, overlap_seconds=0, count_tokens=characters)
    assert "".join(window.text.replace(" ", "") for window in windows) == "x" * 100


def test_an_overlap_over_half_a_window_is_refused() -> None:
    with pytest.raises(ValueError, match="at most half"):
        cut_windows([], seconds=60, overlap_seconds=31, count_tokens=words_and_three)


def test_a_limit_without_room_for_text_is_refused() -> None:
    with pytest.raises(ValueError, match="leaves no room"):
        cut_windows([], max_tokens=10, count_tokens=words_and_three)


def test_counting_grows_with_the_length_of_the_lecture_only() -> None:
    counted: list[str] = []

    def counting(text: str) -> int:
        counted.append(text)
        return words_and_three(text)

    windows = cut_windows(steady_cues(2000), count_tokens=counting)
    assert len(counted) <= 2000 + len(windows) + 1  # each cue once, each window once, the empty window once


@st.composite
def lectures(draw: st.DrawFn) -> list[Cue]:
    """Cues as captions leave them: starts rise, ends do not pass the next start, gaps and lengths are anything."""
    second, cues = draw(st.floats(0, 100)), []
    for number in range(draw(st.integers(1, 60))):
        length = draw(st.sampled_from([0.5, 2.0, 4.5, 10.0, 31.0, 600.0]))
        count = draw(st.integers(1, 6) | st.integers(1, 80))
        ending = draw(st.sampled_from(["", "", ".", "?"]))
        texts = [f"w{number}x{n}" for n in range(count)]
        texts[-1] += ending
        timed = draw(st.booleans())
        times = tuple(Word(text=t, start_seconds=second + n * length / count) for n, t in enumerate(texts))
        text = " ".join(texts)
        cues.append(Cue(start_seconds=second, end_seconds=second + length, text=text, words=times if timed else ()))
        second += length + draw(st.sampled_from([0.0, 0.0, 0.3, 2.0, 40.0, 50.0]))
    return cues


@settings(max_examples=80, deadline=None)
@given(
    cues=lectures(),
    max_tokens=st.integers(30, 480),
    seconds=st.sampled_from([30.0, 120.0]),
    share=st.sampled_from([0.0, 0.25, 0.5]),
    count_tokens=st.sampled_from([words_and_three, characters, quarters]),
    header=st.sampled_from(["", "Curso · Aula"]),
)
def test_whatever_the_lecture_no_word_is_lost_or_out_of_order_or_cut_off(
    cues: list[Cue],
    max_tokens: int,
    seconds: float,
    share: float,
    count_tokens: Callable[[str], int],
    header: str,
) -> None:
    def cut() -> tuple[Window, ...]:
        return cut_windows(
            cues,
            seconds=seconds,
            overlap_seconds=seconds * share,
            max_tokens=max_tokens,
            count_tokens=count_tokens,
            header=header,
        )

    windows = cut()
    assert windows == cut()
    assert all(count_tokens(embedded_text(header, window.text)) <= max_tokens for window in windows)
    # Each piece once, in order of first appearance, gives the lecture's text back.
    pieces = list(dict.fromkeys((c.start_seconds, c.text) for window in windows for c in window.cues))
    assert pieces == sorted(pieces, key=lambda piece: piece[0])
    assert "".join(text for _, text in pieces).replace(" ", "") == "".join(c.text for c in cues).replace(" ", "")
    for before, after in pairwise(windows):
        assert before.start_seconds < after.start_seconds
        assert before.end_seconds < after.end_seconds + 1e-9
        shared = max(0.0, before.end_seconds - after.start_seconds)
        assert shared <= (before.end_seconds - before.start_seconds) / 2 + 1e-6
