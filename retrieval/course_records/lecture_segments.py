"""The pipeline of a lecture: captions become cues, windows, then segments with ids and vectors; it stores nothing."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from config.settings import WindowSettings
from retrieval.captions import read_captions
from retrieval.course_records.corpus_ids import KnownIds, assign_corpus_ids
from retrieval.embedding import Embedder, Vectors
from retrieval.index_parts.rows import text_hash
from retrieval.segment import Cue, Lecture, Segment
from retrieval.windows import Window, cut_windows, embedded_text, segment_header

# Enough for an embedder to work well, few enough for progress to be seen and a lecture to be stopped soon.
_BATCH_SEGMENTS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What all lectures of a course have in common on their way to segments."""

    course_title: str
    embedder: Embedder
    windows: WindowSettings

    def header(self, lecture: Lecture) -> str:
        """What is embedded before the text of each of a lecture's segments."""
        return segment_header(self.course_title, lecture.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class LectureSegments:
    """A lecture ready for the index: `vectors` has a row, `text_hashes` an entry for each segment.

    `embedded` of the segments were embedded now, with `tokens` tokens; `next_corpus_id` is the first still free.
    """

    segments: tuple[Segment, ...]
    vectors: Vectors
    text_hashes: tuple[str, ...]
    cues: int
    embedded: int
    tokens: int
    next_corpus_id: int
    warnings: tuple[str, ...]


VectorsByHash = Callable[[Collection[str]], Mapping[str, Vectors]]
OnEmbedded = Callable[[int, int], None]


def make_segments(
    lecture: Lecture,
    captions: Path,
    *,
    recipe: Recipe,
    known_ids: KnownIds,
    next_corpus_id: int,
    find_vectors: VectorsByHash,
    on_embedded: OnEmbedded,
) -> LectureSegments:
    """Make a lecture's segments. Vectors that `find_vectors` has are taken from there; the rest are embedded.

    Raises:
        CaptionsRefused: the captions cannot be understood.
        EmbedderUnavailable: the embedder did not answer.
    """
    file = read_captions(captions)
    windows = _cut(file.cues, recipe, lecture)
    texts = [embedded_text(recipe.header(lecture), window.text) for window in windows]
    hashes = tuple(text_hash(text) for text in texts)
    ids, next_corpus_id = assign_corpus_ids(
        [window.text for window in windows], hashes, known=known_ids, next_corpus_id=next_corpus_id
    )
    known = find_vectors(hashes)
    fresh = {key: text for key, text in zip(hashes, texts, strict=True) if key not in known}
    vectors = {**known, **_embed(fresh, recipe.embedder, on_embedded)}
    return LectureSegments(
        segments=tuple(_segment(*pair, lecture=lecture) for pair in zip(ids, windows, strict=True)),
        vectors=_matrix([vectors[key] for key in hashes], recipe.embedder.dimension),
        text_hashes=hashes,
        cues=len(file.cues),
        embedded=sum(key in fresh for key in hashes),
        tokens=sum(recipe.embedder.count_tokens(text) for text in fresh.values()),
        next_corpus_id=next_corpus_id,
        warnings=(*file.warnings, *_warn_of_silence(windows)),
    )


def _cut(cues: Sequence[Cue], recipe: Recipe, lecture: Lecture) -> tuple[Window, ...]:
    return cut_windows(
        cues,
        seconds=recipe.windows.seconds,
        overlap_seconds=recipe.windows.overlap_seconds,
        max_tokens=min(recipe.windows.max_tokens, recipe.embedder.max_tokens),
        count_tokens=recipe.embedder.count_tokens,
        header=recipe.header(lecture),
    )


def _embed(texts: Mapping[str, str], embedder: Embedder, on_embedded: OnEmbedded) -> dict[str, Vectors]:
    """Embed texts by their hashes, the longest last so that equal lengths share a batch."""
    keys = sorted(texts, key=lambda key: (len(texts[key]), key))
    vectors: dict[str, Vectors] = {}
    for first in range(0, len(keys), _BATCH_SEGMENTS):
        batch = keys[first : first + _BATCH_SEGMENTS]
        vectors.update(zip(batch, embedder.embed_passages([texts[key] for key in batch]), strict=True))
        on_embedded(len(vectors), len(keys))
    return vectors


def _segment(corpus_id: int, window: Window, *, lecture: Lecture) -> Segment:
    return Segment(
        corpus_id=corpus_id,
        lecture=lecture,
        start_seconds=window.start_seconds,
        end_seconds=window.end_seconds,
        text=window.text,
        cues=window.cues,
    )


def _matrix(rows: Sequence[Vectors], dimension: int) -> Vectors:
    return np.stack(rows) if rows else np.empty((0, dimension), dtype=np.float32)


def _warn_of_silence(windows: Sequence[Window]) -> tuple[str, ...]:
    return () if windows else ("The captions hold no words: nothing of this lecture can be found.",)
