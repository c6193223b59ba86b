"""Fits the models of retrieval/evidence.py to cases, and says how far they can be trusted on data not seen."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from evaluation.benchmark.cases import Case
from retrieval.evidence import ANSWERABLE_FROM, MODELS

Floats: TypeAlias = npt.NDArray[np.float64]
Strings: TypeAlias = npt.NDArray[np.str_]

# What a class is assumed to ask: mostly what was taught, else as often something else as something left out.
_SHARES: Mapping[str, float] = {"found": 0.7, "off": 0.15, "hard": 0.10, "missed": 0.05}


def calibrate(cases: Sequence[Case]) -> dict[str, object]:
    """Fit every model on all cases; judge it on each benchmark after fitting it on the others only."""
    return {" + ".join(features): _calibrate(_fit_for(cases, features), features) for features in MODELS}


def fit_logistic(features: Floats, labels: Floats, weights: Floats) -> Floats:
    """Intercept and weights of a logistic regression, by Newton's method with a slight ridge (Bishop 2006, 4.3.3)."""
    design = np.column_stack([np.ones(len(features)), features])
    model = np.zeros(design.shape[1])
    ridge = np.diag([0.0, *[1e-4] * features.shape[1]])
    for _ in range(50):
        chances = predict(model, features)
        gradient = design.T @ (weights * (chances - labels)) + ridge @ model
        curvature = design.T @ (design * (weights * chances * (1 - chances))[:, None]) + ridge
        model = model - np.linalg.solve(curvature, gradient)
    return np.asarray(model)


def predict(model: Floats, features: Floats) -> Floats:
    """Probabilities of a fitted model."""
    return np.asarray(1 / (1 + np.exp(-np.clip(model[0] + features @ model[1:], -60, 60))))


def separation(positive: Floats, negative: Floats) -> float:
    """Area under the ROC curve: how often a positive is above a negative, a tie counting half."""
    above = (positive[:, None] > negative[None, :]).mean()
    level = (positive[:, None] == negative[None, :]).mean()
    return float(above + level / 2)


def calibration_error(chances: Floats, labels: Floats, weights: Floats) -> float:
    """Expected calibration error over ten bins of equal width (Guo et al. 2017), weighted."""
    bins = np.minimum((chances * 10).astype(int), 9)
    gaps = [abs((weights * (chances - labels))[bins == each].sum()) for each in range(10)]
    return float(sum(gaps) / weights.sum())


def _fit_for(cases: Sequence[Case], features: Sequence[str]) -> Sequence[Case]:
    """Without meaning no question finds lectures in another language, so that is nothing to be calibrated on."""
    if "rise" in features:
        return cases
    same_language = [case for case in cases if case.benchmark not in ("pira-pt-en", "pira-en-pt")]
    return [replace(case, strength=case.strength_of_words) for case in same_language]


def _calibrate(cases: Sequence[Case], columns: Sequence[str]) -> dict[str, object]:
    features = np.array([[float(getattr(case, column)) for column in columns] for case in cases])
    kinds, names = np.array([case.kind for case in cases]), np.array([case.benchmark for case in cases])
    labels, weights = (kinds == "found").astype(float), _weights(kinds)
    unseen = np.zeros(len(cases))
    for name in np.unique(names):
        rest = names != name
        model = fit_logistic(features[rest], labels[rest], weights[rest])
        unseen[~rest] = predict(model, features[~rest])
    threshold = float(np.quantile(unseen[kinds == "found"], 0.05))
    return {
        "model": _rounded(fit_logistic(features, labels, weights)),
        "cases": {str(kind): int((kinds == kind).sum()) for kind in np.unique(kinds)},
        "separation of found from off": round(separation(unseen[kinds == "found"], unseen[kinds == "off"]), 3),
        "separation of found from hard": round(separation(unseen[kinds == "found"], unseen[kinds == "hard"]), 3),
        "Brier score": round(float(np.average((unseen - labels) ** 2, weights=weights)), 3),
        "calibration error": round(calibration_error(unseen, labels, weights), 3),
        "threshold that refuses 5 % of found": round(threshold, 3),
        "refused there": _refused(unseen, kinds, threshold),
        f"refused at {ANSWERABLE_FROM}": _refused(unseen, kinds, ANSWERABLE_FROM),
        "refused there, by benchmark": {
            str(name): _refused(unseen[names == name], kinds[names == name], threshold) for name in np.unique(names)
        },
    }


def _weights(kinds: Strings) -> Floats:
    counts = {kind: max(1, int((kinds == kind).sum())) for kind in _SHARES}
    return np.array([_SHARES[str(kind)] / counts[str(kind)] for kind in kinds]) * len(kinds)


def _refused(chances: Floats, kinds: Strings, threshold: float) -> dict[str, float]:
    return {
        kind: round(float((chances[kinds == kind] < threshold).mean()), 3) for kind in _SHARES if (kinds == kind).any()
    }


def _rounded(model: Floats) -> list[float]:
    return [round(float(value), 3) for value in model]
