"""A verification: is a course's index still what its manifest says, row by row, and are the kept captions whole?"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from retrieval.course_records.course_folder import CourseFolder, find_course_folder
from retrieval.course_records.manifest import LectureRecord, Manifest, read_manifest
from retrieval.course_records.whole_file import hash_file
from retrieval.index import CourseIndex, CourseIndexes
from retrieval.index_parts.rows import Filters, RowCheck, text_hash
from retrieval.segment import RetrievalError
from retrieval.windows import embedded_text


class FaultKind(StrEnum):
    """What can be wrong with an index."""

    UNREADABLE = "unreadable"
    MISSING = "missing"
    UNKNOWN = "unknown"
    DOUBLED = "doubled"
    ALTERED = "altered"
    WORDS = "words"
    CAPTIONS = "captions"
    UNSETTLED = "unsettled"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFault:
    """One fault in a sentence; `corpus_ids` are those it is about, where it is about segments."""

    kind: FaultKind
    sentence: str
    corpus_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """What a verification found. `fix` names the command that mends it; it is empty where nothing is wrong."""

    course: str
    lectures: int
    segments: int
    faults: tuple[IndexFault, ...]
    fix: str

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify_course(course: str, *, data: Path) -> VerifyReport:
    """Read every row and every kept caption file of a course and compare them with its manifest. Needs no embedder.

    Raises:
        CourseUnknown: nothing was ingested under that name.
        IndexDamaged: the manifest itself cannot be read.
    """
    folder = find_course_folder(data, course)
    manifest = read_manifest(folder.manifest)
    faults = (*_check_index(folder, manifest), *_check_captions(folder, manifest), *_check_settled(manifest))
    return VerifyReport(
        course=course,
        lectures=len(manifest.lectures),
        segments=sum(len(record.segments) for record in manifest.lectures),
        faults=faults,
        fix=_fix(course, {fault.kind for fault in faults}),
    )


# Rows are compared in parts of this many, so that a large course needs little memory.
_ROWS_AT_ONCE = 500
# Rounding of float32 stays far below this.
_LENGTH_TOLERANCE = 1e-3
_SHOWN_IDS = 10


def _check_index(folder: CourseFolder, manifest: Manifest) -> tuple[IndexFault, ...]:
    try:
        # The manifest's own embedder is asked for: whether the settings name another one is not this check's business.
        indexes = CourseIndexes(folder.index, embedder=manifest.embedder, dimension=manifest.dimension)
        index = indexes.open(manifest.course)
        rows = list(index.rows_for_verify())
        return (*_check_rows(rows, manifest), *_check_contents(index, manifest), *_check_words(index))
    except RetrievalError as error:
        return (IndexFault(kind=FaultKind.UNREADABLE, sentence=error.fault),)
    except Exception as error:  # noqa: BLE001 (the named boundary of one verification: damaged files raise anything)
        sentence = f"The index cannot be read to its end ({type(error).__name__})."
        return (IndexFault(kind=FaultKind.UNREADABLE, sentence=sentence),)


def _check_rows(rows: Sequence[RowCheck], manifest: Manifest) -> Iterator[IndexFault]:
    recorded = {
        segment.corpus_id: (record.lecture.lecture_id, segment.text_hash)
        for record in manifest.lectures
        for segment in record.segments
    }
    counts = Counter(row.corpus_id for row in rows)
    twice = {corpus_id for corpus_id, count in counts.items() if count > 1}
    altered = {row.corpus_id for row in rows if row.corpus_id in recorded and not _is_as_recorded(row, recorded)}
    yield from _fault(FaultKind.MISSING, "Recorded but not in the index", recorded.keys() - counts.keys())
    yield from _fault(FaultKind.UNKNOWN, "In the index but not recorded", counts.keys() - recorded.keys())
    yield from _fault(FaultKind.DOUBLED, "In the index more than once", twice)
    yield from _fault(FaultKind.ALTERED, "Not what was written", altered)


def _is_as_recorded(row: RowCheck, recorded: Mapping[int, tuple[str, str]]) -> bool:
    return row.intact and recorded[row.corpus_id] == (row.lecture_id, row.text_hash)


def _check_contents(index: CourseIndex, manifest: Manifest) -> Iterator[IndexFault]:
    """Compare what questions are answered with: text, lecture details, and vectors of length 1."""
    for record in manifest.lectures:
        wrong: set[int] = set()
        for first in range(0, len(record.segments), _ROWS_AT_ONCE):
            wrong |= _differing(index, record, first)
        what = f'Text, vector or details of "{record.lecture.title}" differ from what was ingested'
        yield from _fault(FaultKind.ALTERED, what, wrong)


def _differing(index: CourseIndex, record: LectureRecord, first: int) -> set[int]:
    hashes = {each.corpus_id: each.text_hash for each in record.segments[first : first + _ROWS_AT_ONCE]}
    return {
        corpus_id
        for corpus_id, (segment, vector) in index.found(hashes).items()
        if segment.lecture != record.lecture
        or text_hash(embedded_text(record.header, segment.text)) != hashes[corpus_id]
        or not abs(float(np.linalg.norm(vector)) - 1.0) < _LENGTH_TOLERANCE
    }


def _check_words(index: CourseIndex) -> Iterator[IndexFault]:
    """Look for the most frequent term of the rows in the full text: it must be found in as many rows as hold it."""
    frequencies = index.profile().vocabulary.frequencies
    term = max(frequencies, key=lambda word: (frequencies[word], word), default=None)
    if term is None:
        return
    try:
        found = len(index.by_words([term], index.profile().vocabulary.segments, Filters()))
    except RetrievalError as error:
        yield IndexFault(kind=FaultKind.WORDS, sentence=f"The full text cannot be searched: {error.fault}")
        return
    if found != frequencies[term]:
        sentence = f"The full text finds {found} of the {frequencies[term]} segments that hold its most frequent word."
        yield IndexFault(kind=FaultKind.WORDS, sentence=sentence)


def _check_captions(folder: CourseFolder, manifest: Manifest) -> Iterator[IndexFault]:
    for record in manifest.lectures:
        kept = folder.captions / record.captions
        if not kept.is_file() or hash_file(kept) != record.captions_sha256:
            sentence = f'The kept captions of "{record.lecture.title}" are gone or damaged.'
            yield IndexFault(kind=FaultKind.CAPTIONS, sentence=sentence)


def _check_settled(manifest: Manifest) -> Iterator[IndexFault]:
    for record in manifest.lectures:
        if not record.is_settled:
            sentence = f'An ingest or rebuild of "{record.lecture.title}" was cut short. {record.failure}'.strip()
            yield IndexFault(kind=FaultKind.UNSETTLED, sentence=sentence)


def _fault(kind: FaultKind, what: str, corpus_ids: Collection[int]) -> Iterator[IndexFault]:
    if corpus_ids:
        ids = tuple(sorted(corpus_ids))
        shown = ", ".join(map(str, ids[:_SHOWN_IDS])) + (", …" if len(ids) > _SHOWN_IDS else "")
        count = "1 segment" if len(ids) == 1 else f"{len(ids)} segments"
        yield IndexFault(kind=kind, sentence=f"{what}: {count} ({shown}).", corpus_ids=ids)


def _fix(course: str, kinds: Set[FaultKind]) -> str:
    """Kept captions come back only from the source; everything else comes from them."""
    if not kinds:
        return ""
    if kinds & {FaultKind.CAPTIONS, FaultKind.UNSETTLED}:
        return f"Run: lectern ingest {course} PATH, with the folder it came from"
    return f"Run: lectern index rebuild {course}"
