"""The name of a caption file, as yt-dlp, Whisper or a person leaves it: title, video id, language. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

# Every format that `captions.py` reads; `.json` is Whisper's or YouTube's, told apart by content.
CAPTION_EXTENSIONS = frozenset({"vtt", "srt", "sbv", "json3", "json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionName:
    """What a file name tells of its lecture; `video_id` and `language` are None where it does not say."""

    title: str
    video_id: str | None
    language: str | None


def parse_caption_name(name: str) -> CaptionName:
    """Read the name of a caption file (no folder): `Title [VIDEOID].pt-BR.vtt`, `VIDEOID.en.srt`, `lecture.json`.

    The language is a tag such as `pt` or `pt-BR`; yt-dlp's marks after it (`-orig`, a track's name) are left out.
    """
    stem = unicodedata.normalize("NFC", name)
    stem, _ = _split_extension(stem, known=CAPTION_EXTENSIONS)
    stem, language = _split_language(stem)
    stem, _ = _split_extension(stem, known=_MEDIA_EXTENSIONS)
    title, video_id = _split_video_id(stem)
    return CaptionName(title=_plain(title) or video_id or stem, video_id=video_id, language=language)


def is_caption_name(name: str) -> bool:
    """Whether a file of this name may be captions; hidden files and yt-dlp's other JSON files are not."""
    lowered = name.lower()
    if lowered.startswith(".") or lowered.endswith((".info.json", ".live_chat.json")):
        return False
    return "." in lowered and lowered.rpartition(".")[2] in CAPTION_EXTENSIONS


def parse_language(tag: str) -> str | None:
    """Read a language tag such as `PT`, `pt-BR` or `pt-orig` as `pt` or `pt-BR`; None where it names no language."""
    match = _LANGUAGE_TAG.fullmatch(tag)
    if match is None or match["code"].lower() not in _LANGUAGES.split():
        return None
    return match["code"].lower() + (match["region"] or "")


def sort_caption_names(names: Iterable[str]) -> tuple[str, ...]:
    """Keep the caption files among the names of a folder, in the order people count: Aula 2 before Aula 10."""
    return tuple(sorted(filter(is_caption_name, names), key=_counting_order))


_MEDIA_EXTENSIONS = frozenset(
    {"aac", "avi", "flac", "m4a", "m4v", "mkv", "mov", "mp3", "mp4", "ogg", "opus", "wav", "webm"}
)

# ISO 639-1, then three-letter codes that YouTube and transcribers write: without a list `notes.old.vtt` is in "old".
_LANGUAGES = """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en
    eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu iw ja
    jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne
    ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su
    sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    ara ceb ces chi cmn dan deu ell eng fas fil fin fra fre ger guw haw heb hin hmn hun ind ita jpn kor lus nld nor pol
    por ron rus spa swe tha tur ukr und vie yue zho
"""
_LANGUAGE_TAG = re.compile(
    r"(?P<code>[A-Za-z]{2,3})(?P<region>-(?:[A-Z][a-z]{3}|[A-Z]{2}|[0-9]{3}))?(?:[-_][A-Za-z0-9_-]+)?"
)

# YouTube; Vimeo (a year in brackets is shorter); Panopto; Kaltura.
_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}|[0-9]{6,12}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[01]_[a-z0-9]{8}")
_BRACKETED_END = re.compile(r"(?P<title>.*?)\s*\[(?P<id>[^\[\]]+)\]\s*", re.DOTALL)
_ONE_WORD = re.compile(r"[A-Za-z]?[a-z]+|[A-Z]+")
_WORDS_AND_NUMBERS = re.compile(r"(?:[A-Z]?[a-z]{2,}|[A-Z]{2,}|[0-9]+|(?<=.)[-_])+")

# What yt-dlp writes for signs that Windows forbids in file names.
_FORBIDDEN_SIGNS = str.maketrans("＂＊：＜＞？⧸⧹｜", '"*:<>?/\\|')


def _split_extension(name: str, *, known: frozenset[str]) -> tuple[str, str]:
    stem, dot, extension = name.rpartition(".")
    return (stem, extension) if dot and stem and extension.lower() in known else (name, "")


def _split_language(stem: str) -> tuple[str, str | None]:
    rest, dot, tag = stem.rpartition(".")
    language = parse_language(tag) if dot and rest else None
    return (rest, language) if language else (stem, None)


def _split_video_id(stem: str) -> tuple[str, str | None]:
    bracketed = _BRACKETED_END.fullmatch(stem)
    if bracketed and _VIDEO_ID.fullmatch(bracketed["id"]) and not _ONE_WORD.fullmatch(bracketed["id"]):
        return bracketed["title"], bracketed["id"]
    # Without brackets only an id that no person would write: `Lecture-001` has eleven signs too.
    if len(stem) == 11 and _VIDEO_ID.fullmatch(stem) and not _WORDS_AND_NUMBERS.fullmatch(stem):
        return "", stem
    return stem, None


def _plain(title: str) -> str:
    return " ".join(title.translate(_FORBIDDEN_SIGNS).split())


def _counting_order(name: str) -> tuple[tuple[int, int, str], ...]:
    parts = re.split(r"([0-9]+)", unicodedata.normalize("NFC", name).casefold())
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part)
