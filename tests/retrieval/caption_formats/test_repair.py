import pytest

from retrieval.caption_formats.raw_cue import RawCue
from retrieval.caption_formats.repair import repair_cues
from retrieval.segment import CaptionsRefused, Word


def raw(
    start: float,
    end: float | None,
    text: str,
    *,
    line: int = 1,
    words: tuple[Word, ...] = (),
    starts_track: bool = False,
) -> RawCue:
    return RawCue(
        start_seconds=start, end_seconds=end, text=text, where=f"line {line}", words=words, starts_track=starts_track
    )


def told(*cues: RawCue) -> tuple[list[tuple[float, float, str]], tuple[str, ...]]:
    repaired, warnings = repair_cues(cues, name="aula.vtt")
    return [(cue.start_seconds, cue.end_seconds, cue.text) for cue in repaired], warnings


def test_good_cues_are_left_alone() -> None:
    assert told(raw(0, 1, "a"), raw(1, 2, "b")) == ([(0, 1, "a"), (1, 2, "b")], ())


def test_cues_out_of_order_are_sorted() -> None:
    assert told(raw(4, 5, "c"), raw(0, 1, "a", line=5), raw(2, 3, "b")) == (
        [(0, 1, "a"), (2, 3, "b"), (4, 5, "c")],
        ("Out of order in the file and sorted: 1 cue at 0:00 (line 5).",),
    )


def test_overlapping_cues_end_where_the_next_begins() -> None:
    cues, warnings = told(raw(0, 5, "a", line=3), raw(2, 3, "b"), raw(2.99, 4, "c"))
    assert cues == [(0, 2, "a"), (2, 2.99, "b"), (2.99, 4, "c")]
    # The second overlap is 10 ms, less than a frame.
    assert warnings == ("Ended where the next cue begins, for they overlapped it: 1 cue at 0:00 (line 3).",)


def test_a_text_repeated_while_it_is_shown_is_said_once() -> None:
    cues, warnings = told(raw(0, 3, "a"), raw(0, 3, "a"), raw(1, 4, "a", line=7), raw(4, 5, "a"))
    assert cues == [(0, 4, "a"), (4, 5, "a")]
    assert warnings == ("Left out, for they repeat the text already shown: 2 cues, the first at 0:00 (line 1).",)


def test_cues_that_start_together_are_joined() -> None:
    cues, warnings = told(raw(1, 2, "em cima"), raw(1, 4, "embaixo"), raw(5, 6, "c"))
    assert cues == [(1, 4, "em cima embaixo"), (5, 6, "c")]
    assert len(warnings) == 1


def test_an_end_before_the_start_becomes_a_likely_one() -> None:
    # Five words at 150 a minute take two seconds; the second cue has half a second until the next.
    cues, warnings = told(raw(10, 8, "um dois três quatro cinco"), raw(20, 20, "seis"), raw(20.5, 21, "sete"))
    assert cues == [(10, 12, "um dois três quatro cinco"), (20, 20.5, "seis"), (20.5, 21, "sete")]
    assert len(warnings) == 1
    assert "2 cues" in warnings[0]


def test_absurd_times_are_left_out_or_cut() -> None:
    cues, warnings = told(raw(-5, -1, "a"), raw(-1, 1, "b"), raw(2, 400_000, "c"), raw(90_000, 90_001, "d"))
    assert cues == [(0, 1, "b"), (2, 3, "c")]
    assert len(warnings) == 3


def test_word_times_stay_within_their_cue_and_in_order() -> None:
    words = tuple(Word(text=text, start_seconds=second) for text, second in (("a", 0.5), ("b", 0.2), ("c", 9.0)))
    cues, _ = repair_cues([raw(0.1, 3, "a b c", words=words), raw(2, 4, "d")], name="aula.vtt")
    assert [word.start_seconds for word in cues[0].words] == [0.5, 0.5, 2]


def wrapped(hours: float, *, step: float = 7.3) -> list[tuple[float, str]]:
    return [(round(number * step, 3), f"frase {number}") for number in range(int(hours * 3600 / step))]


@pytest.mark.parametrize("step", [5.0, 7.3])
def test_hours_that_wrap_are_added(step: float) -> None:
    truth = wrapped(2.6, step=step)
    cues, warnings = told(*(raw(start % 3600, start % 3600 + 2, text) for start, text in truth))
    assert [(start, text) for start, _, text in cues] == truth
    assert len(warnings) == 1
    assert "hours were added" in warnings[0]


def test_phrases_that_come_round_every_hour_are_no_second_track() -> None:
    # Four phrases every ten seconds: 360 cues an hour, so that each hour has the same phrase at the same second.
    cues, _ = told(*(raw(number * 10 % 3600, number * 10 % 3600 + 8, f"frase {number % 4}") for number in range(500)))
    assert len(cues) == 500
    assert cues[-1][0] == 4990


def test_a_cue_across_the_full_hour_keeps_its_end_and_words() -> None:
    words = (Word(text="fim", start_seconds=3598), Word(text="meio", start_seconds=1))
    cues, _ = repair_cues(
        [raw(3590, 3595, "a"), raw(3598, 2, "fim meio", words=words), raw(3, 5, "b"), raw(8, 9, "c")], name="aula.vtt"
    )
    assert [(cue.start_seconds, cue.end_seconds) for cue in cues] == [
        (3590, 3595),
        (3598, 3602),
        (3603, 3605),
        (3608, 3609),
    ]
    assert cues[1].words[1].start_seconds == 3601


def test_a_shuffled_hour_is_sorted_and_not_unwrapped() -> None:
    truth = wrapped(1.0)
    # 211 and the number of cues have no common factor, so every cue comes up once.
    shuffled = [truth[number * 211 % len(truth)] for number in range(len(truth))]
    cues, warnings = told(*(raw(start, start + 2, text) for start, text in shuffled))
    assert [(start, text) for start, _, text in cues] == truth
    assert "sorted" in warnings[0]


def test_one_stray_cue_is_sorted_and_not_unwrapped() -> None:
    cues, _ = told(raw(3580, 3581, "a"), raw(3590, 3591, "b"), raw(5, 6, "c"), raw(3595, 3596, "d"))
    assert [text for _, _, text in cues] == ["c", "a", "b", "d"]


def test_a_block_that_was_moved_is_put_back() -> None:
    truth = wrapped(0.2)
    moved = [*truth[50:], *truth[:50]]
    cues, _ = told(*(raw(start, start + 2, text) for start, text in moved))
    assert [(start, text) for start, _, text in cues] == truth


def track(language: str, *, count: int = 40, step: float = 5.0) -> list[RawCue]:
    return [raw(number * step, number * step + 4, f"{language} {number}") for number in range(count)]


@pytest.mark.parametrize(
    "second", [track("en"), track("pt"), track("en", count=49, step=4.1)], ids=["translated", "same", "cut anew"]
)
def test_a_second_track_is_left_out_with_a_warning(second: list[RawCue]) -> None:
    first = track("pt")
    cues, warnings = told(*first, *second)
    assert [text for _, _, text in cues] == [cue.text for cue in first]
    assert warnings == (f"A second track of {len(second)} cues starts at line 1; only the first track is used.",)


def test_a_short_second_track_is_known_by_its_header() -> None:
    cues, warnings = told(raw(0, 2, "um"), raw(2, 4, "dois"), raw(0, 2, "one", starts_track=True), raw(2, 4, "two"))
    assert [text for _, _, text in cues] == ["um", "dois"]
    assert "second track" in warnings[0]


def test_a_translation_of_an_hour_is_no_second_hour() -> None:
    starts = [start for start, _ in wrapped(1.0)]
    starts = [start + (number * number * 37 % 50) / 10 for number, start in enumerate(starts)]
    cues, warnings = told(*(raw(s, s + 1, f"{w} {n}") for w in ("pt", "en") for n, s in enumerate(starts)))
    assert {text[:2] for _, _, text in cues} == {"pt"}
    assert "second track" in warnings[-1]


def test_two_recordings_in_one_file_are_refused_with_the_line() -> None:
    first = [raw(number * 5.0, number * 5.0 + 4.5, f"a {number}") for number in range(40)]
    second = [raw(number * 7.7 + 1.2, number * 7.7 + 8, f"b {number}", line=99) for number in range(100)]
    with pytest.raises(CaptionsRefused, match="cannot be told") as caught:
        told(*first, *second)
    assert caught.value.line == 99


def test_a_second_part_with_its_own_header_and_later_times_is_kept() -> None:
    cues, warnings = told(raw(0, 2, "um"), raw(2, 4, "dois"), raw(5, 6, "três", starts_track=True), raw(6, 7, "quatro"))
    assert len(cues) == 4
    assert warnings == ()
