"""The second inside a passage where a sentence is supported: words and meaning together choose the stretch."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from retrieval.index_parts.terms import normalise
from retrieval.stretches import Stretch

# Chosen on half of TutorialVQA's videos, flat around these values, and as good on the other half (evaluation/results).
# Small embedders like short empty sentences too much, hence the weight of length.
WEIGHT_OF_MEANING = 0.8
WEIGHT_OF_WORDS = 0.3
WEIGHT_OF_LENGTH = 0.2
# An explanation begins before it is complete: words of the stretch that follows count half, so its beginning wins.
WEIGHT_OF_WHAT_FOLLOWS = 0.5
# What was asked helps a claim that is all pronouns, yet must not outweigh what the claim itself says.
WEIGHT_OF_QUESTION = 0.3


def score_stretches(
    claim: str,
    stretches: Sequence[Stretch],
    *,
    similarities: npt.NDArray[np.float32] | None,
    languages: Iterable[str],
    question: str = "",
    spoken: Sequence[str] = (),
) -> list[float]:
    """Say how well each stretch, in order of time, supports `claim`: the higher the better, 0 on average.

    `similarities` are the cosines of claim and stretches, shape (len(stretches),), or None where there are no vectors.
    `question` adds the words of what was asked, at less weight. The unit is the standard deviation of each kind of
    evidence among these stretches, so scores of different calls do not compare. `spoken` is the language of each
    stretch where there are several: each is measured against those of its own, since an embedder, and every small word,
    puts all of the claim's language nearer than all of another.
    """
    known = tuple(languages)
    terms = [normalise(stretch.text, known) for stretch in stretches]
    overlap = _overlap(normalise(claim, known), normalise(question, known), [set(held) for held in terms])
    following = [*overlap, 0.0][1:]
    words = [own + WEIGHT_OF_WHAT_FOLLOWS * after for own, after in zip(overlap, following, strict=True)]
    evidence = [
        (WEIGHT_OF_WORDS, _standardised(_within(words, spoken))),
        (WEIGHT_OF_LENGTH, _standardised([math.log(len(held) + 1) for held in terms])),
    ]
    if similarities is not None:
        meaning = _within([float(similarity) for similarity in similarities], spoken)
        evidence.append((WEIGHT_OF_MEANING, _standardised(meaning)))
    return [sum(weight * values[place] for weight, values in evidence) for place in range(len(stretches))]


def with_following(vectors: npt.NDArray[np.float32], groups: Sequence[int]) -> npt.NDArray[np.float32]:
    """Join each row with the next one of the same group, as the direction of their sum; a group's last stays alone.

    `vectors` has shape (n, dimension), rows of length 1, of stretches in order of time; so has what is returned.
    """
    joined = vectors.copy()
    for place in range(len(groups) - 1):
        if groups[place] == groups[place + 1]:
            joined[place] += vectors[place + 1]
    lengths = np.linalg.norm(joined, axis=1, keepdims=True)
    directions: npt.NDArray[np.float32] = np.divide(joined, lengths, out=np.zeros_like(joined), where=lengths > 0)
    return directions


def pinpoint(scores: Sequence[float]) -> int:
    """Return the place of the best score, the earliest of equals: there the lecturer begins to say it."""
    return max(range(len(scores)), key=lambda place: scores[place])


def _overlap(claim: Sequence[str], question: Sequence[str], terms: Sequence[set[str]]) -> list[float]:
    """Share of the claim's terms in each stretch, each weighed by how rare it is among these stretches."""
    frequency = Counter(term for held in terms for term in held)
    weights = dict.fromkeys(question, WEIGHT_OF_QUESTION) | dict.fromkeys(claim, 1.0)
    rarity = {
        term: weight * math.log((len(terms) + 1) / (frequency[term] + 0.5))
        for term, weight in weights.items()
        if frequency[term]
    }
    total = sum(rarity.values()) or 1.0
    return [sum(rarity[term] for term in held & rarity.keys()) / total for held in terms]


def _within(values: Sequence[float], groups: Sequence[str]) -> list[float]:
    """Each value less the mean of its group; as they are where there are no groups."""
    if not groups:
        return list(values)
    means = {
        group: float(np.mean([value for value, own in zip(values, groups, strict=True) if own == group]))
        for group in set(groups)
    }
    return [value - means[group] for value, group in zip(values, groups, strict=True)]


def _standardised(values: Sequence[float]) -> list[float]:
    spread = float(np.std(values)) if len(values) else 0.0
    if spread < 1e-9:
        return [0.0] * len(values)
    mean = float(np.mean(values))
    return [(value - mean) / spread for value in values]
