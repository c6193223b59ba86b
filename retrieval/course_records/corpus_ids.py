"""Corpus ids that last: a segment whose words stay keeps its id, a new one gets the next, a spent one never returns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownIds:
    """Ids that a lecture's segments had: by the hash of the embedded text, and by the text alone.

    The text alone finds a segment again when only its header changed. Equal texts have their ids in order of time.
    """

    by_text_hash: Mapping[str, Sequence[int]] = field(default_factory=dict)
    by_text: Mapping[str, Sequence[int]] = field(default_factory=dict)


def assign_corpus_ids(
    texts: Sequence[str], text_hashes: Sequence[str], *, known: KnownIds, next_corpus_id: int
) -> tuple[tuple[int, ...], int]:
    """Give each segment of a lecture, in order of time, its id; returns the ids and the next one that is free."""
    taken: set[int] = set()
    ids = []
    for text, text_hash in zip(texts, text_hashes, strict=True):
        candidates = (*known.by_text_hash.get(text_hash, ()), *known.by_text.get(text, ()))
        corpus_id = next((candidate for candidate in candidates if candidate not in taken), None)
        if corpus_id is None:
            corpus_id, next_corpus_id = next_corpus_id, next_corpus_id + 1
        taken.add(corpus_id)
        ids.append(corpus_id)
    return tuple(ids), next_corpus_id


def gather_ids(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    """Put the ids of equal texts, or of equal hashes, together in ascending order."""
    gathered: dict[str, list[int]] = {}
    for key, corpus_id in pairs:
        gathered.setdefault(key, []).append(corpus_id)
    return {key: sorted(ids) for key, ids in gathered.items()}
