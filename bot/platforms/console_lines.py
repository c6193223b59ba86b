"""What a line typed into the console chat means; pure."""

from dataclasses import dataclass
from typing import TypeAlias

from bot.exchange import Thumb

HELP = """\
Type a question in any language. A follow-up knows what was said before.
  +  or  -         the last answer helped, or did not; a reason may follow: - wrong lecture. Again takes it back.
  /why             which passages were found for the last answer, and how
  /new             start a new conversation
  /help, /quit     this text; leave (or Ctrl-D)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveThumb:
    """A thumb for the last answer."""

    thumb: Thumb
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One of /why, /new, /help, /quit, by its name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A slash and a word that is no order."""

    text: str


Line: TypeAlias = Ask | GiveThumb | Order | Unknown | None

_MARKS = {"+": Thumb.HELPFUL, "-": Thumb.NOT_HELPFUL, "👍": Thumb.HELPFUL, "👎": Thumb.NOT_HELPFUL}
_ORDERS = {"/why": "why", "/new": "new", "/help": "help", "/?": "help", "/quit": "quit", "/exit": "quit", "/q": "quit"}


def understand(line: str) -> Line:
    """Return what a line means; None for an empty one.

    A mark counts alone or before a space, so that "-1 é positivo?" stays a question.
    """
    text = line.strip()
    if not text:
        return None
    mark, _, reason = text.partition(" ")
    if mark in _MARKS:
        return GiveThumb(thumb=_MARKS[mark], reason=reason.strip() or None)
    if text.startswith("/"):
        name = _ORDERS.get(text.lower())
        return Order(name=name) if name else Unknown(text=text)
    return Ask(text=text)
