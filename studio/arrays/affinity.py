"""The engine's affinity under a policy's weights.

It rests on scikit-learn, which takes a second to import: it is loaded where pairs are scored, and by nothing else.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matching import MentorAffinity


def affinity_of(weights: Mapping[str, float]) -> "MentorAffinity":
    """Return an affinity, not fitted yet, with these weights; parts that are not named weigh what the prior says."""
    from matching import MentorAffinity

    affinity: MentorAffinity = MentorAffinity().set_params(**weights)
    return affinity


def part_weights(weights: Mapping[str, float] | None = None) -> dict[str, float]:
    """Return what each part of a score weighs, in their order; without weights the prior."""
    return affinity_of(weights or {}).weights_
