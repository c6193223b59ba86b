"""The command `lectern` as people and scripts use it, on the sample course with the real E5."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from shutil import copytree
from typing import Protocol

import pytest

from bot.cli import main
from bot.store.lock import hold_instance_lock
from tests.conftest import SAMPLE
from tests.examples import NOON

CAPTIONS = "1\n00:00:01,000 --> 00:00:04,000\nO gradiente aponta para cima.\n"


@pytest.fixture
def data(sample_data: Path, tmp_path: Path) -> Path:
    return copytree(sample_data, tmp_path / "data")


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


class Lectern(Protocol):
    def __call__(self, *arguments: str, data: Path | None = None, stdin: str = "", **environment: str) -> Done: ...


@pytest.fixture
def lectern(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Lectern:
    """Run a command in this process: the same code as the script's, without a second of imports a time."""

    def run(*arguments: str, data: Path | None = None, stdin: str = "", **environment: str) -> Done:
        # The command line reads the process's own input and environment: there is no other way to hand it some.
        monkeypatch.setattr("sys.stdin", StringIO(stdin))
        for name in [name for name in os.environ if name.startswith("LECTERN_")]:
            monkeypatch.delenv(name)
        for name, value in {"COLUMNS": "100", **environment}.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([*arguments, *(["--data", str(data)] if data else [])])
        said = capsys.readouterr()
        return Done(returncode=int(ended.value.code or 0), stdout=said.out, stderr=said.err)

    return run


def test_the_installed_command_runs_as_a_process_of_its_own() -> None:
    done = subprocess.run([Path(sys.executable).with_name("lectern"), "--version"], capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stdout.startswith("lectern ")


def test_ask_answers_with_a_link_at_the_second(lectern: Lectern, data: Path) -> None:
    done = lectern("ask", SAMPLE, "Por que o F1 usa média harmônica?", "--json", data=data)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["outcome"] == "answered"
    citation = answer["citations"][0]
    assert citation["lecture"] == "aula-5"
    assert citation["link"] == f"https://media.example.org/intro-ml/aula-5.mp4#t={int(citation['second'])}"
    assert citation["start"] <= citation["second"] <= citation["end"]
    assert citation["quote"] in answer["text"]


def test_ask_draws_the_answer_for_people_and_saves_a_picture(lectern: Lectern, data: Path, tmp_path: Path) -> None:
    picture = tmp_path / "answer.svg"
    done = lectern("ask", SAMPLE, "Por que o F1 usa média harmônica?", "--picture", str(picture), data=data)
    assert "aula-5.mp4#t=" in done.stdout
    svg = picture.read_text(encoding="utf-8")
    assert svg.startswith("<svg")
    assert "cdnjs" not in svg


def test_the_log_shows_what_was_asked(lectern: Lectern, data: Path) -> None:
    lectern("ask", SAMPLE, "O que é uma época no treino?", data=data)
    drawn = lectern("log", data=data)
    (line,) = lectern("log", "--jsonl", data=data).stdout.splitlines()
    assert "O que é uma época" in drawn.stdout
    assert json.loads(line)["question"] == "O que é uma época no treino?"


def test_a_sitting_keeps_thumbs_and_explains_itself(lectern: Lectern, data: Path) -> None:
    lines = "Por que não posso zerar todos os pesos?\n+ era isso\n/why\n/wat\n/quit\n"
    done = lectern("chat", SAMPLE, data=data, stdin=lines)
    assert done.returncode == 0, done.stderr
    assert "Kept: helpful" in done.stdout
    assert "Passages for" in done.stdout
    assert "/wat is no order" in done.stdout
    assert json.loads(lectern("log", "--jsonl", data=data).stdout)["thumbs"] == {"helpful": 1, "not_helpful": 0}


def test_a_sitting_ends_with_its_input(lectern: Lectern, data: Path) -> None:
    assert lectern("chat", SAMPLE, data=data).returncode == 0


def test_segments_are_lines_for_scripts(lectern: Lectern, data: Path) -> None:
    lines = [json.loads(line) for line in lectern("segments", SAMPLE, "--jsonl", data=data).stdout.splitlines()]
    assert {"corpus_id", "lecture", "url", "start", "end", "text"} <= set(lines[0])
    assert len({line["corpus_id"] for line in lines}) == len(lines)


def test_search_says_why_each_passage_was_found(lectern: Lectern, data: Path) -> None:
    found = json.loads(lectern("search", SAMPLE, "média harmônica", "--k", "3", "--json", data=data).stdout)
    assert [passage["rank"] for passage in found["passages"]] == [1, 2, 3]
    assert found["passages"][0]["lecture"] == "aula-5"
    assert found["passages"][0]["rank_by_words"] == 1


def test_dense_search_ranks_by_cosine_alone(lectern: Lectern, data: Path) -> None:
    found = json.loads(lectern("search", SAMPLE, "média harmônica", "--dense", "--json", data=data).stdout)
    scores = [passage["score"] for passage in found["passages"]]
    assert scores == sorted(scores, reverse=True)
    assert all(passage["rank_by_words"] is None for passage in found["passages"])


def test_a_file_of_questions_becomes_a_run_file(lectern: Lectern, data: Path, tmp_path: Path) -> None:
    questions, run = tmp_path / "questions.jsonl", tmp_path / "run.txt"
    questions.write_text('{"qid": "q1", "text": "overfitting"}\n{"qid": "q2", "text": "época"}\n', encoding="utf-8")
    done = lectern("search", SAMPLE, "--questions", str(questions), "--run", str(run), "--k", "5", data=data)
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in run.read_text(encoding="utf-8").splitlines()]
    assert [row[3] for row in rows] == ["1", "2", "3", "4", "5"] * 2
    assert all(row[1] == "Q0" and len(row) == 6 for row in rows)
    first = [float(row[4]) for row in rows if row[0] == "q1"]
    assert first == sorted(first, reverse=True)


def test_a_broken_line_of_a_questions_file_is_named(lectern: Lectern, data: Path, tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"qid": "q1", "text": "a"}\nnot json\n', encoding="utf-8")
    done = lectern("search", SAMPLE, "--questions", str(questions), "--run", str(tmp_path / "run"), data=data)
    assert done.returncode == 1
    assert "questions.jsonl, line 2" in done.stderr
    assert not (tmp_path / "run").exists()


def test_captions_are_shown_as_understood(lectern: Lectern, tmp_path: Path) -> None:
    file = tmp_path / "Aula 1 [dQw4w9WgXcQ].pt.srt"
    file.write_text(CAPTIONS, encoding="utf-8")
    done = lectern("captions", str(file), "--json")
    assert json.loads(done.stdout) == {
        "cues": [{"start": 1.0, "end": 4.0, "text": "O gradiente aponta para cima."}],
        "warnings": [],
    }


def test_what_is_no_caption_file_is_refused_with_its_name(lectern: Lectern, tmp_path: Path) -> None:
    file = tmp_path / "page.vtt"
    file.write_text("<html><body>Sign in</body></html>", encoding="utf-8")
    done = lectern("captions", str(file), "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert "page.vtt" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bare_folder_is_ingested_listed_and_verified(lectern: Lectern, tmp_path: Path) -> None:
    folder, data = tmp_path / "aulas", tmp_path / "data"
    folder.mkdir()
    (folder / "Aula 1 [dQw4w9WgXcQ].pt.srt").write_text(CAPTIONS, encoding="utf-8")
    (folder / "Aula 2.srt").write_text("no captions here", encoding="utf-8")
    done = lectern("ingest", "ml", str(folder), data=data)
    assert done.returncode == 1
    assert "Aula 2.srt" in done.stdout
    (listed,) = json.loads(lectern("courses", "--json", data=data).stdout)
    assert [lecture["url"] for lecture in listed["lectures"] if lecture["segments"]] == [
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    ]
    assert lectern("index", "rebuild", "ml", data=data).returncode == 0
    assert "1 lecture" in lectern("index", "verify", "ml", data=data).stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("ask", "absent", "oi?"), "There is no course 'absent'"),
        (("ask", "No Such Name!", "oi?"), "cannot be a course's name"),
        (("segments", "absent"), "absent"),
        (("ingest", "ml", "/nowhere"), "/nowhere"),
        (("index", "verify", "absent"), "absent"),
        (("log",), "no log"),
    ],
)
def test_a_fault_is_one_sentence_with_exit_code_1(
    lectern: Lectern, tmp_path: Path, arguments: tuple[str, ...], expected: str
) -> None:
    done = lectern(*arguments, data=tmp_path / "empty")
    assert done.returncode == 1
    assert expected in done.stderr
    assert "Traceback" not in done.stderr


def test_faulty_settings_are_named_before_anything_runs(lectern: Lectern, tmp_path: Path) -> None:
    done = lectern("ask", SAMPLE, "oi?", data=tmp_path, LECTERN_SEARCH__K="many", LECTERN_LLM__MODEL="x")
    assert done.returncode == 1
    assert "search.k" in done.stderr
    assert "say where it answers" in done.stderr


def test_words_that_are_off_exit_with_2(lectern: Lectern, tmp_path: Path) -> None:
    assert lectern("ask", SAMPLE, "  ", data=tmp_path).returncode == 2
    assert lectern("search", SAMPLE, data=tmp_path).returncode == 2


def test_check_says_what_is_there_and_what_is_not(lectern: Lectern, data: Path) -> None:
    done = lectern("check", data=data)
    assert done.returncode == 0, done.stdout
    for part in ("settings", "data folder", "SQLite", "log", "embedder", f"course {SAMPLE}", "language model"):
        assert part in done.stdout


def test_check_fails_where_the_language_model_does_not_answer(lectern: Lectern, data: Path) -> None:
    # Port 9 (discard) is closed on any machine that runs tests; nothing leaves the loopback.
    done = lectern("check", data=data, LECTERN_LLM__BASE_URL="http://127.0.0.1:9/v1", LECTERN_LLM__MODEL="x")
    assert done.returncode == 1
    assert "✗ language model" in done.stdout


def test_the_data_folder_can_come_from_the_environment(lectern: Lectern, data: Path) -> None:
    done = lectern("courses", "--json", LECTERN_DATA=str(data))
    assert json.loads(done.stdout)[0]["course"] == SAMPLE


def test_a_lecture_that_is_not_there_is_named_with_those_that_are(lectern: Lectern, data: Path) -> None:
    for command in (("ask", SAMPLE, "oi?"), ("search", SAMPLE, "oi?")):
        done = lectern(*command, "--lecture", "aula-9", data=data)
        assert done.returncode == 1
        assert "no lecture 'aula-9'" in done.stderr
        assert "aula-1" in done.stderr


def test_an_answer_that_failed_says_why_and_exits_with_1(lectern: Lectern, data: Path) -> None:
    done = lectern("ask", SAMPLE, "o que é overfitting?", data=data, LECTERN_EMBEDDING__MODEL="enpt")
    assert done.returncode == 1
    assert f"lectern index rebuild {SAMPLE}" in done.stderr.replace("\n", " ")


def test_where_a_result_cannot_be_written_nothing_is_worked_out(lectern: Lectern, data: Path) -> None:
    picture = lectern("ask", SAMPLE, "oi?", "--picture", "/nowhere/answer.svg", data=data)
    run = lectern("search", SAMPLE, "--questions", "q.jsonl", "--run", "/nowhere/run.txt", data=data)
    assert (picture.returncode, run.returncode) == (2, 2)
    assert not (data / "log.sqlite3").exists()


def test_a_file_name_may_begin_with_a_dash(lectern: Lectern, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "-aB3dE_fG1h.pt.srt").write_text(CAPTIONS, encoding="utf-8")
    assert json.loads(lectern("captions", "-aB3dE_fG1h.pt.srt", "--json").stdout)["cues"]


def test_a_log_in_a_database_elsewhere_needs_its_secret_too(lectern: Lectern, data: Path, tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'elsewhere' / 'log.sqlite3'}"
    (tmp_path / "elsewhere").mkdir()
    assert lectern("ask", SAMPLE, "o que é época?", data=data, LECTERN_LOG__DATABASE_URL=url).returncode == 0
    (data / "pseudonym.key").unlink()
    done = lectern("ask", SAMPLE, "o que é época?", data=data, LECTERN_LOG__DATABASE_URL=url)
    assert done.returncode == 1
    assert "Restore it from a backup" in done.stderr


HOSTILE = "o que é [/x] [red]viés[/red] [link=http://evil.example]x[/link] \x1b[31m\x1b]8;;http://evil.example\x07?"


def test_markup_and_escapes_of_other_people_are_text(lectern: Lectern, data: Path) -> None:
    sitting = lectern("chat", SAMPLE, data=data, stdin=f"{HOSTILE}\n/why\n/\x1b[31mx\n")
    searched = lectern("search", SAMPLE, HOSTILE, data=data)
    listed = lectern("log", data=data)
    for done in (sitting, searched, listed):
        assert done.returncode == 0, done.stderr
        assert "\x1b" not in done.stdout
    assert "[/x] [red]viés[/red]" in " ".join(searched.stdout.split())


def test_a_title_with_brackets_is_ingested_and_listed_as_it_is(lectern: Lectern, tmp_path: Path) -> None:
    folder, data = tmp_path / "aulas", tmp_path / "data"
    folder.mkdir()
    (folder / "a.srt").write_text(CAPTIONS, encoding="utf-8")
    course = (
        "title = '[/x] Curso'\nlanguage = 'pt'\n[[lectures]]\ntitle = '[red]Viés[/red]'\nurl = ''\ncaptions = 'a.srt'\n"
    )
    (folder / "course.toml").write_text(course, encoding="utf-8")
    ingested, listed = lectern("ingest", "ml", str(folder), data=data), lectern("courses", data=data)
    assert (ingested.returncode, listed.returncode) == (0, 0), ingested.stderr
    assert "[red]Viés[/red]" in ingested.stderr
    assert "[/x] Curso" in listed.stdout


def test_a_course_that_is_not_there_leaves_nothing_behind(lectern: Lectern, tmp_path: Path) -> None:
    for command in ("ask", "search"):
        assert lectern(command, "ml", "oi?", data=tmp_path / "typo").returncode == 1
    assert lectern("check", data=tmp_path / "typo").returncode == 0
    assert not (tmp_path / "typo").exists()


def test_check_names_a_secret_that_is_missing_and_another_lectern_at_work(lectern: Lectern, data: Path) -> None:
    lectern("ask", SAMPLE, "o que é época?", data=data)
    with hold_instance_lock(data, now=NOON):
        busy = lectern("check", data=data)
    (data / "pseudonym.key").unlink()
    missing = lectern("check", data=data)
    assert (busy.returncode, missing.returncode) == (0, 1)
    assert f"process {os.getpid()}" in busy.stdout
    assert "Restore it from a backup" in missing.stdout


def test_a_base_url_that_is_none_is_a_fault_of_the_settings(lectern: Lectern, data: Path) -> None:
    done = lectern("check", data=data, LECTERN_LLM__BASE_URL="http://[::1", LECTERN_LLM__MODEL="x")
    assert done.returncode == 1
    assert "is no address" in done.stderr
