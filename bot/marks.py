"""Marks in a model's text, such as [S1]: found in all the ways models write them, told from maths and code. Pure."""

import re
from collections.abc import Sequence

_BRACKET = re.compile(r"\\?(?:[\[【［]{1,2}|(\())([^\[\]【】［］()\n\\]{1,160})\\?(?:[\]】］]{1,2}|\))")
# A bare S1 is a mark only where nothing else can be meant: behind a sentence, as the last of its line.
_BARE = re.compile(r"(?<=[.!?…])[ ]{1,3}(S\d{1,3}(?:[ ,;]{1,3}S\d{1,3}){0,4})\.?(?=[ ]{0,3}(?:\n|$))")
_MARK = re.compile(f"{_BARE.pattern}|{_BRACKET.pattern}")
_RANGE = re.compile(r"S(\d{1,4})[*_ ]{0,3}(?:-|–|—|to|a|até|hasta)[*_ ]{0,3}S?(\d{1,4})(?![^\W_])")
_SOURCE = re.compile(r"(?<![^\W_])[Ss] ?(\d{1,6})(?![^\W_])")
_NAMED = re.compile(
    r"(?:passages?|trechos?|passage[nm]s?|pasajes?|fragmentos?|excerpts?|sources?|fontes?|fuentes?):? ?"
    r"(\d{1,3}(?:(?:[ ,;e&y]|and){1,5}\d{1,3}){0,5})",
    re.IGNORECASE,
)
_JOINING = re.compile(r"[\s,;&/+–\-]|\b(?:e|y|and|ou|or|sources?|fontes?|fuentes?)\b")
_NUMBER = re.compile(r"\^?(\d{1,3})")
_NUMBERS_ALONG = re.compile(r"(?:[ ]?\[\d{1,3}\]){0,8}[ ]?(?:[.!?…]|\n|$)")
_NUMBERS_IN_BRACKETS = re.compile(r"\\?\[([\^\d\s,;–—\-]+)\\?\]")
_NUMBER_IN_BRACKETS = re.compile(r"\[(\s*\d+\s*)\]")
_SOURCE_IN_BRACKETS = re.compile(r"\[(\s*S\d+\s*)\]")
_CODE_MARK = re.compile(r"[\[【]((?:S\d{1,3}[ ,;]{0,3}){1,5})[\]】]")
_LAST_CODE_MARK = re.compile(r"(?:^|(?<=[\w)\]] ))[\[【]((?:S\d{1,3}[ ,;]{0,3}){1,5})[\]】]$")
_COMMENT = re.compile(r"#|//|--|%")

Piece = str | tuple[int, ...]
"""Text, or the sources (counted from 0) of the marks that stand there."""


def split_at_marks(text: str, *, sources: int, takes_numbers: bool) -> list[Piece]:
    """Split prose at its marks; a mark of no source becomes a space, other numbers in brackets are written apart.

    With `takes_numbers` also [1] is a mark, at the end of a sentence: some models write that in place of [S1].
    """
    pieces: list[Piece] = []
    end = 0
    for found in _MARK.finditer(text):
        follows_mark = bool(pieces) and not text[end : found.start()].strip()
        numbers = _numbers(found, text, takes_numbers=takes_numbers, follows_mark=follows_mark)
        if numbers is None:
            continue
        space = " " if text[found.start()] == " " else ""  # a bare mark is found with the space before it
        pieces += [written_apart(text[end : found.start()]) + space, _known(numbers, sources) or " "]
        end = found.end()
    return [*pieces, written_apart(text[end:])]


def lift_marks(code: str, *, sources: int) -> list[Piece]:
    """Take the marks out of the comments and line ends of code; they follow it. Elements such as x[1] stay: x[ 1 ]."""
    lifted: list[int] = []
    lines = []
    ticks = "```" if code.startswith("```") else "`"
    for line in code[len(ticks) : -len(ticks)].split("\n"):
        comment = _COMMENT.search(line)
        begin = comment.end() if comment else 0
        mark = _CODE_MARK if comment else _LAST_CODE_MARK
        found = mark.findall(line[begin:])
        lifted += [int(number) for marks in found for number in re.findall(r"\d+", marks)]
        rest = mark.sub(" ", line[begin:])
        is_bare = comment is not None and found and not rest.strip()
        if found:
            line = line[: comment.start()].rstrip() if comment and is_bare else (line[:begin] + rest).rstrip()
        lines.append(line)
    cleaned = _NUMBER_IN_BRACKETS.sub(_with_spaces, "\n".join(lines))
    written = f"{ticks}{cleaned}{ticks}" if cleaned.strip() else " "
    known = _known(lifted, sources)
    return [written, "\n" if ticks == "```" else " ", known] if known else [written]


def holds_source_marks(text: str) -> bool:
    """Whether any bracket of the text names a source with its S."""
    return any(re.search(r"(?<![^\W_])S\d", bracket.group(2)) for bracket in _BRACKET.finditer(text))


def is_only_marks(text: str, *, sources: int) -> bool:
    """Whether nothing but marks and what joins them stands in the text."""
    pieces = split_at_marks(text, sources=sources, takes_numbers=False)
    has_marks = any(not isinstance(piece, str) for piece in pieces)
    return has_marks and not any(piece.strip(" ,;.") for piece in pieces if isinstance(piece, str))


def written_apart(text: str) -> str:
    """Write numbers in brackets with spaces ([ 0, 1 ]), so that no reader takes them for citations."""
    return _NUMBERS_IN_BRACKETS.sub(_with_spaces, text)


def without_marks(text: str) -> str:
    """Write also [S1] apart: in a title or a quote it is no mark of ours."""
    return _SOURCE_IN_BRACKETS.sub(_with_spaces, written_apart(text))


def _with_spaces(brackets: re.Match[str]) -> str:
    inside = brackets.group(1).strip()
    return f"[ {inside} ]" if any(character.isdigit() for character in inside) else brackets.group()


def _known(numbers: Sequence[int], sources: int) -> tuple[int, ...]:
    return tuple(dict.fromkeys(number - 1 for number in numbers if 1 <= number <= sources))


def _numbers(found: re.Match[str], text: str, *, takes_numbers: bool, follows_mark: bool) -> list[int] | None:
    """The numbers of a mark, None where it is none: (s, 1) is a pair, [0, 1] an interval, x[1] an element."""
    bare, round_bracket, inside = found.groups()
    if bare:
        return _named_sources(bare)
    inside = inside.split("†")[0].strip(" *_`.:")
    if round_bracket:
        return _named_sources(inside) if _is_sources_alone(inside) else None
    if numbers := _named_sources(inside):
        return numbers
    if named := _NAMED.fullmatch(inside):
        return [int(number) for number in re.findall(r"\d+", named.group(1))]
    number = _NUMBER.fullmatch(inside)
    if number is None or not takes_numbers or not (follows_mark or _ends_sentence(found, text)):
        return None
    return [int(number.group(1))]


def _named_sources(inside: str) -> list[int]:
    numbers: list[int] = []
    for span in _RANGE.finditer(inside):
        first, last = int(span.group(1)), int(span.group(2))
        numbers += range(first, min(last, first + 9) + 1)
    is_small = inside[:1] == "s" and _is_sources_alone(inside.replace("s ", "s").upper())
    for source in _SOURCE.finditer(inside):
        if source.group()[0] == "S" or is_small:
            numbers.append(int(source.group(1)))
    return numbers


def _is_sources_alone(inside: str) -> bool:
    words = _JOINING.sub(" ", inside).split()
    return bool(words) and all(re.fullmatch(r"S\d{1,4}", word) for word in words)


def _ends_sentence(found: re.Match[str], text: str) -> bool:
    before = text[max(0, found.start() - 3) : found.start()]
    if before.rstrip(" ")[-1:] in tuple(".!?…"):
        return True
    is_element = before[-1:].isalnum() or before[-1:] in tuple("_)]\"'}")
    return bool(before.strip(" ")) and not is_element and _NUMBERS_ALONG.match(text, found.end()) is not None
