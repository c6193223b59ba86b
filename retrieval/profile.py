"""What a course as a whole is like: its words, its languages, and how its vectors lie; pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.embedding import Vectors
from retrieval.vocabulary import Vocabulary

# Two or three segments have hardly a deviation; E5's cosines within one course vary by 0.014 to 0.020.
_LEAST_DEVIATION = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Mean and standard deviation of the cosines of one question with all segments of a course."""

    mean: float
    deviation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseProfile:
    """Figures of one version of an index, read once and used for every question.

    `mean` has shape (dimension,), `moment` is the mean of the vectors' outer products, shape (dimension, dimension).
    """

    vocabulary: Vocabulary
    languages: tuple[str, ...]
    mean: npt.NDArray[np.float64]
    moment: npt.NDArray[np.float64]

    def spread(self, vector: Vectors) -> Spread:
        """How the question's cosines lie over the whole course, without reading a segment.

        Mean q·m and variance qᵀMq − (q·m)² follow from the course's mean vector m and second moment M.
        """
        query = vector.astype(np.float64)
        mean = float(query @ self.mean)
        variance = float(query @ self.moment @ query) - mean**2
        return Spread(mean=mean, deviation=max(_LEAST_DEVIATION, max(variance, 0.0) ** 0.5))


def moments(vectors: Vectors) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Mean vector and second moment of vectors of shape (n, dimension); zeros where there are none."""
    exact = vectors.astype(np.float64)
    count = max(1, len(exact))
    return exact.sum(axis=0) / count, exact.T @ exact / count
