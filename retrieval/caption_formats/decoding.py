"""From the bytes of a caption file to its text: encodings found, other kinds of file refused. Pure."""

import re

from retrieval.segment import CaptionsRefused


def decode_captions(raw: bytes, *, name: str) -> tuple[str, tuple[str, ...]]:
    """Return the text with `\\n` line ends and without BOM, and a warning where the encoding had to be guessed.

    Raises:
        CaptionsRefused: empty, a known binary format, or bytes that are not text.
    """
    if not raw.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise CaptionsRefused("the file is empty.", file=name, fix="Download or export it again.")
    for magic, kind in _MAGIC:
        if raw.startswith(magic):
            raise CaptionsRefused(f"this is {kind}, not captions.", file=name, fix=_EXPORT)
    text, warnings = _decode(raw)
    text = _LINE_END.sub("\n", text.removeprefix("\ufeff"))
    if (nul := text.find("\x00")) >= 0:
        raise _binary(name, text, nul)
    controls = [match.start() for match in _CONTROL.finditer(text)]
    # A stray control sign or two is a typing accident; one in a hundred is not text.
    if len(controls) > max(2, len(text) // 100):
        raise _binary(name, text, controls[0])
    return text, warnings


_EXPORT = "Export the captions as WebVTT or SRT."
_MAGIC = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"ID3", "an MP3 recording"),
    (b"RIFF", "a WAV or AVI recording"),
    (b"OggS", "an Ogg recording"),
    (b"\x1a\x45\xdf\xa3", "a Matroska or WebM recording"),
    (b"SQLite format 3", "an SQLite database"),
    (b"{\\rtf", "an RTF document"),
)
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# "\r\r\n" is what a text-mode copy makes of "\r\n": one line end, not two.
_LINE_END = re.compile(r"\r\r?\n|\r")
_CONTROL = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_FOREIGN_BYTE = re.compile("[\udc80-\udcff]")


def _decode(raw: bytes) -> tuple[str, tuple[str, ...]]:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return _decode_known(raw[len(mark) :], encoding)
    guessed = _guess_utf16(raw[:4096])
    if guessed:
        text, warnings = _decode_known(raw, guessed)
        return text, (f"The encoding was taken to be {guessed.upper()}: the file does not say.", *warnings)
    try:
        return raw.decode("utf-8"), ()
    except UnicodeDecodeError:
        return _decode_western(raw)


def _decode_known(raw: bytes, encoding: str) -> tuple[str, tuple[str, ...]]:
    if encoding == "utf-8":
        try:
            return raw.decode("utf-8"), ()
        except UnicodeDecodeError:
            return _decode_western(raw)
    text = raw.decode(encoding, "replace")
    if "\ufffd" not in text:
        return text, ()
    line = _line_at(text, text.index("\ufffd"))
    return text.replace("\ufffd", ""), (f"Bytes that are not {encoding.upper()} were left out (first at line {line}).",)


def _guess_utf16(head: bytes) -> str | None:
    """UTF-16 of a Latin script is NUL in every other byte, and text is in no other encoding."""
    half = len(head) // 2
    if half < 4:
        return None
    low, high = head[0::2].count(0), head[1::2].count(0)
    if high > half * 0.4 and low < half * 0.05:
        return "utf-16-le"
    return "utf-16-be" if low > half * 0.4 and high < half * 0.05 else None


def _decode_western(raw: bytes) -> tuple[str, tuple[str, ...]]:
    """Read bytes that are not UTF-8: as UTF-8 with a few damaged signs, or else as Windows-1252."""
    text = raw.decode("utf-8", "surrogateescape")
    sound = raw.decode("utf-8", "ignore")
    foreign = len(text) - len(sound)
    accented = len(sound) - len(sound.encode("ascii", "ignore"))
    first = _FOREIGN_BYTE.search(text)
    line = _line_at(text, first.start()) if first else 1
    if accented >= foreign:
        mended = _FOREIGN_BYTE.sub(lambda match: _western_sign(ord(match[0]) - 0xDC00), text)
        return mended, (f"Bytes that are not UTF-8 were read as Windows-1252: {foreign}, the first at line {line}.",)
    return raw.decode("cp1252", "replace").replace("\ufffd", ""), (
        f"The file is not UTF-8 (line {line}) and was read as Windows-1252 (Latin-1): check the accents.",
    )


def _western_sign(byte: int) -> str:
    return bytes((byte,)).decode("cp1252", "ignore")


def _line_at(text: str, position: int) -> int:
    return len(_LINE_END.sub("\n", text[:position]).split("\n"))


def _binary(name: str, text: str, position: int) -> CaptionsRefused:
    line = text.count("\n", 0, position) + 1
    return CaptionsRefused("this is binary data, not captions.", file=name, line=line, fix=_EXPORT)
