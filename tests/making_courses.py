"""Makes small courses on disk: caption files with words of one's choice, and course files that list them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.settings import WindowSettings

CHECKOUT = Path(__file__).parents[1]
# Two cues of 10 s go into a window of 20 s; the least that the settings allow keeps the tests small.
SMALL_WINDOWS = WindowSettings(seconds=20, overlap_seconds=0, max_tokens=480)


def write_captions(path: Path, sentences: Sequence[str], *, first_second: int = 0) -> Path:
    """Write a WebVTT file with a cue of 10 seconds for each sentence."""
    cues = [
        f"{_clock(first_second + 10 * number)} --> {_clock(first_second + 10 * number + 10)}\n{sentence}\n"
        for number, sentence in enumerate(sentences)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["WEBVTT\n", *cues]), encoding="utf-8")
    return path


def write_course(
    folder: Path,
    lectures: Mapping[str, Sequence[str]],
    *,
    title: str = "Curso",
    language: str = "pt",
    extra: str = "",
) -> Path:
    """Write a course file and a WebVTT file for each lecture id; `extra` goes into the last lecture's block."""
    blocks = [f"title = {json.dumps(title)}\nlanguage = {json.dumps(language)}\n"]
    for number, (lecture_id, sentences) in enumerate(lectures.items()):
        write_captions(folder / f"aula {number}.vtt", sentences)
        blocks.append(
            f"[[lectures]]\nid = {json.dumps(lecture_id)}\ntitle = {json.dumps(f'Aula {lecture_id}')}\n"
            f'url = "https://example.org/{number}.mp4"\ncaptions = "aula {number}.vtt"\n'
        )
    (folder / "course.toml").write_text("\n".join(blocks) + extra, encoding="utf-8")
    return folder


def spoken(subject: str, cues: int) -> list[str]:
    """Different sentences about a subject, one a cue."""
    return [f"Sobre {subject} digo agora a frase de número {number}." for number in range(cues)]


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.000"
