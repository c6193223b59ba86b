"""The index of a course: one LanceDB table of segments with vectors and normalised words; derived data, one writer.

A folder (or an object store such as `s3://bucket/lectern`) holds `<course>.json`, which names the current generation,
and the table `<course>.<generation>.lance`. A rebuild fills the next generation and then replaces that small file in
one step, so that a reader sees the old index or the new one, never half of either. Everything here blocks: call it
through the executor.
"""

import hashlib
import json
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from pathlib import Path

import lancedb
import pyarrow as pa
import pyarrow.compute as pc
from lancedb.index import FTS
from lancedb.query import LanceQueryBuilder, LanceVectorQueryBuilder, MatchQuery
from lancedb.table import Table

from retrieval.embedding import Vectors
from retrieval.index_parts.arrow import StoredFiles, hits, matrix, profile_of, row_schema
from retrieval.index_parts.current import CurrentGenerations, table_name_of
from retrieval.index_parts.damage import naming_damage, reads_index
from retrieval.index_parts.profile import CourseProfile
from retrieval.index_parts.rows import (
    SEGMENT_COLUMNS,
    Filters,
    Hit,
    RowCheck,
    check_row,
    condition_of,
    details_of,
    listed,
    quoted,
    row_of,
    segment_of,
)
from retrieval.segment import Lecture, Segment

# Raised when the columns or the normalisation of words change: an older index is then refused and rebuilt.
SCHEMA_VERSION = 1
# A reader may still be on an older version for as long as one question takes; 10 minutes is far beyond that.
KEEP_VERSIONS = timedelta(minutes=10)
# LanceDB's own limits are gigabytes, more than a small machine has to give.
CACHE_BYTES = 64 << 20
# The terms column is normalised already; LanceDB's own English defaults would stem and stop Portuguese words away.
WORDS_AS_THEY_ARE = FTS(
    base_tokenizer="whitespace", lower_case=False, stem=False, remove_stop_words=False, ascii_folding=False
)


class CourseIndexes:
    """All courses of one data folder or object store, for one embedder."""

    def __init__(self, uri: str | Path, *, embedder: str, dimension: int) -> None:
        """`embedder` and `dimension` are the Embedder's name and vector length; an index of another is refused."""
        built_for = {"schema": SCHEMA_VERSION, "embedder": embedder, "dimension": dimension}
        self._schema = row_schema(dimension, built_for)
        self._generations = CurrentGenerations(StoredFiles(str(uri)), built_for=built_for)
        self._uri = str(uri)
        self._opened: dict[str, CourseIndex] = {}
        self._lock = threading.Lock()

    def courses(self) -> list[str]:
        """Names of all indexed courses, sorted."""
        return self._generations.courses()

    def open(self, course: str) -> "CourseIndex":
        """The current index of a course, at its latest version. Cheap: call it anew for every question.

        Raises:
            CourseUnknown: there is none.
            IndexMismatch: it was built with another embedder, dimension or schema.
            IndexDamaged: its files cannot be read.
        """
        name = table_name_of(course, self._generations.current(course))
        with self._lock:
            index = self._opened.get(course)
            if index is None or index.table_name != name:
                index = self._opened[course] = self._open_table(course, name)
        index.refresh()
        return index

    def open_or_create(self, course: str) -> "CourseIndex":
        """As `open`, or a new empty index (for the ingest)."""
        if not self._generations.exists(course):
            self.finish_rebuild(self.start_rebuild(course))
        return self.open(course)

    def start_rebuild(self, course: str) -> "CourseIndex":
        """An empty index beside the current one; nobody reads it until `finish_rebuild`.

        What an interrupted rebuild left behind is removed here.
        """
        generation = self._generations.next_generation(course)
        self._drop(course, [number for number in self._generations.generations(course) if number >= generation])
        name = table_name_of(course, generation)
        return CourseIndex(self._database.create_table(name, schema=self._schema), course=course, table_name=name)

    def finish_rebuild(self, rebuilt: "CourseIndex") -> None:
        """Optimise the new index and make it the current one in one step.

        The one before stays for the questions that are being answered from it; older ones are removed.
        """
        rebuilt.optimize()
        generation = int(rebuilt.table_name.rsplit(".", 1)[1])
        self._generations.switch(rebuilt.course, generation)
        older = self._generations.generations(rebuilt.course)
        self._drop(rebuilt.course, [number for number in older if number < generation - 1])

    def drop(self, course: str) -> None:
        """Remove a course and all its generations."""
        self._generations.forget(course)
        with self._lock:
            self._opened.pop(course, None)
        self._drop(course, self._generations.generations(course))

    @cached_property
    def _database(self) -> lancedb.DBConnection:
        """Opened at the first use: LanceDB makes the folder, which a reader of nothing must not."""
        caches = lancedb.Session(index_cache_size_bytes=CACHE_BYTES, metadata_cache_size_bytes=CACHE_BYTES)
        return lancedb.connect(self._uri, session=caches)

    def _drop(self, course: str, generations: Sequence[int]) -> None:
        for generation in generations:
            self._database.drop_table(table_name_of(course, generation))

    def _open_table(self, course: str, name: str) -> "CourseIndex":
        with naming_damage(course):
            return CourseIndex(self._database.open_table(name), course=course, table_name=name)


class CourseIndex:
    """One course's table. A lecture is replaced in one commit; a reader sees it before or after, never between."""

    def __init__(self, table: Table, *, course: str, table_name: str) -> None:
        self.course = course
        self.table_name = table_name
        self._table = table
        self._fingerprint: tuple[int, str] = (-1, "")
        self._profile: tuple[int, CourseProfile] | None = None

    @property
    def version(self) -> int:
        """Number of the commit that is being read."""
        return int(self._table.version)

    @reads_index
    def refresh(self) -> None:
        """Move to the latest version, which another process may have written."""
        self._table.checkout_latest()  # type: ignore[no-untyped-call]

    def replace_lecture(
        self, lecture_id: str, segments: Sequence[Segment], vectors: Vectors, *, text_hashes: Sequence[str]
    ) -> None:
        """Put `segments` in place of all the lecture's rows, in one atomic commit; no segments removes the lecture.

        `vectors` has shape (len(segments), dimension), rows of length 1; `text_hashes` are `rows.text_hash` of the
        texts that were embedded.

        Raises:
            ValueError: lengths differ, corpus ids repeat, belong to another lecture, or segments name another lecture.
        """
        if any(segment.lecture.lecture_id != lecture_id for segment in segments):
            raise ValueError(f"segments of another lecture than {lecture_id!r}")
        ids = [segment.corpus_id for segment in segments]
        if len(set(ids)) != len(ids):
            raise ValueError("corpus ids repeat within the lecture")
        if ids and self._table.count_rows(f"corpus_id IN ({listed(ids)}) AND lecture_id <> {quoted(lecture_id)}"):
            raise ValueError("corpus ids belong to another lecture")
        rows = [row_of(*each) for each in zip(segments, vectors, text_hashes, strict=True)]
        (
            self._table.merge_insert("corpus_id")
            .when_matched_update_all()
            .when_not_matched_insert_all()
            .when_not_matched_by_source_delete(f"lecture_id = {quoted(lecture_id)}")
            .execute(pa.Table.from_pylist(rows, schema=self._table.schema))
        )

    def delete_lecture(self, lecture_id: str) -> int:
        """Remove a lecture; the number of segments that went."""
        count = self._table.count_rows(f"lecture_id = {quoted(lecture_id)}")
        self._table.delete(f"lecture_id = {quoted(lecture_id)}")
        return count

    def update_lecture_details(self, lecture: Lecture) -> None:
        """Write title, url, language, date and visible_from to the lecture's rows; vectors and words stay."""
        details = details_of(lecture)
        del details["lecture_id"]
        self._table.update(where=f"lecture_id = {quoted(lecture.lecture_id)}", values=details)

    @reads_index
    def vectors_by_text_hash(self, hashes: Collection[str]) -> dict[str, Vectors]:
        """The stored vectors of these texts, so that unchanged ones are not embedded again."""
        if not hashes:
            return {}
        found = self._select(["text_hash", "vector"], f"text_hash IN ({', '.join(map(quoted, sorted(set(hashes))))})")
        return dict(zip(found["text_hash"].to_pylist(), matrix(found["vector"]), strict=True))

    @reads_index
    def lectures(self) -> dict[str, int]:
        """Lecture ids and their numbers of segments, sorted by id."""
        counts = pc.value_counts(self._select(["lecture_id"])["lecture_id"]).to_pylist()
        return dict(sorted((str(each["values"]), int(each["counts"])) for each in counts))

    @reads_index
    def next_corpus_id(self) -> int:
        """One above the highest corpus id in the table; 0 in an empty one."""
        highest = pc.max(self._select(["corpus_id"])["corpus_id"]).as_py()
        return 0 if highest is None else int(highest) + 1

    @reads_index
    def segments(self, lecture_id: str | None = None) -> Iterator[Segment]:
        """All segments, or one lecture's, in the order of their corpus ids."""
        where = None if lecture_id is None else f"lecture_id = {quoted(lecture_id)}"
        return iter([segment_of(row) for row in self._select(SEGMENT_COLUMNS, where).sort_by("corpus_id").to_pylist()])

    @reads_index
    def found(self, corpus_ids: Collection[int]) -> dict[int, tuple[Segment, Vectors]]:
        """The segments with these ids and their vectors; an unknown id is left out."""
        if not corpus_ids:
            return {}
        rows = self._select([*SEGMENT_COLUMNS, "vector"], f"corpus_id IN ({listed(corpus_ids)})")
        vectors = matrix(rows["vector"])
        segments = map(segment_of, rows.drop_columns(["vector"]).to_pylist())
        return {segment.corpus_id: (segment, vector) for segment, vector in zip(segments, vectors, strict=True)}

    @reads_index
    def dense(self, vector: Vectors, k: int, filters: Filters) -> list[Hit]:
        """The k segments of the highest cosine with `vector`, best first; exact."""
        query: LanceVectorQueryBuilder = self._table.search(vector, vector_column_name="vector")  # type: ignore[assignment]
        exact = query.distance_type("cosine").bypass_vector_index()
        found = _filtered(exact, filters).select(["corpus_id", "_distance"]).limit(k).to_arrow()
        return hits(found["corpus_id"], pc.subtract(1.0, found["_distance"]))

    @reads_index
    def by_words(self, terms: Sequence[str], k: int, filters: Filters) -> list[Hit]:
        """The k segments of the highest BM25 score for normalised `terms`, best first."""
        if not terms:
            return []
        query = self._table.search(_any_of(terms), query_type="fts")
        found = _filtered(query, filters).select(["corpus_id", "_score"]).limit(k).to_arrow()
        return hits(found["corpus_id"], found["_score"])

    def optimize(self) -> None:
        """Bring the full-text index up to date, compact, and drop old versions: once after every ingest."""
        if not self._table.list_indices():
            self._table.create_index("terms", config=WORDS_AS_THEY_ARE)
        self._table.optimize(cleanup_older_than=KEEP_VERSIONS)

    def rows_for_verify(self) -> Iterator[RowCheck]:
        """Read every row in full and recompute its hash."""
        with naming_damage(self.course):
            for batch in self._table.search().limit(None).to_arrow().to_batches(max_chunksize=256):
                yield from map(check_row, batch.to_pylist())

    @reads_index
    def fingerprint(self) -> str:
        """Name of the contents: sha256 over schema, embedder and every row's id, lecture, times and text hash."""
        version = self.version
        if self._fingerprint[0] != version:
            columns = ["corpus_id", "lecture_id", "start_seconds", "end_seconds", "text_hash"]
            rows = self._select(columns).sort_by("corpus_id").to_pylist()
            content = json.dumps([self._built_for(), [list(row.values()) for row in rows]]).encode()
            self._fingerprint = (version, hashlib.sha256(content).hexdigest())
        return self._fingerprint[1]

    @reads_index
    def profile(self) -> CourseProfile:
        """The course's words, languages and spread of vectors, read once a version."""
        version = self.version
        if self._profile is None or self._profile[0] != version:
            self._profile = (version, profile_of(self._select(["terms", "language", "vector"])))
        return self._profile[1]

    def _built_for(self) -> str:
        metadata: Mapping[bytes, bytes] = self._table.schema.metadata
        return metadata[b"lectern"].decode()

    def _select(self, columns: Sequence[str], where: str | None = None) -> pa.Table:
        query = self._table.search().select(list(columns)).limit(None)
        return (query.where(where) if where else query).to_arrow()


def _any_of(terms: Sequence[str]) -> MatchQuery:
    return MatchQuery(" ".join(terms), "terms")  # type: ignore[call-arg]  # its other fields have defaults


def _filtered(query: LanceQueryBuilder, filters: Filters) -> LanceQueryBuilder:
    where = condition_of(filters)
    return query.where(where, prefilter=True) if where else query
