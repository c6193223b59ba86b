"""Deep links: a lecture's URL and a second become the URL that opens the recording at that second."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

YOUTUBE_HOSTS = frozenset({"youtube.com", "m.youtube.com", "music.youtube.com", "youtube-nocookie.com"})
VIDEO_ENDINGS = (".mp4", ".m4v", ".webm", ".ogv", ".mov", ".mkv")
AUDIO_ENDINGS = (".mp3", ".m4a", ".aac", ".ogg", ".oga", ".opus", ".wav")

# A Kaltura entry id, such as 1_2rc7uxir, in the path of a MediaSpace page: portals run under any host name.
_KALTURA_PAGE = re.compile(r"/media/(?:[^/]+/)?[01]_[a-z0-9]{8}(?:/|$)")
_NUMBER_IN_PATH = re.compile(r"/\d+(?:/|$)")
_UNSAFE = {ord(character): f"%{ord(character):02X}" for character in ' "<>\\^`{|}'}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepLink:
    """A link to show: `url` is empty where none may be shown; `opens_at_second` is False where time must be said."""

    url: str
    opens_at_second: bool


def link_at(url: str, seconds: float) -> DeepLink:
    """Return the link that opens `url` at `seconds`, rounded down to whole seconds.

    Known are YouTube, Vimeo, Panopto, Kaltura (`kalturaStartTime`, as the share button of its player writes it; the
    older player: `mediaProxy.mediaPlayFrom`) and plain media files (W3C Media Fragments, `#t=`).
    Any other page comes back as it is. Everything but http and https is refused, as are links with credentials.
    """
    parts = _split(url)
    if parts is None:
        return DeepLink(url="", opens_at_second=False)
    write = _writer(parts)
    if write is None or not math.isfinite(seconds):
        return DeepLink(url=urlunsplit(parts), opens_at_second=False)
    return DeepLink(url=urlunsplit(write(parts, max(0, math.floor(seconds)))), opens_at_second=True)


_Writer = Callable[[SplitResult, int], SplitResult]


def _split(url: str) -> SplitResult | None:
    if any(not character.isprintable() and character != " " for character in url.strip()):
        return None
    try:
        parts = urlsplit(url.strip().translate(_UNSAFE))
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
        _ = parts.port  # a port that is no number raises only when asked for
    except ValueError:
        return None
    return parts if is_web else None


def _writer(parts: SplitResult) -> _Writer | None:
    host = (parts.hostname or "").removeprefix("www.")
    path = parts.path
    if host in YOUTUBE_HOSTS or host == "youtu.be":
        return _youtube_writer(host, path, parts.query)
    if host in ("vimeo.com", "player.vimeo.com"):
        return _vimeo if _NUMBER_IN_PATH.search(path) else None
    if path.lower().endswith(("/panopto/pages/viewer.aspx", "/panopto/pages/embed.aspx")):
        return _panopto
    if host.endswith(".kaltura.com") or _KALTURA_PAGE.search(path):
        return _kaltura_writer(path)
    return _media if unquote(path).lower().endswith(VIDEO_ENDINGS + AUDIO_ENDINGS) else None


def _youtube_writer(host: str, path: str, query: str) -> _Writer | None:
    first, _, rest = path.strip("/").partition("/")
    video = rest.partition("/")[0]
    if host == "youtu.be":
        return _youtube_page if first else None
    if first == "watch":
        return _youtube_page if _has_parameter(query, "v") else None
    if not video:
        return None
    return {"live": _youtube_page, "shorts": _youtube_short, "embed": _youtube_embed, "v": _youtube_embed}.get(first)


def _youtube_page(parts: SplitResult, second: int) -> SplitResult:
    return _with_parameter(parts, "t", f"{second}s", replaced=("t", "start", "time_continue"))


def _youtube_short(parts: SplitResult, second: int) -> SplitResult:
    # The shorts player ignores t=; the same video's watch page honours it.
    video = parts.path.strip("/").split("/")[1]
    query = "&".join(filter(None, [f"v={video}", parts.query]))
    return _youtube_page(parts._replace(path="/watch", query=query), second)


def _youtube_embed(parts: SplitResult, second: int) -> SplitResult:
    return _with_parameter(parts, "start", str(second), replaced=("t", "start"))


def _vimeo(parts: SplitResult, second: int) -> SplitResult:
    return parts._replace(fragment=f"t={second}s")


def _panopto(parts: SplitResult, second: int) -> SplitResult:
    return _with_parameter(parts, "start", str(second), replaced=("start",), keep_fragment=True)


def _kaltura_writer(path: str) -> _Writer | None:
    if "/embedIframeJs/" in path:
        return _kaltura_old_player
    return _kaltura if _KALTURA_PAGE.search(path) or "/embedPlaykitJs/" in path else None


def _kaltura(parts: SplitResult, second: int) -> SplitResult:
    return _with_parameter(parts, "kalturaStartTime", str(second), replaced=("kalturaStartTime", "st"))


def _kaltura_old_player(parts: SplitResult, second: int) -> SplitResult:
    name = "flashvars[mediaProxy.mediaPlayFrom]"
    return _with_parameter(parts, name, str(second), replaced=(name,))


def _media(parts: SplitResult, second: int) -> SplitResult:
    return parts._replace(fragment=f"t={second}")


def _with_parameter(
    parts: SplitResult, name: str, value: str, *, replaced: tuple[str, ...], keep_fragment: bool = False
) -> SplitResult:
    kept = [pair for pair in parts.query.split("&") if pair and unquote(pair.partition("=")[0]) not in replaced]
    fragment = parts.fragment if keep_fragment else ""
    return parts._replace(query="&".join([*kept, f"{name}={value}"]), fragment=fragment)


def _has_parameter(query: str, name: str) -> bool:
    return any(pair.partition("=")[0] == name and pair.partition("=")[2] for pair in query.split("&"))
