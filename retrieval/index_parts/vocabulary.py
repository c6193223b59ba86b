"""The words of a course: how rare each is, and which one a mistyped word of a question probably means; pure."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from retrieval.index_parts.terms import BEGINNING_MARK, with_beginning

# What one occurrence more can add to a term's BM25 ends at (k1 + 1) times its rarity; LanceDB has k1 = 1.2.
BM25_CEILING = 2.2
# Words of three letters are alike by chance.
_SHORTEST_MENDED = 4
# Dice coefficient of letter trigrams; in trials the gain was flat from 0.6 down to 0.3 and nearly gone at 0.8.
_ALIKE = 0.5
# A question longer than this is a pasted text; its first words say what it is about.
_MOST_WORDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchTerms:
    """The terms to look for, the BM25 score a passage would have that is all about them, and what each word weighs.

    `weights` holds for each word of the question its chosen term, known or not, and the term's rarity.
    """

    terms: tuple[str, ...]
    attainable: float
    weights: Mapping[str, float]


class Vocabulary:
    """Document frequencies of a course's terms, over `segments` segments."""

    def __init__(self, frequencies: Mapping[str, int], *, segments: int) -> None:
        self.frequencies = frequencies
        self.segments = segments

    def __contains__(self, term: str) -> bool:
        return term in self.frequencies

    def rarity(self, term: str) -> float:
        """Inverse document frequency as BM25 has it: ln(1 + (N - n + 0.5) / (n + 0.5)), n = 0 for an unknown term."""
        frequency = self.frequencies.get(term, 0)
        return math.log(1 + (self.segments - frequency + 0.5) / (frequency + 0.5))

    def search_terms(self, words: Sequence[tuple[str, ...]]) -> SearchTerms:
        """Choose terms for a question's words (see `terms.question_words`).

        A word that the course does not have is looked for under the most alike word that it has. One that is like none
        counts among the attainable all the same, so that a question of strange words finds little.
        """
        terms: dict[str, None] = {}
        attainable = 0.0
        weights: dict[str, float] = {}
        for forms in words[:_MOST_WORDS]:
            chosen = self._known_forms(forms)
            weights |= {form: self.rarity(form) for form in chosen}
            wanted = [with_beginning(form) for form in chosen]
            attainable += max(self.rarity(form[0]) for form in wanted)
            attainable += max((self.rarity(form[1]) for form in wanted if len(form) > 1), default=0.0)
            terms.update(dict.fromkeys(term for form in wanted for term in form if term in self))
        return SearchTerms(terms=tuple(terms), attainable=attainable * BM25_CEILING, weights=weights)

    def familiar(self, words: Sequence[tuple[str, ...]]) -> float:
        """The share of a question's words that the course has as they were typed, 0 to 1."""
        return sum(any(form in self for form in forms) for forms in words) / max(1, len(words))

    def known_share(self, weights: Mapping[str, float]) -> float:
        """How much of the weight of a question's words this vocabulary has, 0 to 1."""
        known = sum(weight for term, weight in weights.items() if term in self)
        return known / max(1e-9, sum(weights.values()))

    def most_alike(self, term: str) -> str | None:
        """The course's word that shares most letter trigrams with `term`, the more frequent of equals; None if none."""
        if len(term) < _SHORTEST_MENDED:
            return None
        wanted = _trigrams(term)
        shared = Counter(word for trigram in wanted for word in self._words_by_trigram.get(trigram, ()))
        ranked = (
            (2 * count / (len(wanted) + len(_trigrams(word))), self.frequencies[word], word)
            for word, count in shared.items()
        )
        likeness, _, word = max(ranked, default=(0.0, 0, ""))
        return word if likeness >= _ALIKE else None

    def _known_forms(self, forms: tuple[str, ...]) -> Sequence[str]:
        known = [form for form in forms if form in self]
        if known:
            return known
        alike = self.most_alike(forms[0])
        return forms[:1] if alike is None else [alike]

    @cached_property
    def _words_by_trigram(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for word in self.frequencies:
            if not word.startswith(BEGINNING_MARK):
                for trigram in _trigrams(word):
                    found.setdefault(trigram, []).append(word)
        return found


def count_terms(rows: Iterable[str]) -> dict[str, int]:
    """Each term and the number of rows that hold it; a row's terms are separated by spaces."""
    counts: Counter[str] = Counter()
    for terms in rows:
        counts.update(set(terms.split()))
    return dict(counts)


def _trigrams(word: str) -> set[str]:
    padded = f"_{word}_"
    return {padded[start : start + 3] for start in range(len(padded) - 2)}
