"""How probable it is that the found passages answer the question: logistic models calibrated on benchmarks; pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from retrieval.fusion import Found

# Below this the lectures are said not to contain the answer. 5 % of the benchmarks' answerable questions lie below
# 0.37, but those passages are written; spoken ones wander and lie lower, and a wrong refusal costs more than a weak
# quote.
ANSWERABLE_FROM = 0.22

# Which features there are -> intercept and a weight for each. Fitted by `python -m evaluation.benchmark evidence` on
# three public data sets in two languages; the figures are in evaluation/results.
MODELS: Mapping[tuple[str, ...], tuple[float, ...]] = {
    ("cosine", "rise", "strength", "familiar"): (-17.513, 17.537, 7.787, 0.415, -1.847),
    ("rise", "strength", "familiar"): (-4.233, 11.185, 0.439, -1.006),
    ("cosine", "rise"): (-12.038, 10.745, 14.623),
    ("rise",): (-3.675, 17.643),
    ("strength", "familiar"): (-5.947, 0.435, 5.224),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks for an answer; None is what was not searched, or cannot be compared.

    `cosine` is the best one, for E5 models only: they share a scale, and others have another.
    `rise` is how far the best passage rises above the average (see `rise`). `strength` is the best fused score (see
    fusion.py), `familiar` the share of the question's words that the course knows. A question in another language than
    the lectures has few familiar words and hardly one in common with them; that alone is no evidence against it, and
    the models are fitted on such questions too.
    """

    cosine: float | None = None
    rise: float | None = None
    strength: float | None = None
    familiar: float | None = None


def answerable(evidence: Evidence) -> float:
    """Probability, 0 to 1, that the passages answer; 0 where nothing was searched."""
    features = {
        "cosine": evidence.cosine,
        "rise": evidence.rise,
        "strength": evidence.strength,
        "familiar": evidence.familiar,
    }
    present = {name: value for name, value in features.items() if value is not None}
    model = MODELS.get(tuple(present))
    if model is None:
        return 0.0
    intercept, *weights = model
    return _logistic(intercept + sum(weight * value for weight, value in zip(weights, present.values(), strict=True)))


def evidence_of(
    by_meaning: Sequence[Found], *, is_e5: bool, strength: float | None, familiar: float | None
) -> Evidence:
    """Gather the evidence of a search; `strength` and `familiar` are None where words were not searched."""
    pairs = [(cosine, found.spread.mean) for found in by_meaning for cosine in found.cosines.values()]
    return Evidence(
        cosine=max(cosine for cosine, _ in pairs) if pairs and is_e5 else None,
        rise=max(rise(cosine, mean) for cosine, mean in pairs) if pairs else None,
        strength=strength,
        familiar=familiar,
    )


def rise(cosine: float, mean: float) -> float:
    """How far a cosine rises from its language's average towards identity: 0 average, 1 identical.

    E5 cosines crowd between 0.7 and 1, and where they lie depends on the question and its language, so the distance
    from this question's own average says more than the cosine.
    """
    return (cosine - mean) / max(1e-6, 1 - mean)


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, value))))
