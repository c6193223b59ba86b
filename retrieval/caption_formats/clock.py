"""Times as caption files write them, and as people read them."""

import re
from typing import TypeAlias

Span: TypeAlias = tuple[float, float]


def match_arrow_timing(line: str) -> Span | None:
    """Read `00:01:02,500 --> 00:01:04,000` (SRT, WebVTT; settings may follow) as seconds, or None."""
    return _match_timing(_ARROW_TIMING, line)


def match_comma_timing(line: str) -> Span | None:
    """Read `0:01:02.500,0:01:04.000` (SBV) as seconds, or None."""
    return _match_timing(_COMMA_TIMING, line)


def looks_like_timing(line: str) -> bool:
    """Whether a line was meant to be the timing of a cue, readable or not."""
    return len(line) <= _LONGEST_TIMING and _MEANT_AS_TIMING.search(line) is not None


def is_cut_timing(line: str) -> bool:
    """Whether a line is the beginning of a timing and no more, such as `00:00:05,0` or `0:05.000,0:`."""
    return len(line) <= _LONGEST_TIMING and _CUT_TIMING.fullmatch(line) is not None


def parse_clock(text: str) -> float | None:
    """Read one time such as `1:02:03.450`, `62:03,45` or `-0:01.000` as seconds, or None."""
    match = _CLOCK_ALONE.fullmatch(text)
    return _seconds(match.groups()) if match else None


def say_time(seconds: float) -> str:
    """Say a second of the recording as people do: 1:02:03 or 2:03."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


# Hours may be missing and may be long, blanks may stand around the colons (translation services leave them), and the
# fraction may be missing or have any number of digits. The lengths are bounded so that no line is slow to refuse.
_CLOCK = r"(-?)(?:([0-9]{1,6})[ ]?:[ ]?)?([0-9]{1,4})[ ]?:[ ]?([0-9]{1,2})"
_ANY_FRACTION = r"(?:[ ]?[.,:][ ]?([0-9]{1,9}))?"
_CLOCK_ALONE = re.compile(_CLOCK + _ANY_FRACTION)
_ARROW_TIMING = re.compile(
    rf"[ \t]*{_CLOCK}{_ANY_FRACTION}[ \t]*(?:-{{1,3}}>|[–—]>|→)[ \t]*{_CLOCK}{_ANY_FRACTION}(?![0-9:.,])"
)
_POINT_FRACTION = r"(?:\.([0-9]{1,9}))?"
_COMMA_TIMING = re.compile(rf"[ \t]*{_CLOCK}{_POINT_FRACTION}[ \t]*,[ \t]*{_CLOCK}{_POINT_FRACTION}[ \t]*")
_MEANT_AS_TIMING = re.compile(
    r"[0-9]:[^>→]{0,40}(?:->|[–—]>|→)|-->.{0,20}[0-9]:|^[0-9:.,\s]*-->|-->[0-9:.,\s]*$|^\s{0,9}\S{0,20}:\S{0,20}\s{0,9}-->"
)

_CUT_TIMING = re.compile(r"[ \t]*[0-9]{1,6}:[0-9]{0,4}(?::[0-9]{0,2})?(?:[.,][0-9]{0,9})?[ \t]*(?:-{0,2}|,[0-9:.]*)")

# WebVTT settings after the times take some 100 signs; a longer line is text.
_LONGEST_TIMING = 400


def _match_timing(pattern: re.Pattern[str], line: str) -> Span | None:
    match = pattern.match(line) if len(line) <= _LONGEST_TIMING else None
    if match is None or (pattern is _COMMA_TIMING and match.end() != len(line)):
        return None
    start, end = _seconds(match.groups()[:5]), _seconds(match.groups()[5:])
    return None if start is None or end is None else (start, end)


def _seconds(groups: tuple[str | None, ...]) -> float | None:
    sign, hours, minutes, seconds, fraction = groups
    # 75:30 without hours is what some exporters write after 59:59; with hours it is a fault.
    if int(seconds or 0) > 59 or (hours is not None and int(minutes or 0) > 59):
        return None
    milliseconds = int((fraction or "").ljust(3, "0")[:3])
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return (-1 if sign else 1) * (whole * 1000 + milliseconds) / 1000
