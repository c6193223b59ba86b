import os
from pathlib import Path

import pytest

from retrieval.captions import LARGEST_FILE_BYTES, parse_captions, read_captions
from retrieval.segment import CaptionsRefused

TEXT = "WEBVTT\n\n00:01.000 --> 00:02.000\nfunção – não\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_encodings_that_say_so_need_no_warning(encoding: str) -> None:
    captions = parse_captions(TEXT.encode(encoding), name="aula.vtt")
    assert [cue.text for cue in captions.cues] == ["função – não"]
    assert captions.warnings == ()


def test_big_endian_with_a_mark_is_read() -> None:
    captions = parse_captions(b"\xfe\xff" + TEXT.encode("utf-16-be"), name="aula.vtt")
    assert [cue.text for cue in captions.cues] == ["função – não"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_found_and_stated(encoding: str) -> None:
    captions = parse_captions(TEXT.encode(encoding), name="aula.vtt")
    assert [cue.text for cue in captions.cues] == ["função – não"]
    assert encoding.upper() in captions.warnings[0]


def test_windows_1252_is_read_and_stated_with_its_line() -> None:
    captions = parse_captions(TEXT.encode("cp1252"), name="aula.vtt")
    assert [cue.text for cue in captions.cues] == ["função – não"]
    assert "line 4" in captions.warnings[0]
    assert "Windows-1252" in captions.warnings[0]


def test_one_damaged_sign_does_not_spoil_the_other_accents() -> None:
    # "ã" of "não" lost its second byte; the byte that is left, C3, is "Ã" in Windows-1252.
    captions = parse_captions(TEXT.encode().replace("não".encode(), b"n\xc3o"), name="aula.vtt")
    assert [cue.text for cue in captions.cues] == ["função – nÃo"]
    assert "1, the first at line 4" in captions.warnings[0]


def test_half_a_sign_at_the_end_of_utf_16_is_stated() -> None:
    captions = parse_captions(TEXT.encode("utf-16")[:-1], name="aula.vtt")
    assert [cue.text for cue in captions.cues] == ["função – não"]
    assert "UTF-16" in captions.warnings[0]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n\n", "is empty"),
        (b"\x00" * 100, "is empty"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"PK\x03\x04\x14\x00", "a ZIP archive"),
        (b"<!DOCTYPE html>\n<html><p>00:00:01,000</p>", "an HTML page"),
        (b"\n<html>", "an HTML page"),
        (b'<?xml version="1.0"?><tt>', "XML"),
        (b"[Script Info]\nTitle: x", "SubStation"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\na\x00b\n", "line 4: this is binary data"),
        (bytes(range(1, 256)) * 20, "binary data"),
        (b"WEBVTT\n", "no cues"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n\n", "no cues"),
        (b"Apenas notas da aula.", "no cue times"),
    ],
)
def test_what_is_not_captions_is_refused_in_a_sentence(raw: bytes, sentence: str) -> None:
    with pytest.raises(CaptionsRefused, match=sentence) as caught:
        parse_captions(raw, name="Aula 1.vtt")
    assert caught.value.file == "Aula 1.vtt"
    assert "Aula 1.vtt" in str(caught.value)


def test_a_file_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "aula.vtt"
    with path.open("wb") as file:
        # Sparse: takes no room on the disk.
        file.truncate(LARGEST_FILE_BYTES + 1)
    with pytest.raises(CaptionsRefused, match="too large"):
        read_captions(path)


@pytest.mark.parametrize("name", ["-aB3dE_fG1h.vtt", "Aula 1 [x] (ção) 'q' \"d\" $HOME %s.vtt", "日本.vtt", "a\nb.vtt"])
def test_any_file_name_works(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(TEXT)
    assert len(read_captions(path).cues) == 1


def test_the_name_of_a_refused_file_is_safe_to_print() -> None:
    with pytest.raises(CaptionsRefused) as caught:
        parse_captions(b"", name="a\udce7\x1b[31m\n.vtt")
    assert caught.value.file == "a??[31m?.vtt"


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaptionsRefused, match="no such file"):
        read_captions(tmp_path / "nada.vtt")


def test_what_is_no_file_is_named_as_what_it_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.vtt")
    (tmp_path / "loop.vtt").symlink_to(tmp_path / "loop.vtt")
    (tmp_path / "lost.vtt").symlink_to(tmp_path / "nada.vtt")
    places = {tmp_path: "a folder", tmp_path / "pipe.vtt": "a pipe", Path("/dev/null"): "a device"}
    places |= {tmp_path / "loop.vtt": "a link that leads round", tmp_path / "lost.vtt": "a link to a file that is not"}
    for path, kind in places.items():
        with pytest.raises(CaptionsRefused, match=f"this is {kind}"):
            read_captions(path)


# What is left of a third cue whose timing is line 7 (line 10 with counters), when a download stops there.
@pytest.mark.parametrize("rest", ["00:", "00:00", "00:00:05,0", "00:00:05,000 ", "00:00:05,000 --", "00:00:05,000 -->"])
@pytest.mark.parametrize("counter", ["", "3\n"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_file_cut_off_inside_a_timing_loses_no_more_than_that_cue(rest: str, counter: str, end: str) -> None:
    first = f"{counter and '1' + chr(10)}00:00:01,000 --> 00:00:02,000\nOlá\n\n"
    second = f"{counter and '2' + chr(10)}00:00:03,000 --> 00:00:04,000\nturma\n\n"
    captions = parse_captions((first + second + counter + rest + end).encode(), name="aula.srt")
    assert [cue.text for cue in captions.cues] == ["Olá", "turma"]
    line = 10 if counter else 7
    assert f"Left out for a time that cannot be read: 1 cue at line {line}." in captions.warnings


def test_a_sbv_file_cut_off_inside_a_timing_loses_no_more_than_that_cue() -> None:
    for rest in ("0:", "0:00:05.0", "0:00:05.000,", "0:00:05.000,0:00"):
        text = f"0:00:01.000,0:00:02.000\nOlá\n\n{rest}"
        captions = parse_captions(text.encode(), name="aula.sbv")
        assert [cue.text for cue in captions.cues] == ["Olá"]
        assert "1 cue at line 4" in captions.warnings[0]


def test_a_time_that_is_spoken_last_stays() -> None:
    captions = parse_captions(b"WEBVTT\n\n00:01.000 --> 00:02.000\n12:30", name="aula.vtt")
    assert [cue.text for cue in captions.cues] == ["12:30"]


def test_the_file_name_tells_the_language_where_the_file_does_not() -> None:
    assert parse_captions(TEXT.encode(), name="Aula.pt-BR.vtt").language == "pt-BR"
