"""The benchmark of links: a small timed course is read, ingested, asked and counted."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from evaluation.benchmark.pinpoint import Links, figures_of, measure_pinpoint
from evaluation.benchmark.timed import TimedQuestion, read_tutorials
from evaluation.benchmark.vectors import KeptVectors
from tests.fakes_embedder import FakeEmbedder

SUBJECTS = ("gradient", "perceptron", "entropy", "boosting")


def _write_lines(path: Path, lines: Sequence[Mapping[str, object]]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """TutorialVQA's layout: four videos, in each of which the second cue, at 20 s, answers one question."""
    folder = tmp_path / "tutorial-vqa"
    (folder / "captions" / "srt").mkdir(parents=True)
    for number, subject in enumerate(SUBJECTS):
        (folder / "captions" / "srt" / f"v{number}.en.srt").write_text(
            "1\n00:00:00,000 --> 00:00:20,000\nGood morning to all of you here today.\n\n"
            f"2\n00:00:20,000 --> 00:00:40,000\nNow the {subject} is what we look at.\n\n"
            "3\n00:00:40,000 --> 00:01:00,000\nThat was it, see you again next week.\n",
            encoding="utf-8",
        )
    videos = [{"video": f"v{n}", "title": f"Part {n}", "url": f"https://example.org/{n}.mp4"} for n in range(4)]
    _write_lines(folder / "videos.jsonl", videos)
    questions = [{"qid": f"q{n}", "text": f"the {word}?", "type": "crowd"} for n, word in enumerate(SUBJECTS)]
    _write_lines(folder / "queries.jsonl", [*questions, {"qid": "q9", "text": "this?", "type": "expert-moment"}])
    _write_lines(folder / "spans.jsonl", [{"qid": f"q{n}", "video": f"v{n}", "start_s": 20.0} for n in range(4)])
    return folder


def test_a_timed_course_is_read_asked_and_counted(source: Path, tmp_path: Path) -> None:
    course_folder = tmp_path / "course"
    course_folder.mkdir()
    course = read_tutorials(source, course_folder)
    assert sorted(question.truths for question in course.questions) == [((f"v{n}", 20.0),) for n in range(4)]
    figures = measure_pinpoint(course, KeptVectors(FakeEmbedder(256), tmp_path / "kept"))
    assert sum(part["questions"] for part in figures.values()) == 4
    assert all(part["first link is close"] == 1 for part in figures.values())


def test_the_halves_share_no_video(source: Path, tmp_path: Path) -> None:
    _write_lines(source / "spans.jsonl", [{"qid": f"q{n}", "video": f"v{n % 2}", "start_s": 20.0} for n in range(4)])
    questions = read_tutorials(source, tmp_path).questions
    halves = [{truth[0] for q in questions if q.part == part for truth in q.truths} for part in ("half 0", "half 1")]
    assert not halves[0] & halves[1]


def test_shares_are_of_all_questions() -> None:
    question = TimedQuestion(text="why?", language="en", part="all", truths=(("v1", 100.0),))
    asked = [
        (question, Links(quotes=(("v1", 50.0), ("v1", 115.0)), window=("v1", 30.0), claim=("v1", 85.0))),
        (question, Links(quotes=(("v2", 100.0),), window=("v2", 100.0), claim=None)),
    ]
    # The second link of the first question is 15 s off, its claim too; the second question is in another lecture.
    assert figures_of(asked) == {
        "questions": 2,
        "right lecture first": 0.5,
        "window's start is close": 0,
        "first link is close": 0,
        "a link is close": 0.5,
        "links": 1.5,
        "claim is close in the right window": 1,
    }


def test_a_figure_that_nothing_was_measured_for_is_left_out() -> None:
    question = TimedQuestion(text="why?", language="en", part="all", truths=(("v1", 100.0),))
    figures = figures_of([(question, Links(quotes=(), window=None, claim=None))])
    assert "claim is close in the right window" not in figures
