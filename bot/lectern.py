"""Catalogue and Lectern: the working whole as platforms and commands see it, made by the assembly."""

import asyncio
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal, TypeAlias

from bot.assistant import Assistant
from bot.exchange import Question, Turn
from bot.languages import conversation_language, detect_language
from bot.pseudonyms import Pseudonyms
from bot.store.log import Log
from retrieval.course_records.course_folder import find_course_folder
from retrieval.course_records.manifest import Manifest, read_manifest
from retrieval.embedding import Embedder
from retrieval.index import CourseIndexes
from retrieval.search import Retriever
from retrieval.segment import LectureUnknown

Mode: TypeAlias = Literal["hybrid", "dense"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What a search needs: the courses of a data folder, the embedder, and the executor its work runs on."""

    data: Path
    embedder: Embedder
    indexes: CourseIndexes
    retriever: Retriever
    executor: Executor
    mode: Mode

    def course(self, name: str, *, lecture_id: str | None = None) -> Manifest:
        """Return what was ingested as `name`; with a `lecture_id`, see that it is a lecture of the course. Blocking.

        Raises:
            CourseUnknown, LectureUnknown: there is no such course or lecture.
            SourceRefused: this cannot be the name of a course.
        """
        manifest = read_manifest(find_course_folder(self.data, name).manifest)
        if lecture_id is not None and manifest.record(lecture_id) is None:
            known = ", ".join(record.lecture.lecture_id for record in manifest.lectures)
            raise LectureUnknown(f"The course {name} has no lecture {lecture_id!r}.", fix=f"It has: {known}.")
        return manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Lectern:
    """A working Lectern: everything a platform needs to put a question and to keep a thumb."""

    catalogue: Catalogue
    assistant: Assistant
    log: Log
    pseudonyms: Pseudonyms

    async def question(
        self,
        text: str,
        *,
        course: str,
        platform: str,
        person_id: str,
        conversation_id: str,
        lecture_id: str | None = None,
        conversation: tuple[Turn, ...] = (),
    ) -> Question:
        """Make a question of a person's text: under a pseudonym; in its language, else the conversation's or course's.

        Raises:
            CourseUnknown, LectureUnknown, SourceRefused: see `Catalogue.course`.
        """
        read = partial(self.catalogue.course, course, lecture_id=lecture_id)
        manifest = await asyncio.get_running_loop().run_in_executor(self.catalogue.executor, read)
        return Question(
            text=text,
            course=course,
            asker=self.pseudonyms.asker(platform, person_id),
            platform=platform,
            conversation_id=conversation_id,
            asked_at=datetime.now(UTC),
            language=detect_language(text, default=conversation_language(conversation, default=manifest.language)),
            lecture_id=lecture_id,
        )
