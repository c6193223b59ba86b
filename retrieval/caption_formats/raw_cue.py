"""Nouns between a caption file and its cues: what is shown, what is heard, what could not be read."""

from dataclasses import dataclass

from retrieval.segment import Word


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCue:
    """One cue of a subtitle file as shown: its lines with their markup. `line` counts from 1.

    `starts_track` where the file itself begins anew here: a second header, or counters that start again at 1.
    """

    start_seconds: float
    end_seconds: float
    lines: tuple[str, ...]
    line: int
    starts_track: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCue:
    """The words of one cue, clean and not empty, with times as the file gives them: in any order, possibly absurd.

    `end_seconds` is None where the file has none; `where` names the place in the file, such as "line 12".
    """

    start_seconds: float
    end_seconds: float | None
    text: str
    where: str
    words: tuple[Word, ...] = ()
    starts_track: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A cue whose time could not be read; `line` is None where the format has no lines."""

    where: str
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCaptions:
    """What WebVTT, SRT or SBV shows, in the order of the file."""

    cues: tuple[ShownCue, ...]
    unreadable: tuple[Unreadable, ...] = ()
    warnings: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCaptions:
    """All that a reader of one format found in a file, in the order of the file."""

    cues: tuple[RawCue, ...]
    unreadable: tuple[Unreadable, ...] = ()
    warnings: tuple[str, ...] = ()
    language: str | None = None
