"""Captions of seven formats become cues: in order, without overlap, each with the words a person hears.

bytes ─▶ text (decoding) ─▶ raw cues (the reader of the format, found by content) ─▶ cues (repair), warnings all along.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from retrieval.caption_formats.blocks import drop_cut_timing
from retrieval.caption_formats.clock import match_arrow_timing, match_comma_timing
from retrieval.caption_formats.decoding import decode_captions
from retrieval.caption_formats.json3 import read_json3
from retrieval.caption_formats.json_values import as_dict, as_text, parse_json
from retrieval.caption_formats.raw_cue import RawCaptions, ShownCaptions
from retrieval.caption_formats.repair import repair_cues
from retrieval.caption_formats.rolling import hear_cues
from retrieval.caption_formats.spoken_text import strip_subtitle, strip_webvtt
from retrieval.caption_formats.srt import read_sbv, read_srt
from retrieval.caption_formats.webvtt import read_webvtt
from retrieval.caption_formats.whisper_json import read_whisper
from retrieval.course_sources.caption_names import parse_caption_name, parse_language
from retrieval.course_sources.file_kinds import name_other_kind
from retrieval.segment import CaptionsRefused, Cue

# Ten hours of Whisper JSON with word times take about 35 MB; a parsed file takes some ten times its size in memory.
LARGEST_FILE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionFile:
    """The cues of one caption file, every repair and doubt in a sentence, its format, and its language if known."""

    cues: tuple[Cue, ...]
    warnings: tuple[str, ...]
    format: str
    language: str | None


def read_captions(path: Path) -> CaptionFile:
    """Read one caption file.

    Raises:
        CaptionsRefused: not there, too large, not captions, or too broken; names the file, and the line if one is to
            blame.
    """
    name = _printable(path.name)
    try:
        if kind := name_other_kind(path):
            raise CaptionsRefused(f"this is {kind}, not a caption file.", file=name, fix="Name the file itself.")
        size = path.stat().st_size
        if size > LARGEST_FILE_BYTES:
            raise CaptionsRefused(
                f"{size / 1e6:,.0f} MB are too large for captions (at most {LARGEST_FILE_BYTES / 1e6:.0f} MB).",
                file=name,
                fix="Is this the recording itself?",
            )
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise CaptionsRefused("there is no such file.", file=name, fix="Check the path.") from error
    except OSError as error:
        raise CaptionsRefused(f"the file cannot be read ({error.strerror}).", file=name) from error
    return parse_captions(raw, name=path.name)


def parse_captions(raw: bytes, *, name: str) -> CaptionFile:
    """Turn the bytes of a caption file into cues. `name` is its file name: for messages, and for the language.

    Raises:
        CaptionsRefused: as `read_captions`.
    """
    file = _printable(name)
    text, decoding_warnings = decode_captions(raw, name=file)
    format_, captions = _read_text(text, name=file)
    _refuse_mostly_unreadable(captions, name=file)
    cues, repairs = repair_cues(captions.cues, name=file)
    if not cues:
        raise CaptionsRefused("the file has no cues with text.", file=file, fix="Download or export it again.")
    return CaptionFile(
        cues=cues,
        warnings=(*decoding_warnings, *captions.warnings, *_say_unreadable(captions), *repairs),
        format=format_,
        language=parse_language(captions.language or "") or parse_caption_name(name).language,
    )


_OTHER_FORMATS = (
    ("<!doctype html", "an HTML page"),
    ("<html", "an HTML page"),
    ("[script info]", "SubStation Alpha (ASS)"),
    ("<tt", "TTML"),
    ("<sami", "SAMI"),
    ("<?xml", "XML"),
    ("<transcript", "YouTube's XML"),
    ("<timedtext", "YouTube's XML"),
    ("scenarist_scc", "SCC"),
    ("#extm3u", "a playlist"),
)
_CONVERT = "Convert it to WebVTT or SRT."


def _read_text(text: str, *, name: str) -> tuple[str, RawCaptions]:
    """Find the format by what the file holds, for names lie, and read it."""
    beginning = text[:1000].lstrip().lower()
    for sign, kind in _OTHER_FORMATS:
        if beginning.startswith(sign):
            raise CaptionsRefused(f"this is {kind}, which is not read here.", file=name, line=1, fix=_CONVERT)
    lines = text.split("\n")
    is_srt = any(match_arrow_timing(line) for line in lines)
    if beginning.startswith("webvtt"):
        return _read_shown(lines, "vtt", read_webvtt, strip_webvtt)
    # "{1}{25}Olá" and "[00:01] Olá" also begin with a bracket.
    if beginning.startswith(("{", "[")) and not is_srt:
        return _read_json(text, name=name)
    if is_srt and name.lower().endswith(".vtt"):
        format_, captions = _read_shown(lines, "vtt", read_webvtt, strip_webvtt)
        return format_, replace(captions, warnings=(*captions.warnings, "The line WEBVTT is missing at the top."))
    if is_srt:
        return _read_shown(lines, "srt", read_srt, strip_subtitle)
    if any(match_comma_timing(line) for line in lines):
        return _read_shown(lines, "sbv", read_sbv, strip_subtitle)
    raise CaptionsRefused(
        "no cue times were found, so these are not captions.", file=name, line=1, fix="Export them as WebVTT or SRT."
    )


def _read_shown(
    lines: Sequence[str],
    format_: str,
    read: Callable[[Sequence[str]], ShownCaptions],
    strip: Callable[[str], str],
) -> tuple[str, RawCaptions]:
    whole, cut = drop_cut_timing(lines)
    shown = read(whole)
    return format_, RawCaptions(
        cues=hear_cues(shown.cues, strip=strip),
        unreadable=(*shown.unreadable, *cut),
        warnings=shown.warnings,
        language=shown.language,
    )


def _read_json(text: str, *, name: str) -> tuple[str, RawCaptions]:
    value = parse_json(text, name=name)
    found = as_dict(value)
    events, segments = found.get("events"), found.get("segments", value)
    if isinstance(events, list):
        return "json3", read_json3(events)
    if isinstance(segments, list):
        info = as_dict(found.get("info"))
        language = as_text(found.get("language")) or as_text(info.get("language"))
        return "whisper", read_whisper(segments, language=language or None)
    raise CaptionsRefused(
        "this JSON has neither YouTube's `events` nor Whisper's `segments`, so these are not captions.",
        file=name,
        line=1,
    )


def _refuse_mostly_unreadable(captions: RawCaptions, *, name: str) -> None:
    bad = captions.unreadable
    if len(bad) > len(captions.cues):
        raise CaptionsRefused(
            f"{len(bad)} of {len(bad) + len(captions.cues)} cues have a time that cannot be read, the first at "
            f"{bad[0].where}.",
            file=name,
            line=bad[0].line,
            fix="Download or export it again.",
        )


def _say_unreadable(captions: RawCaptions) -> tuple[str, ...]:
    bad = captions.unreadable
    if not bad:
        return ()
    counted = "1 cue" if len(bad) == 1 else f"{len(bad)} cues, the first"
    return (f"Left out for a time that cannot be read: {counted} at {bad[0].where}.",)


def _printable(name: str) -> str:
    """Make a file name safe to print: the system hands undecodable bytes on as surrogates."""
    shown = name.encode("utf-8", "replace").decode("utf-8")
    return "".join(sign if sign.isprintable() else "?" for sign in shown)
