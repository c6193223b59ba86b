"""Text that others wrote (a model, a caption file) made inert: no links, mentions, invites, HTML or hidden characters.

Every expression here takes time in proportion to the text, also on hostile input: repeated groups are bounded or end
at a character they cannot contain.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bot.addresses import without_addresses, without_links_in_code

# Far beyond what fits a chat message; what a runaway model adds after that is nobody's loss.
LONGEST_TEXT = 6000

_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_MANY_ATS = re.compile(r"@@+")
_MASS_MENTION = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_MENTION = re.compile(r"(?<!\w)@(?=\w)")
# Only what browsers know: a<b and c>d are mathematics. Not <s>: it begins a sentence for a language model.
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|body|br|button|center|code|dd|del|details|div|dl|dt|em|embed|font|footer|form|h[1-6]"
    r"|head|header|hr|html|i|iframe|img|input|ins|kbd|li|link|main|mark|meta|object|ol|option|p|pre|q|samp|script"
    r"|section|select|small|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|textarea|th|thead|title|tr|tt|u"
    r"|ul|var|video)(?:\s{1,9}[a-z\-]{1,30}=(?:\"[^\"<>\n]{0,500}\"|'[^'<>\n]{0,500}'|[^\s\"'<>]{1,500})){0,9}\s{0,9}/?>"
    r"|<!--[^<>\n]{0,500}-->",
    re.IGNORECASE,
)
# Discord's <@1>, <#1>, <:name:1>, <a:name:1>, </command:1>, <id:home>, <t:1:R>; autolinks of Markdown.
_PLATFORM_TAG = re.compile(
    r"<(?:[@#][!&]?\w{0,40}|a?:\w{1,40}:\d{0,25}|/[\w \-]{1,99}:\d{1,25}|id:\w{1,20}|t:-?\d{1,20}(?::[a-z])?"
    r"|[a-z][a-z0-9+.\-]{1,20}://[^<>\s]*|(?:mailto|tel|sms):[^<>\s]*|[^<>\s@]{1,64}@[^<>\s]*)>",
    re.IGNORECASE,
)
_OPEN_TAG = re.compile(r"<(?=[a-z/!@#:])", re.IGNORECASE)
# Blank letters that are no spaces: Hangul fillers and the Braille blank.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_LAST_RESORT = re.compile(r"[@<>`]|://|[.。．｡](?=\w)|(?<=\])\(")
_ROUNDS = 4
# A terminal's colours and links: ESC [ 31 m, and ESC ] 8 ; ; address, closed by BEL or ESC \\.
_ESCAPE = re.compile(r"\x1b(?:\[[0-9;?]{0,20}[A-Za-z]|\](?:[^\x07\x1b\n]{0,300}(?:\x07|\x1b\\)|[0-9;]{0,20}))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of text that is code (backticks included) or prose."""

    text: str
    is_code: bool


def make_inert(text: str) -> str:
    """Return `text` without links, mentions, invites, HTML and characters that hide or reorder others.

    The label of a masked link stays, a mention loses its @, a file name such as `main.py` becomes code. Code spans keep
    decorators, tags and attributes, but neither links nor mass mentions. Making it inert again changes nothing.
    """
    cleaned = without_hidden_characters(text[: 4 * LONGEST_TEXT])
    for _ in range(_ROUNDS):  # what is taken out can join what stood around it into something new
        before = cleaned
        cleaned = "".join(_clean_code(part.text) if part.is_code else _clean_prose(part.text) for part in parts(before))
        cleaned = tidied(cleaned)
        if cleaned == before:
            return cleaned
    return tidied(_LAST_RESORT.sub(" ", cleaned))


def parts(text: str) -> Iterator[Part]:
    """Split `text` into code spans and the prose between them; joined they are `text` again."""
    end = 0
    for code in _CODE.finditer(text):
        if code.start() > end:
            yield Part(text=text[end : code.start()], is_code=False)
        yield Part(text=code.group(), is_code=True)
        end = code.end()
    if end < len(text):
        yield Part(text=text[end:], is_code=False)


def without_hidden_characters(text: str) -> str:
    """Drop control, format (bidirectional, zero-width), private-use and surrogate characters; keep line ends.

    A terminal's escapes go whole, so that no [31m is left of them.
    """
    return "".join(_visible(character) for character in _ESCAPE.sub("", text))


def shortened(text: str, limit: int) -> str:
    """Cut `text` at a word boundary so that it has at most `limit` characters, an ellipsis included where cut."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    at_boundary = head if text[limit - 1].isspace() else head.rpartition(" ")[0] or head
    return at_boundary.rstrip(" ,;:") + "…"


def tidied(text: str) -> str:
    """Remove the spaces and blank lines that cutting left in prose; code keeps its own."""
    tidy = []
    for part in parts(text):
        if part.is_code:
            tidy.append(part.text)
            continue
        prose = re.sub(r"[ ]{2,}", " ", part.text)
        prose = re.sub(r" ?\n ?", "\n", prose)
        prose = re.sub(r"\n{3,}", "\n\n", prose)
        tidy.append(re.sub(r" ([.,;:!?])(?=\s|$)", r"\1", prose))
    return "".join(tidy).strip()


def _visible(character: str) -> str:
    if character == "\n" or " " <= character <= "~":
        return character
    if character in "\t\u00a0" or unicodedata.category(character) == "Zs":
        return " "
    if unicodedata.category(character) in ("Zl", "Zp"):
        return "\n"
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co") or character in _BLANK_LETTERS
    return "" if hidden else character


def _clean_prose(text: str) -> str:
    text = _PLATFORM_TAG.sub("", _TAG.sub("", text))
    text = without_addresses(_OPEN_TAG.sub("< ", text))
    return _MENTION.sub("", _MASS_MENTION.sub("", _MANY_ATS.sub("@", text)))


def _clean_code(text: str) -> str:
    text = without_links_in_code(_PLATFORM_TAG.sub("", text).replace("<@", "< @"))
    return _MASS_MENTION.sub("", _MANY_ATS.sub("@", text))
