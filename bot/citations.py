"""Marks in a model's text become numbered citations; marks of nothing that was shown to it are dropped. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.claims import claims_of_marks
from bot.exchange import Citation
from bot.marks import Piece, holds_source_marks, is_only_marks, lift_marks, split_at_marks, without_marks
from bot.sanitising import LONGEST_TEXT, make_inert, parts, shortened, tidied, without_hidden_characters
from bot.source_lists import without_source_list, without_thoughts
from retrieval.links import link_at
from retrieval.support import Support

# One source said at two places this far apart is two links: a student would not find the second from the first.
SAME_PLACE_SECONDS = 20.0
LONGEST_QUOTE = 300

_UNFINISHED_WORD = re.compile(r"(?<!\S)\S+$")
_UNFINISHED_MARK = re.compile(r"(?:[\[【［][^\[\]【】［］()\n]{0,160}|\([^\[\]【】［］()\n]{0,40})$")


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

    Its thoughts and a list of sources at its end are cut. A number in brackets that is no mark is written apart
    ([ 7 ]), so that no reader takes it for a citation.
    """
    inert = make_inert(without_thoughts(without_hidden_characters(text[: 4 * LONGEST_TEXT])))
    short = shortened(inert, LONGEST_TEXT)
    body = without_source_list(short)
    takes_numbers = not holds_source_marks(body)
    pieces: list[Piece] = []
    for part in parts(body):
        inside = part.text.strip("`")
        if part.is_code and not is_only_marks(inside, sources=sources):
            pieces += lift_marks(part.text, sources=sources)
        else:
            prose = inside if part.is_code else part.text
            pieces += split_at_marks(prose, sources=sources, takes_numbers=takes_numbers)
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
    whole_words = _UNFINISHED_WORD.sub("", text[:LONGEST_TEXT])
    draft = read_marks(_UNFINISHED_MARK.sub("", whole_words.rstrip()), sources=sources)
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
        lecture_title=tidy_quote(segment.lecture.title),
        url=segment.lecture.url,
        start_seconds=segment.start_seconds,
        end_seconds=segment.end_seconds,
        second=stretch.start_seconds,
        until_second=stretch.end_seconds,
        quote=tidy_quote(stretch.text),
        link=link_at(segment.lecture.url, stretch.start_seconds).url,
    )


def tidy_quote(text: str) -> str:
    """Return spoken words, or a title, on one line, inert, at most LONGEST_QUOTE characters; else unaltered."""
    return without_marks(shortened(" ".join(make_inert(text).split()), LONGEST_QUOTE))


def _is_same_place(one: Support, other: Support) -> bool:
    seconds_apart = abs(one.stretch.start_seconds - other.stretch.start_seconds)
    return one.source == other.source and seconds_apart <= SAME_PLACE_SECONDS


def _with_claims(pieces: Sequence[Piece]) -> tuple[str | tuple[Use, ...], ...]:
    claims = iter(claims_of_marks(pieces))
    return tuple(
        piece if isinstance(piece, str) else tuple(Use(source=source, claim=claim) for source in piece)
        for piece, claim in ((piece, "" if isinstance(piece, str) else next(claims)) for piece in pieces)
    )
