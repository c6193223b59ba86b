"""Courses whose questions know the second they are answered at: TutorialVQA's captions, and the sample course."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory

# Enough for a standard error of two points; of 2,389 questions most ask again what another one asked.
_QUESTIONS_EACH = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedQuestion:
    """A question and the places, (lecture id, second), where its answer begins; `claim` is the answer where known.

    `part` tells the questions that the weights were chosen on from the rest.
    """

    text: str
    language: str
    part: str
    truths: tuple[tuple[str, float], ...]
    claim: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedCourse:
    """A course folder to ingest, and its questions; `hashes` name the files they were read from."""

    name: str
    folder: Path
    questions: tuple[TimedQuestion, ...]
    hashes: Mapping[str, str]


@contextmanager
def open_timed_courses(data: Path) -> Iterator[tuple[TimedCourse, ...]]:
    """Read both courses, TutorialVQA from `data`/tutorial-vqa; their folders last as long as the context.

    Raises FileNotFoundError where files are missing.
    """
    with TemporaryDirectory() as folder, as_file(files("config") / "sample_course") as sample:
        yield read_tutorials(data / "tutorial-vqa", Path(folder)), read_sample(sample)


def read_sample(folder: Path) -> TimedCourse:
    """The course that comes with the program: its questions have answers, too."""
    lines = _read_lines(folder / "questions.jsonl")
    questions = tuple(
        TimedQuestion(
            text=str(line["text"]),
            language=str(line["language"]),
            part="all",
            truths=((str(line["lecture"]), float(line["start_seconds"])),),
            claim=str(line["answer"]),
        )
        for line in lines
    )
    hashes = {"sample_course/questions.jsonl": _sha256(folder / "questions.jsonl")}
    return TimedCourse(name="sample", folder=folder, questions=questions, hashes=hashes)


def read_tutorials(source: Path, folder: Path, *, questions_each: int = _QUESTIONS_EACH) -> TimedCourse:
    """Crowd questions of TutorialVQA in two halves with no video in common; its captions are copied into `folder`."""
    _write_course(source, folder)
    truths: dict[str, list[tuple[str, float]]] = {}
    for span in _read_lines(source / "spans.jsonl"):
        truths.setdefault(str(span["qid"]), []).append((str(span["video"]), float(span["start_s"])))
    asked = [
        line for line in _read_lines(source / "queries.jsonl") if line["type"] == "crowd" and line["qid"] in truths
    ]
    questions: list[TimedQuestion] = []
    for half in (0, 1):
        members = [line for line in asked if _number(min(truths[str(line["qid"])])[0]) % 2 == half]
        questions += [
            TimedQuestion(
                text=str(line["text"]),
                language="en",
                part=f"half {half}",
                truths=tuple(truths[str(line["qid"])]),
            )
            for line in sorted(members, key=lambda line: _number(str(line["qid"])))[:questions_each]
        ]
    hashes = {
        f"tutorial-vqa/{name}": _sha256(source / name) for name in ("queries.jsonl", "spans.jsonl", "videos.jsonl")
    }
    return TimedCourse(name="tutorial-vqa", folder=folder, questions=tuple(questions), hashes=hashes)


def _write_course(source: Path, folder: Path) -> None:
    lines = ['title = "Photoshop"', 'language = "en"']
    for video in _read_lines(source / "videos.jsonl"):
        captions = f"{video['video']}.srt"
        (folder / captions).write_bytes((source / "captions" / "srt" / f"{video['video']}.en.srt").read_bytes())
        details = {"id": video["video"], "title": video["title"], "url": video["url"], "captions": captions}
        lines += ["[[lectures]]", *(f"{key} = {json.dumps(value)}" for key, value in details.items())]
    (folder / "course.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _read_lines(path: Path) -> list[dict[str, str | float]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _number(name: str) -> int:
    """A number that is the same on every machine, and different for every name."""
    return int.from_bytes(hashlib.sha256(repr((name,)).encode()).digest()[:6])


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
