"""Claims: which sentences of an answer a mark stands for. Pure."""

import re
from collections.abc import Sequence
from itertools import pairwise

MOST_SENTENCES = 3
_FEW_WORDS = 3
# A lecture is not searched for more than this; the finder reads a claim's words, not its rhetoric.
_LONGEST_CLAIM = 1000

_SENTENCE_END = re.compile(r"[.!?…]+[\"”»')*_]{0,3}(?=\s|$)")
_ABBREVIATION = re.compile(
    r"(?<!\w)(?:profa?|dra?|srta?|sra?|ex|e\.g|i\.e|figs?|eqs?|cap|vs|cf|págs?|pp?|no|núm|aprox|mrs?|ms|st|min|máx)\.$",
    re.IGNORECASE,
)
_BULLET = re.compile(r"[\s>*+\-–•#|]{0,9}(?:\d{1,3}[.)])?[\s*]{0,9}")
_FENCE = re.compile(r"```.*?```", re.DOTALL)
_MARKUP = " .,;:!?…*_#>-`|"


def claims_of_marks(pieces: Sequence[str | tuple[int, ...]]) -> list[str]:
    """Return the claim of each piece that is marks, in order.

    A mark stands for the sentence it is in, behind sentences for those since the mark before (the last three of them),
    and where it opens a line or a table cell, for what follows there. A claim never reaches into another line or cell,
    but a line of marks alone stands for the line before.
    """
    text, places = _without_marks(pieces)
    lines = _lines(text)
    claims: list[str] = []
    previous = 0
    line = 0
    opened_line: int | None = None
    for place in places:
        while line + 1 < len(lines) and lines[line + 1][0] <= place:
            line += 1
        between = text[previous:place]
        if claims and "\n" not in between and not between.strip(_MARKUP):
            claims.append(claims[-1])
        else:
            begin, end = lines[line]
            if _BULLET.fullmatch(text[begin:place]) and text[place:end].strip(_MARKUP):
                opened_line = line
            claim = (
                _claim_in_opened_line(text[begin:place], text[place:end])
                if opened_line == line
                else _claim(text, lines, line, place=place, since=max(begin, previous))
            )
            claims.append(claim[:_LONGEST_CLAIM])
        previous = place
    return claims


def _without_marks(pieces: Sequence[str | tuple[int, ...]]) -> tuple[str, list[int]]:
    text = ""
    places = []
    for piece in pieces:
        if isinstance(piece, str):
            text += _FENCE.sub("", piece)
        else:
            places.append(len(text))
    return text, places


def _lines(text: str) -> list[tuple[int, int]]:
    """Where each line begins and ends; of a table's row, each cell."""
    spans = []
    begin = 0
    for line in text.split("\n"):
        end = begin + len(line)
        cuts = [at.start() for at in re.finditer(r"\|", line)] if line.lstrip().startswith("|") else []
        edges = [begin, *(begin + cut + 1 for cut in cuts), end]
        spans += [(one, other) for one, other in pairwise(edges) if other > one or one == end]
        begin = end + 1
    return spans


def _claim_in_opened_line(before: str, after: str) -> str:
    """In a line that a mark opens each mark stands before its sentence."""
    is_between = _BULLET.fullmatch(before) is not None or _ends_sentence(before)
    return _first_sentence(after) if is_between and after.strip(_MARKUP) else _joined(_sentences(before)[-1:])


def _claim(text: str, lines: Sequence[tuple[int, int]], line: int, *, place: int, since: int) -> str:
    begin, end = lines[line]
    before = text[begin:place]
    if _BULLET.fullmatch(before):
        return _neighbouring_line(text, lines, line)
    if _ends_sentence(before):
        return _joined(_sentences(text[since:place])[-MOST_SENTENCES:])
    current = _sentences(before)[-1]
    if len(current.split()) < _FEW_WORDS:  # "Segundo [S1], a rede aprende."
        current = f"{current} {_sentences(text[place:end])[0]}"
    return _joined([current])


def _neighbouring_line(text: str, lines: Sequence[tuple[int, int]], line: int) -> str:
    """For a line of marks alone: the end of the last line with words before it, else the start of the next."""
    for begin, end in reversed(lines[:line]):
        if text[begin:end].strip(_MARKUP):
            return _joined(_sentences(text[begin:end])[-MOST_SENTENCES:])
    following = (text[begin:end] for begin, end in lines[line + 1 :] if text[begin:end].strip(_MARKUP))
    return _first_sentence(next(following, ""))


def _first_sentence(text: str) -> str:
    return _joined(_sentences(text.lstrip(_MARKUP))[:1])


def _sentences(text: str) -> list[str]:
    """The sentences of one line, at least one (which may be empty); an abbreviation ends none."""
    sentences = []
    begin = 0
    for end in _SENTENCE_END.finditer(text):
        if not _ABBREVIATION.search(text, max(begin, end.end() - 12), end.end()):
            sentences.append(text[begin : end.end()])
            begin = end.end()
    if text[begin:].strip(_MARKUP) or not sentences:
        sentences.append(text[begin:])
    return sentences


def _ends_sentence(text: str) -> bool:
    stripped = text.rstrip()
    return _SENTENCE_END.search(stripped, max(0, len(stripped) - 4)) is not None and not _ABBREVIATION.search(
        stripped, max(0, len(stripped) - 12)
    )


def _joined(sentences: Sequence[str]) -> str:
    return " ".join(" ".join(sentences).split()).strip(_MARKUP)
