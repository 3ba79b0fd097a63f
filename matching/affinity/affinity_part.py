"""One named part of an affinity score, in steps that multiply and add without rounding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..problem.assignment_problem import MICRO, IntArray
from ..problem.solution import FloatArray

# A value has four decimals and a weight two, so each contribution is exact at six and nothing is rounded.
VALUE_STEPS: Final = 10_000
WEIGHT_STEPS: Final = 100


@dataclass(frozen=True, eq=False)
class AffinityPart:
    """One named part of the affinity.

    Attributes
    ----------
    code : str
        Name of the part in upper case, such as ``"NEED_STRENGTH"``.
    value : float array of shape (n_trainees, n_mentors), or (n_pairs,) where pairs were asked for
        0 to 1, four decimals.
    weight : float
        0 to 1, two decimals; the weights of all parts sum to 1.
    """

    code: str
    value: FloatArray
    weight: float

    @property
    def contribution(self) -> FloatArray:
        """Value × weight, exact at six decimals; over all parts these sum to the score."""
        return self.micro / MICRO

    @property
    def micro(self) -> IntArray:
        """The contribution in whole millionths."""
        return np.rint(self.value * VALUE_STEPS).astype(np.int64) * round(self.weight * WEIGHT_STEPS)


def rounded(value: FloatArray) -> FloatArray:
    """Return values cut to 0–1 and rounded to four decimals, the same for any block size."""
    # First to nine decimals: sums of products differ in the last bit with block size and thread count, and a
    # value on the edge between two steps must not.
    steps: FloatArray = np.rint(np.round(np.clip(value, 0.0, 1.0), 9) * VALUE_STEPS)
    return steps / VALUE_STEPS
