"""An ingest is killed at many moments, then run again: the course must be the one of an undisturbed run.

The killed processes are real ones, forked from a server that has imported LanceDB beforehand: importing it takes
longer than everything else here.
"""

import itertools
import multiprocessing
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import pytest

from retrieval.course_records.course_folder import find_course_folder
from retrieval.course_records.manifest import read_manifest
from retrieval.course_records.whole_file import UNFINISHED_SUFFIX
from retrieval.embedding import Vectors
from retrieval.ingest import ingest_course
from retrieval.rebuild import rebuild_course
from retrieval.verify import verify_course
from tests.fakes_embedder import FakeEmbedder
from tests.fakes_ingest import RememberedProgress, describe_index
from tests.making_courses import SMALL_WINDOWS, spoken, write_course

_MOMENTS = 20
# What a process that reached the wanted step ends with; it must differ from Python's own codes.
_CRASHED = 77
_SECONDS_A_BATCH = 0.02
# Undetermined: each process would load the lemmas of a known language for two seconds first.
_LANGUAGE = "und"


class _SlowEmbedder(FakeEmbedder):
    """Takes a moment for each batch, so that kills fall into embedding too."""

    def __init__(self, seconds_a_batch: float) -> None:
        super().__init__()
        self._seconds_a_batch = seconds_a_batch

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        time.sleep(self._seconds_a_batch)
        return super().embed_passages(texts)


class _Crash:
    """Ends the process at a step, with no clean-up at all: a call of progress, or a change of a file by Python."""

    def __init__(self, at_step: int) -> None:
        self._left = at_step

    def step(self, *_: object) -> None:
        self._left -= 1
        if self._left == 0:
            os._exit(_CRASHED)

    def audit(self, event: str, _: tuple[object, ...]) -> None:
        if event in ("os.rename", "os.remove"):
            self.step()


def _prepare_crash(at_step: int) -> _Crash:
    crash = _Crash(at_step)
    if at_step:
        sys.addaudithook(crash.audit)
    return crash


def _rebuild(data: Path, crash_at_step: int = 0) -> None:
    """Move a course to another embedder and other windows, so that ids, vectors and manifest all change."""
    rebuild_course(
        "ml",
        data=data,
        embedder=FakeEmbedder(32),
        windows=SMALL_WINDOWS.model_copy(update={"seconds": 40.0}),
        progress=RememberedProgress(_prepare_crash(crash_at_step).step),
    )


def _ingest(source: Path, data: Path, crash_at_step: int = 0, seconds_a_batch: float = 0.0) -> None:
    ingest_course(
        source,
        data=data,
        course="ml",
        embedder=_SlowEmbedder(seconds_a_batch),
        windows=SMALL_WINDOWS,
        progress=RememberedProgress(_prepare_crash(crash_at_step).step),
        remove_missing=True,
    )


@pytest.fixture(scope="module")
def server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.retrieval.test_ingest_killed"])
    return context


def _start(server: ForkServerContext, work: Callable[..., None], *arguments: object) -> ForkServerProcess:
    process = server.Process(target=work, args=arguments)
    process.start()
    return process


def _state(data: Path) -> tuple[object, ...]:
    """All that an ingest makes: rows with vectors, the manifest, the kept captions; and nothing half-written."""
    folder = find_course_folder(data, "ml")
    kept = sorted(path.name for path in folder.captions.iterdir())
    assert list(data.rglob(f"*{UNFINISHED_SUFFIX}")) == []
    assert verify_course("ml", data=data).faults == ()
    return describe_index(data, "ml"), read_manifest(folder.manifest), kept


def _write_first(source: Path) -> None:
    lectures = {"same": spoken("a", 4), "changed": spoken("b", 8), "gone": spoken("c", 4)}
    write_course(source, lectures, language=_LANGUAGE)


def _write_second(source: Path) -> None:
    """One lecture as it was, one with new words in the middle and another URL, one less, one more."""
    changed = [*spoken("b", 2), "Isto é novo.", *spoken("b", 8)[3:]]
    source.mkdir()
    write_course(source, {"same": spoken("a", 4), "new": spoken("d", 40), "changed": changed}, language=_LANGUAGE)


def test_a_first_ingest_killed_at_twenty_moments_ends_as_if_undisturbed(
    tmp_path: Path, server: ForkServerContext
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    _write_first(source)
    _start(
        server, _ingest, source, tmp_path / "warm"
    ).join()  # the first process also waits for the server to import LanceDB
    began = time.monotonic()
    _start(server, _ingest, source, tmp_path / "undisturbed", 0, _SECONDS_A_BATCH).join()
    seconds = time.monotonic() - began
    expected = _state(tmp_path / "undisturbed")
    killed = 0
    for moment in range(_MOMENTS):
        data = tmp_path / f"killed {moment}"
        process = _start(server, _ingest, source, data, 0, _SECONDS_A_BATCH)
        process.join(seconds * moment / _MOMENTS)
        process.kill()
        process.join()
        killed += process.exitcode == -signal.SIGKILL
        _ingest(source, data)
        assert _state(data) == expected
        shutil.rmtree(data)
    assert killed >= _MOMENTS // 2  # a busy machine may end some runs before their moment comes


def test_a_later_ingest_that_dies_at_any_step_ends_as_if_undisturbed(tmp_path: Path, server: ForkServerContext) -> None:
    first, second, before = tmp_path / "first", tmp_path / "second", tmp_path / "before"
    first.mkdir()
    _write_first(first)
    _write_second(second)
    _ingest(first, before)
    assert _die_at_every_step(server, partial(_ingest, second), before) > 20


def test_a_rebuild_that_dies_at_any_step_ends_as_if_undisturbed(tmp_path: Path, server: ForkServerContext) -> None:
    source, before = tmp_path / "source", tmp_path / "before"
    source.mkdir()
    _write_first(source)
    _ingest(source, before)
    assert _die_at_every_step(server, _rebuild, before) > 10


def _die_at_every_step(server: ForkServerContext, work: Callable[..., None], before: Path) -> int:
    """Let `work` on copies of the data folder `before` die at its first step, its second and so on, then do it again.

    Returns the number of steps, the last of which it survived.
    """
    undisturbed = before.with_name("undisturbed")
    shutil.copytree(before, undisturbed)
    work(undisturbed)
    expected = _state(undisturbed)
    for step in itertools.count(1):
        data = before.with_name(f"step {step}")
        shutil.copytree(before, data)
        process = _start(server, work, data, step)
        process.join()
        if process.exitcode != _CRASHED:
            assert process.exitcode == 0
            return step
        work(data)
        assert _state(data) == expected, f"died at step {step}"
        shutil.rmtree(data)
    raise AssertionError("unreachable: counting does not end")
