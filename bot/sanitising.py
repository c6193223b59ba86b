"""Text that others wrote (a model, a caption file) made inert: no links, mentions, invites, HTML or hidden characters.

Every expression here takes time in proportion to the text, also on hostile input: repeated groups are bounded or end
at a character they cannot contain.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# Far beyond what fits a chat message; what a runaway model adds after that is nobody's loss.
LONGEST_TEXT = 6000

_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_URL = re.compile(
    r"[a-z0-9+.\-]{0,20}://\S*"
    r"|\b(?:javascript|vbscript|data|mailto|tel|sms|tg|discord|steam|file|magnet|blob):(?=\S)\S*"
    r"|www[.。．｡]\S*",
    re.IGNORECASE,
)
_INVITE = re.compile(
    r"(?:discord(?:app)?[.。．｡](?:gg|com)|dsc[.。．｡]gg|t[.。．｡]me|telegram[.。．｡](?:me|dog|org))\b\S*",
    re.IGNORECASE,
)
_MANY_ATS = re.compile(r"@@+")
_MASS_MENTION = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_MENTION = re.compile(r"(?<!\w)@(?=\w)")
# HTML, and Discord's <@1>, <#1>, <:name:1>, </command:1>.
_TAG = re.compile(r"<[a-z/!@#:][^<>\n]*>", re.IGNORECASE)
_PLATFORM_TAG = re.compile(r"<(?:[@#:/]|a:)[^<>\n]*>", re.IGNORECASE)
_OPEN_TAG = re.compile(r"<(?=[a-z/!@#:])", re.IGNORECASE)
_MASKED_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\n]*\)")
_TOKEN = re.compile(r"[^\s<>()\[\]{}\"'`,;“”«»]+")
_DOT = re.compile(r"[.。．｡]")
_LABEL = re.compile(r"\w+(?:-\w+)*")

# ruff: noqa: SIM905 -- words are easier to read, and to add to, as a text than as a list of literals
_LINK_ENDINGS = frozenset(
    "com net org edu gov mil int io gg tv ly uk br pt fr nl eu ru cn jp kr au ca mx ar cl co pe uy ch pl cz ua tk ml "
    "ga cf gq su xyz top site online club click live app ai biz shop store tech space icu vip cloud blog news wiki lol "
    "link page dev fun win zip mov".split()
)
# These are also words that follow a full stop without a space, or names of attributes.
_WORD_ENDINGS = frozenset(
    "de es se no do da em is it at in to so my be us me pro name info id as am la le al un".split()
)
# These are also endings of file names.
_FILE_ENDINGS = frozenset("py md sh rs js cc st".split())
# Blank letters that are no spaces: Hangul fillers and the Braille blank.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_LAST_RESORT = re.compile(r"[@<>`]|://|[.。．｡](?=\w)|(?<=\])\(")
_ROUNDS = 4


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
    """Drop control, format (bidirectional, zero-width), private-use and surrogate characters; keep line ends."""
    return "".join(_visible(character) for character in text)


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
    text = _TAG.sub("", text)
    text = _OPEN_TAG.sub("< ", text)
    text = _MASKED_LINK.sub(_label, text)
    text = text.replace("](", "] (")
    text = _INVITE.sub(" ", _URL.sub(" ", text))
    text = _TOKEN.sub(lambda token: _without_domain(token.group()), text)
    return _MENTION.sub("", _MASS_MENTION.sub("", _MANY_ATS.sub("@", text)))


def _clean_code(text: str) -> str:
    text = _PLATFORM_TAG.sub("", text).replace("](", "] (").replace("<@", "< @")
    text = _INVITE.sub(" ", _URL.sub(" ", text))
    return _MASS_MENTION.sub("", _MANY_ATS.sub("@", text))


def _label(link: re.Match[str]) -> str:
    """The label of a masked link; with its brackets where it may be a mark, which is read later."""
    label = link.group(1)
    return f"[{label}]" if len(label) < 40 and any(character.isdigit() for character in label) else label


def _without_domain(token: str) -> str:
    """A token that a chat program would turn into a link: removed, or written so that it is none."""
    labels = _DOT.split(token)
    if len(labels) < 2:
        return token
    for place in range(1, len(labels)):
        ending = _LABEL.match(labels[place])
        if ending is None or not labels[place - 1][-1:].isalnum():
            continue
        word, rest = ending.group().lower(), labels[place][ending.end() :]
        has_path = rest.startswith(("/", "?", "#", ":"))
        known = word in _LINK_ENDINGS or word in _WORD_ENDINGS or word in _FILE_ENDINGS
        if word in _LINK_ENDINGS or (known and (has_path or "@" in token)):
            return " "
        if word in _WORD_ENDINGS:
            return _DOT.sub(lambda dot: dot.group() + " ", token)
        if word in _FILE_ENDINGS and place == len(labels) - 1:
            return f"`{token[: len(token) - len(rest)]}`{rest}"
    return token
