"""Stretches: the cues of a recording cut into sentence-like pieces that can be quoted and linked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from retrieval.segment import Cue

# Long enough to say something, short enough that its first second is where the thought begins.
SHORTEST_SECONDS = 8.0
LONGEST_SECONDS = 25.0
# Between two words of running speech lies less than this; lecturers breathe between sentences for longer.
PAUSE_SECONDS = 0.7
# Captions with word times tell when a word begins, not when it ends: people speak about 15 letters a second.
SECONDS_PER_LETTER = 0.07

_SENTENCE_END, _PAUSE, _COMMA_OR_CUE_END, _NOWHERE = 3, 2, 1, 0
_CLOSING_MARKS = "\"'”’»)]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A sentence or a few, as spoken; `first_cue` is the place, among the cues cut, of the cue it begins in."""

    start_seconds: float
    end_seconds: float
    text: str
    first_cue: int


def cut_stretches(cues: Sequence[Cue]) -> tuple[Stretch, ...]:
    """Cut cues, in order of time, into stretches of about 8 to 25 seconds that together hold every word once.

    A stretch ends after a sentence where the captions have punctuation, else at a pause. It may begin inside a cue:
    at the word's own time where the captions know it, else in proportion to the letters of the cue.
    """
    words = [word for place, cue in enumerate(cues) for word in _spoken(cue, place)]
    stretches = []
    first = 0
    while first < len(words):
        after = _end_of_stretch(words, first)
        stretches.append(_stretch(words[first:after]))
        first = after
    return tuple(stretches)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spoken:
    text: str
    start: float
    end: float
    cue: int


def _spoken(cue: Cue, place: int) -> Iterator[_Spoken]:
    texts = cue.text.split()
    if texts and [word.text.strip() for word in cue.words] == texts:
        starts = [word.start_seconds for word in cue.words]
        for text, start, following in zip(texts, starts, [*starts[1:], cue.end_seconds], strict=True):
            end = min(max(following, start), start + 0.2 + SECONDS_PER_LETTER * len(text))
            yield _Spoken(text=text, start=start, end=end, cue=place)
        return
    letters = max(1, len(" ".join(texts)))
    seconds_per_letter = max(0.0, cue.end_seconds - cue.start_seconds) / letters
    spoken_letters = 0
    for text in texts:
        start = cue.start_seconds + spoken_letters * seconds_per_letter
        yield _Spoken(text=text, start=start, end=start + len(text) * seconds_per_letter, cue=place)
        spoken_letters += len(text) + 1


def _end_of_stretch(words: Sequence[_Spoken], first: int) -> int:
    """The place after the stretch's last word: the first good end after the shortest, else the strongest so far."""
    strongest, strength_so_far = first + 1, -1
    for place in range(first, len(words)):
        seconds = words[place].end - words[first].start
        if seconds > LONGEST_SECONDS and strength_so_far >= _NOWHERE:
            return strongest
        if seconds >= SHORTEST_SECONDS:
            strength = _strength_of_end(words, place)
            if strength >= _PAUSE:
                return place + 1
            if strength >= strength_so_far:
                strongest, strength_so_far = place + 1, strength
    return len(words)


def _strength_of_end(words: Sequence[_Spoken], place: int) -> int:
    word = words[place]
    if place + 1 == len(words) or _ends_sentence(word.text):
        return _SENTENCE_END
    following = words[place + 1]
    if following.start - word.end >= PAUSE_SECONDS:
        return _PAUSE
    return _COMMA_OR_CUE_END if word.text.endswith((",", ";", ":")) or following.cue != word.cue else _NOWHERE


def _ends_sentence(word: str) -> bool:
    bare = word.rstrip(_CLOSING_MARKS)
    if bare.endswith(("!", "?", "…")):
        return True
    # "J." and "3." are initials and numbers, "e.g." is no end either.
    return bare.endswith(".") and len(bare) > 2 and "." not in bare.rstrip(".") and not bare[:-1].isdigit()


def _stretch(words: Sequence[_Spoken]) -> Stretch:
    return Stretch(
        start_seconds=words[0].start,
        end_seconds=max(words[-1].end, words[0].start),
        text=" ".join(word.text for word in words),
        first_cue=words[0].cue,
    )
