"""A cue that no window can hold becomes several, at word boundaries, so that nothing an embedder reads is cut off."""

from collections.abc import Callable, Iterator

from retrieval.segment import Cue

# Pieces of a quarter window, so that windows made of them can still overlap by about a quarter.
_PIECES_PER_WINDOW = 4


def split_cue(cue: Cue, *, tokens: Callable[[str], int], room: int, seconds: float) -> list[Cue]:
    """Split a cue of more than `room` tokens or `seconds`; any other is returned as it is.

    The pieces' times come from word times where each word has one, otherwise in proportion to characters. One word is
    split only where it alone has more tokens than `room`.
    """
    too_long = cue.end_seconds - cue.start_seconds > seconds and " " in cue.text.strip()
    if not too_long and tokens(cue.text) <= room:
        return [cue]
    return list(_pieces(cue, tokens=tokens, room=room, seconds=seconds / _PIECES_PER_WINDOW))


def _pieces(cue: Cue, *, tokens: Callable[[str], int], room: int, seconds: float) -> Iterator[Cue]:
    """Halve until every piece is small enough: the counting stays within n log n."""
    texts = cue.text.split()
    cost = tokens(cue.text)
    if len(texts) > 1 and (cost > room // _PIECES_PER_WINDOW or cue.end_seconds - cue.start_seconds > seconds):
        halves = _halves(cue, texts)
    elif cost > room and len(cue.text.strip()) > 1:
        halves = _halves_of_word(cue)
    else:
        yield cue
        return
    for half in halves:
        yield from _pieces(half, tokens=tokens, room=room, seconds=seconds)


def _halves(cue: Cue, texts: list[str]) -> tuple[Cue, Cue]:
    middle = len(texts) // 2
    before, after = " ".join(texts[:middle]), " ".join(texts[middle:])
    if len(cue.words) != len(texts):
        return _parted(cue, before, after, second=_proportional_second(cue, before, after))
    return _parted(cue, before, after, second=cue.words[middle].start_seconds)


def _halves_of_word(cue: Cue) -> tuple[Cue, Cue]:
    word = cue.text.strip()
    before, after = word[: len(word) // 2], word[len(word) // 2 :]
    return _parted(cue, before, after, second=_proportional_second(cue, before, after))


def _proportional_second(cue: Cue, before: str, after: str) -> float:
    share = len(before) / (len(before) + len(after))
    return cue.start_seconds + share * (cue.end_seconds - cue.start_seconds)


def _parted(cue: Cue, before: str, after: str, *, second: float) -> tuple[Cue, Cue]:
    second = min(max(second, cue.start_seconds), cue.end_seconds)
    count = len(before.split()) if len(cue.words) == len(cue.text.split()) else None
    early = cue.words[:count] if count is not None else tuple(word for word in cue.words if word.start_seconds < second)
    return (
        Cue(start_seconds=cue.start_seconds, end_seconds=second, text=before, words=early),
        Cue(start_seconds=second, end_seconds=cue.end_seconds, text=after, words=cue.words[len(early) :]),
    )
