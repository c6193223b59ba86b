"""A segment as a row of the index and back again, what is asked of the rows and what comes back; pure."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from retrieval.index_parts.terms import passage_terms
from retrieval.segment import Cue, Lecture, Segment, Word

Row: TypeAlias = Mapping[str, object]

LECTURE_COLUMNS = ("lecture_id", "title", "url", "language", "date", "visible_from")
SEGMENT_COLUMNS = ("corpus_id", *LECTURE_COLUMNS, "start_seconds", "end_seconds", "text", "cues")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What may be found: lectures visible at `at` (None: all), and only this lecture or language where one is given."""

    at: datetime | None = None
    lecture_id: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A segment found by one of the searches: cosine (dense) or BM25 score (words)."""

    corpus_id: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCheck:
    """What `index verify` compares with the manifest; `intact` says whether the row still is what was written."""

    corpus_id: int
    lecture_id: str
    text_hash: str
    content_hash: str
    intact: bool


def text_hash(embedded_text: str) -> str:
    """Name the exact text that was embedded (header included): equal hashes have equal vectors under one embedder."""
    return hashlib.sha256(embedded_text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def row_of(segment: Segment, vector: npt.NDArray[np.float32], hash_of_text: str) -> dict[str, object]:
    """Lay a segment out as a row; its words are normalised in the language of its lecture."""
    row: dict[str, object] = {
        "corpus_id": segment.corpus_id,
        **details_of(segment.lecture),
        "start_seconds": segment.start_seconds,
        "end_seconds": segment.end_seconds,
        "text": segment.text,
        "terms": " ".join(passage_terms(segment.text, segment.lecture.language)),
        "cues": _pack_cues(segment.cues),
        "text_hash": hash_of_text,
        "vector": np.asarray(vector, dtype=np.float32).tolist(),
    }
    return {**row, "content_hash": content_hash(row)}


def details_of(lecture: Lecture) -> dict[str, object]:
    """The columns that belong to the lecture: they can change without a new vector."""
    return {
        "lecture_id": lecture.lecture_id,
        "title": lecture.title,
        "url": lecture.url,
        "language": lecture.language,
        "date": lecture.date.isoformat() if lecture.date else None,
        "visible_from": lecture.visible_from,
    }


def segment_of(row: Row) -> Segment:
    """Read a segment back from SEGMENT_COLUMNS."""
    seen, day = row["visible_from"], row["date"]
    return Segment(
        corpus_id=int(str(row["corpus_id"])),
        lecture=Lecture(
            lecture_id=str(row["lecture_id"]),
            title=str(row["title"]),
            url=str(row["url"]),
            language=str(row["language"]),
            date=date.fromisoformat(str(day)) if day else None,
            visible_from=seen if isinstance(seen, datetime) else None,
        ),
        start_seconds=float(str(row["start_seconds"])),
        end_seconds=float(str(row["end_seconds"])),
        text=str(row["text"]),
        cues=_unpack_cues(str(row["cues"])),
    )


def content_hash(row: Row) -> str:
    """Hash what a row answers with. Lecture details are left out, for they may change while the segment stays."""
    vector = np.asarray(row["vector"], dtype="<f4").tobytes()
    columns = ("corpus_id", "lecture_id", "start_seconds", "end_seconds", "text", "terms", "cues", "text_hash")
    digest = hashlib.sha256(json.dumps([row[name] for name in columns], ensure_ascii=True).encode())
    digest.update(vector)
    return digest.hexdigest()[:32]


def check_row(row: Row) -> RowCheck:
    """Compare a whole row with the hash that was written with it."""
    return RowCheck(
        corpus_id=int(str(row["corpus_id"])),
        lecture_id=str(row["lecture_id"]),
        text_hash=str(row["text_hash"]),
        content_hash=str(row["content_hash"]),
        intact=content_hash(row) == row["content_hash"],
    )


def condition_of(filters: Filters) -> str:
    """The filters as an SQL condition; empty where everything may be found."""
    conditions = []
    if filters.at is not None:
        moment = filters.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00:00")
        conditions.append(f"(visible_from IS NULL OR visible_from <= timestamp '{moment}')")
    if filters.lecture_id is not None:
        conditions.append(f"lecture_id = {quoted(filters.lecture_id)}")
    if filters.language is not None:
        conditions.append(f"language = {quoted(filters.language)}")
    return " AND ".join(conditions)


def quoted(text: str) -> str:
    """`text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def listed(numbers: Collection[int]) -> str:
    """`numbers` as the inside of an SQL IN (...)."""
    return ", ".join(str(int(number)) for number in numbers)


def _pack_cues(cues: Sequence[Cue]) -> str:
    packed = [
        [
            cue.start_seconds,
            cue.end_seconds,
            cue.text,
            *([[w.start_seconds, w.text] for w in cue.words],) * bool(cue.words),
        ]
        for cue in cues
    ]
    return json.dumps(packed, ensure_ascii=False, separators=(",", ":"))


def _unpack_cues(packed: str) -> tuple[Cue, ...]:
    return tuple(
        Cue(
            start_seconds=float(start),
            end_seconds=float(end),
            text=text,
            words=tuple(Word(start_seconds=float(second), text=word) for second, word in (words[0] if words else [])),
        )
        for start, end, text, *words in json.loads(packed)
    )
