"""The caption files of one folder, grouped by the recording they belong to, and the one to keep of each recording."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from retrieval.course_sources.caption_names import CaptionName, parse_caption_name
from retrieval.course_sources.language_guess import guess_language, primary_language


def _known_language(tag: str | None) -> str | None:
    """Sites write what they like here; what is no language code tells nothing."""
    return tag if tag and re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]+)*", tag) else None


class VideoInfo(BaseModel):
    """What of yt-dlp's .info.json is used; everything else in it is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    title: str | None = None
    webpage_url: str | None = None
    upload_date: str | None = None
    language: Annotated[str | None, AfterValidator(_known_language)] = None
    playlist_title: str | None = None
    subtitles: Mapping[str, object] | None = None
    automatic_captions: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCaptions:
    """A caption file with what its name and the .info.json beside it tell."""

    path: Path
    name: CaptionName
    info: VideoInfo
    is_automatic: bool

    @property
    def recording(self) -> str:
        """What all files of one recording share."""
        return name_recording(self.path)

    @property
    def is_original(self) -> bool:
        """Whether yt-dlp marked the file as being in the language that is spoken."""
        return _tag(self.path.name).endswith("-orig")


def describe_captions(path: Path) -> FoundCaptions:
    """Learn about a caption file from its name, its first lines and its .info.json. Raises OSError."""
    info = _read_info(path.with_name(f"{_stem_without_language(path.name)}.info.json"))
    name = parse_caption_name(path.name)
    return FoundCaptions(path=path, name=name, info=info, is_automatic=_is_automatic(path, info))


def name_recording(path: Path) -> str:
    """What the files of one recording share: the video's id, or the name without language and format."""
    return parse_caption_name(path.name).video_id or _stem_without_language(path.name)


def group_by_recording(files: Iterable[FoundCaptions]) -> list[list[FoundCaptions]]:
    """Put the files of one recording together; the order of first files stays."""
    groups: dict[str, list[FoundCaptions]] = {}
    for file in files:
        groups.setdefault(file.recording, []).append(file)
    return list(groups.values())


def spoken_language(files: Sequence[FoundCaptions]) -> str | None:
    """The language spoken in one recording: as yt-dlp tells, else as its files' names agree, else guessed."""
    told = next((file.info.language for file in files if file.info.language), None)
    original = next((file.name.language for file in files if file.is_original), None)
    if spoken := told or original:
        return primary_language(spoken)
    named = {primary_language(file.name.language) for file in files if file.name.language}
    return named.pop() if len(named) == 1 else guess_language(files[0].path)


def choose_captions(files: Sequence[FoundCaptions], *, course_language: str) -> FoundCaptions:
    """Keep one file of a recording: in the course's language, by people rather than a machine, with word times."""
    spoken = spoken_language(files)

    def preference(file: FoundCaptions) -> tuple[bool, bool, bool, int]:
        own = primary_language(file.name.language) if file.name.language else spoken
        # Automatic captions in a language that is not spoken are a machine's translation of a machine's hearing: last.
        is_translated = file.is_automatic and spoken is not None and own != spoken
        return is_translated, own != course_language, file.is_automatic, _FORMATS.index(file.path.suffix[1:].lower())

    return min(files, key=preference)


# Those with word times first: Whisper writes the same lecture in several formats at once.
_FORMATS = ("json3", "json", "vtt", "srt", "sbv")
# YouTube's own recognition times each word (WebVTT) and tells its confidence or offset (json3).
_MARK_OF_RECOGNITION = re.compile(rb'<\d\d:\d\d:\d\d\.\d{3}><c|"acAsrConf"|"tOffsetMs"')
_PROBE_BYTES = 16_384
# With all formats, chapters and some thousand comments an info file has a few megabytes.
_MOST_INFO_BYTES = 32_000_000


def _stem_without_language(name: str) -> str:
    stem = name.rpartition(".")[0]
    return stem.rpartition(".")[0] if parse_caption_name(name).language else stem


def _tag(name: str) -> str:
    """What stands before the format, such as `pt-orig`, where the name has a language."""
    return name.split(".")[-2] if parse_caption_name(name).language else ""


def _read_info(path: Path) -> VideoInfo:
    """A missing, huge or unreadable info file tells nothing: the file name then has to do."""
    try:
        if not path.is_file() or path.stat().st_size > _MOST_INFO_BYTES:
            return VideoInfo()
        return VideoInfo.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return VideoInfo()


def _is_automatic(path: Path, info: VideoInfo) -> bool:
    tag = _tag(path.name)
    if tag in (info.subtitles or {}):
        return False
    if tag.endswith("-orig") or tag in (info.automatic_captions or {}):
        return True
    with path.open("rb") as file:
        return _MARK_OF_RECOGNITION.search(file.read(_PROBE_BYTES)) is not None
