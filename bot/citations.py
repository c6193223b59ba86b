"""Marks in a model's text become numbered citations; marks of nothing that was shown to it are dropped. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.exchange import Citation
from bot.sanitising import LONGEST_TEXT, make_inert, parts, shortened, tidied
from retrieval.links import link_at
from retrieval.support import Support

# One source said at two places this far apart is two links: a student would not find the second from the first.
SAME_PLACE_SECONDS = 20.0
LONGEST_QUOTE = 300

_BRACKETED = re.compile(
    r"[\[【［(]([^\[\]【】［］()\n]{1,80})[\]】］)]|(?<![\w.@/])S(\d{1,3})(?=[\s,;:!?)]|\.(?!\w)|$)"
)
_BETWEEN_MARKS = re.compile(r"[\s,;&/+\-–]+")
_MARK = re.compile(r"[sS]?(\d{1,4})")
_WORDS_IN_MARKS = frozenset({"e", "y", "and", "s", "source", "sources", "fonte", "fontes", "fuente", "fuentes"})
_NUMBER_IN_BRACKETS = re.compile(r"\[(\s*\d+\s*)\]")
_UNFINISHED_MARK = re.compile(r"(?:[\[【［(][^\[\]【】［］()\n]{0,80}|\S+)$")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[ ]+|\n+")
_FEW_WORDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A source used for a claim: `source` counts from 0, `claim` is the sentence that carries the mark."""

    source: int
    claim: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A model's text, inert, with its marks read: texts, and between them the uses that stand there."""

    pieces: tuple[str | tuple[Use, ...], ...]
    is_cut: bool

    @property
    def uses(self) -> tuple[Use, ...]:
        """All uses, in order."""
        return tuple(use for piece in self.pieces if not isinstance(piece, str) for use in piece)


def read_marks(text: str, *, sources: int) -> Draft:
    """Make a model's text inert and read its marks, of [S1] up to the number of `sources` shown to it.

    Understood are [S1], [S1, S3], [S1][S2], [s 1], (S1), 【S1】, S1 and [1]; any other number in brackets is no mark
    and is written apart ([ 7 ]), so that no reader takes it for a citation.
    """
    inert = make_inert(text)
    short = shortened(inert, LONGEST_TEXT)
    pieces: list[str | tuple[int, ...]] = []
    for part in parts(short):
        if part.is_code and not _is_only_marks(part.text.strip("`"), sources):
            pieces.append(_apart(part.text))
        else:
            pieces += _pieces(part.text.strip("`") if part.is_code else part.text, sources)
    return Draft(pieces=_with_claims(pieces), is_cut=short != inert or len(text) > 4 * LONGEST_TEXT)


def number_supports(supports: Sequence[Support]) -> list[int]:
    """Number supports in order of first use; the same place of the same source keeps its number."""
    first: list[Support] = []
    numbers = []
    for support in supports:
        known = [place for place, other in enumerate(first) if _is_same_place(support, other)]
        if not known:
            first.append(support)
        numbers.append(known[0] + 1 if known else len(first))
    return numbers


def write_numbers(draft: Draft, numbers: Sequence[int]) -> str:
    """Write a draft with its uses as [1]-style numbers, one for each use in order; doubled ones are written once."""
    written = ""
    place = 0
    for piece in draft.pieces:
        if isinstance(piece, str):
            written += piece
            continue
        shown = "".join(f"[{number}]" for number in dict.fromkeys(numbers[place : place + len(piece)]))
        written += "" if written.endswith(shown) else shown
        place += len(piece)
    # A number before a bracket would read as a masked link in Markdown.
    return tidied(written.replace("](", "] ("))


def readable_so_far(text: str, *, sources: int) -> str:
    """Return what may be shown of an unfinished text: whole words, no half marks, sources numbered as first used."""
    draft = read_marks(_UNFINISHED_MARK.sub("", text[:LONGEST_TEXT]), sources=sources)
    order: dict[int, int] = {}
    numbers = [order.setdefault(use.source, len(order) + 1) for use in draft.uses]
    return write_numbers(draft, numbers)


def cite(support: Support, *, number: int) -> Citation:
    """Build a citation from a support alone: what it links and quotes comes from the captions and the course."""
    stretch = support.stretch
    segment = support.source.passage_at(stretch.start_seconds).segment
    return Citation(
        number=number,
        corpus_id=segment.corpus_id,
        lecture_id=segment.lecture.lecture_id,
        lecture_title=segment.lecture.title,
        url=segment.lecture.url,
        start_seconds=segment.start_seconds,
        end_seconds=segment.end_seconds,
        second=stretch.start_seconds,
        until_second=stretch.end_seconds,
        quote=tidy_quote(stretch.text),
        link=link_at(segment.lecture.url, stretch.start_seconds).url,
    )


def tidy_quote(text: str) -> str:
    """Return spoken words on one line, inert, at most LONGEST_QUOTE characters; inside they are never altered."""
    return _apart(shortened(" ".join(make_inert(text).split()), LONGEST_QUOTE))


def _is_same_place(one: Support, other: Support) -> bool:
    seconds_apart = abs(one.stretch.start_seconds - other.stretch.start_seconds)
    return one.source == other.source and seconds_apart <= SAME_PLACE_SECONDS


def _pieces(text: str, sources: int) -> list[str | tuple[int, ...]]:
    pieces: list[str | tuple[int, ...]] = []
    end = 0
    for found in _BRACKETED.finditer(text):
        marks = _marks(found, text, follows_mark=bool(pieces) and found.start() == end)
        if marks is None:
            continue
        known = tuple(dict.fromkeys(mark - 1 for mark in marks if 1 <= mark <= sources))
        if not known and found.group(2):
            continue  # a bare S9 that is no source is a word of the answer, such as the storage service S3
        pieces += [_apart(text[end : found.start()]), known or " "]
        end = found.end()
    return [*pieces, _apart(text[end:])]


def _marks(found: re.Match[str], text: str, *, follows_mark: bool) -> list[int] | None:
    """The numbers a bracket holds if it is a mark, else None: [0, 1] is an interval, x[1] an element."""
    if found.group(2):
        return [int(found.group(2))]
    words = [word for word in _BETWEEN_MARKS.split(found.group(1).split("†")[0]) if word]
    marks = [_MARK.fullmatch(word) for word in words if word.lower() not in _WORDS_IN_MARKS]
    if not marks or not all(marks):
        return None
    numbers = [int(mark.group(1)) for mark in marks if mark]
    if any(word[0] in "sSfF" for word in words):
        return numbers
    before = text[found.start() - 1 : found.start()]
    is_element = before.isalnum() or before in ("_", ")", '"', "'") or (before == "]" and not follows_mark)
    is_bracket = found.group()[0] != "("
    return numbers if len(numbers) == 1 and is_bracket and not is_element else None


def _is_only_marks(text: str, sources: int) -> bool:
    pieces = _pieces(text, sources)
    return any(isinstance(piece, tuple) for piece in pieces) and not any(
        piece.strip(" ,;.") for piece in pieces if isinstance(piece, str)
    )


def _apart(text: str) -> str:
    return _NUMBER_IN_BRACKETS.sub(lambda number: f"[ {number.group(1).strip()} ]", text)


def _with_claims(pieces: Sequence[str | tuple[int, ...]]) -> tuple[str | tuple[Use, ...], ...]:
    """Give every mark the sentence it stands in or after; the claim of a mark that opens a sentence follows it."""
    claimed: list[str | tuple[Use, ...]] = []
    before = ""
    for place, piece in enumerate(pieces):
        if isinstance(piece, str):
            before = (before + piece)[-1000:]
            claimed.append(piece)
            continue
        claim = _last_sentence(before)
        if len(claim.split()) < _FEW_WORDS:
            after = "".join(later for later in pieces[place + 1 : place + 8] if isinstance(later, str))[:1000]
            claim = f"{claim} {_SENTENCE_END.split(after.lstrip())[0]}".strip()
        claimed.append(tuple(Use(source=source, claim=claim) for source in piece))
    return tuple(claimed)


def _last_sentence(text: str) -> str:
    return _SENTENCE_END.split(text.rstrip())[-1].strip(" .,;:!?…*_#>-")
