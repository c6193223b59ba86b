"""From the text of a cue to the words a person hears: without tags, entities, control signs and odd blanks. Pure."""

import html
import re


def fold_text(text: str) -> str:
    """Remove control and bidi signs, fold white space; empty where nothing is left to hear."""
    folded = " ".join(_CONTROLS.sub("", text).split())
    return folded if folded.strip(_JOINERS) else ""


def strip_webvtt(text: str) -> str:
    """Remove WebVTT's tags (voice, class, language, times), then unescape once: `&lt;b&gt;` is spoken, `<b>` is not."""
    return fold_text(_unescape(_ANY_TAG.sub("", _RUBY_READING.sub("", _BREAK.sub(" ", text)))))


def strip_subtitle(text: str) -> str:
    """Remove the HTML and ASS tags that SRT, SBV and YouTube know; `List<String>` stays, as in a lecture on Java."""
    text = _ASS_BREAK.sub(" ", _ASS_OVERRIDE.sub("", text))
    return fold_text(_unescape(_FORMATTING_TAG.sub("", _BREAK.sub(" ", text))))


def _unescape(text: str) -> str:
    # html.unescape alone also reads "&not" in "&notable".
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text)


# Joiners shape Persian, Indic scripts and emoji, so they stay; alone they are nothing.
_JOINERS = "\u200c\u200d"

# C0 and C1 but for white space; soft hyphen; bidi marks; zero-width space and BOM; surrogates; "tags" that hide text.
_CONTROLS = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

# No tag holds another `<`, which keeps every pattern linear on hostile text; "a < b" is no tag.
_ANY_TAG = re.compile(r"</?[A-Za-z0-9.][^<>]*>|</>|<>")
_RUBY_READING = re.compile(r"<rt[^<>]*>[^<>]*</rt>")
_BREAK = re.compile(r"<br\s{0,9}/?>|\[br\]", re.IGNORECASE)
_FORMATTING_TAG = re.compile(
    r"</?\s{0,9}(?:b|big|c|center|code|del|div|em|font|i|ins|lang|p|rt|ruby|s|small|span|strike|strong|sub|sup|tt|u|v)"
    r"(?:[\s.][^<>]*)?/?>|<[0-9]{1,3}:[0-9:.]{2,12}>",
    re.IGNORECASE,
)
_ASS_OVERRIDE = re.compile(r"\{\\[^{}]*\}")
_ASS_BREAK = re.compile(r"\\N|\\h(?![a-z])")
