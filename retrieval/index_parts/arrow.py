"""Arrow's part of the index: the columns, vectors and hits as they are read, and files on a folder or object store."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs

from retrieval.embedding import Vectors
from retrieval.index_parts.profile import CourseProfile, LanguageProfile, moments
from retrieval.index_parts.rows import Hit
from retrieval.index_parts.vocabulary import Vocabulary, count_terms


def row_schema(dimension: int, built_for: Mapping[str, object]) -> pa.Schema:
    """The columns of an index; what it was built for stands in the metadata."""
    strings = ("lecture_id", "title", "url", "language", "date", "text", "terms", "cues", "text_hash", "content_hash")
    return pa.schema(
        [
            pa.field("corpus_id", pa.int32(), nullable=False),
            *(pa.field(name, pa.string()) for name in strings),
            pa.field("visible_from", pa.timestamp("us", tz="UTC")),
            pa.field("start_seconds", pa.float64()),
            pa.field("end_seconds", pa.float64()),
            pa.field("vector", pa.list_(pa.float32(), dimension)),
        ],
        metadata={"lectern": json.dumps(built_for, sort_keys=True)},
    )


def hits(ids: pa.ChunkedArray, scores: pa.ChunkedArray) -> list[Hit]:
    """Ids with their scores, best first; the lower id first among equals."""
    pairs = zip(ids.to_pylist(), scores.to_pylist(), strict=True)
    found = [Hit(corpus_id=corpus_id, score=score) for corpus_id, score in pairs]
    return sorted(found, key=lambda hit: (-hit.score, hit.corpus_id))


def matrix(column: pa.ChunkedArray) -> Vectors:
    """A column of vectors as an array of shape (rows, dimension)."""
    rows = column.combine_chunks()
    return np.asarray(rows.flatten(), dtype=np.float32).reshape(len(rows), rows.type.list_size)


def profile_of(rows: pa.Table) -> CourseProfile:
    """Sum up rows with the columns terms, language and vector."""
    languages = sorted(set(rows["language"].to_pylist()))
    return CourseProfile(
        vocabulary=_vocabulary(rows),
        by_language={name: _language_profile(rows.filter(pc.equal(rows["language"], name))) for name in languages},
    )


def _language_profile(rows: pa.Table) -> LanguageProfile:
    mean, moment = moments(matrix(rows["vector"]))
    return LanguageProfile(vocabulary=_vocabulary(rows), mean=mean, moment=moment)


def _vocabulary(rows: pa.Table) -> Vocabulary:
    return Vocabulary(count_terms(str(terms) for terms in rows["terms"]), segments=rows.num_rows)


class StoredFiles:
    """The port Files on a local folder or an object store, through Arrow's file systems.

    A folder that is not there is empty to a reader; only `replace` makes it.
    """

    def __init__(self, uri: str) -> None:
        if "://" in uri:
            self._system, self._root = pyarrow.fs.FileSystem.from_uri(uri)
        else:
            self._system, self._root = pyarrow.fs.LocalFileSystem(), str(Path(uri).absolute())

    def names(self) -> list[str]:
        """See `Files`."""
        try:
            entries = self._system.get_file_info(pyarrow.fs.FileSelector(self._root, allow_not_found=True))
        except NotADirectoryError:
            return []
        return [entry.base_name for entry in entries]

    def read(self, name: str) -> bytes | None:
        """See `Files`."""
        try:
            with self._system.open_input_stream(f"{self._root}/{name}") as stream:
                return bytes(stream.read())
        except (FileNotFoundError, NotADirectoryError):
            return None

    def replace(self, name: str, contents: bytes) -> None:
        """See `Files`: written beside, then moved, which is one step on a file system and one request on a store."""
        self._system.create_dir(self._root, recursive=True)
        with self._system.open_output_stream(f"{self._root}/{name}.new") as stream:
            stream.write(contents)
        self._system.move(f"{self._root}/{name}.new", f"{self._root}/{name}")

    def delete(self, name: str) -> None:
        """See `Files`."""
        if self.read(name) is not None:
            self._system.delete_file(f"{self._root}/{name}")
