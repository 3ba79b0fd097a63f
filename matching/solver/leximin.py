"""Leximin: the lowest score as high as it can be, with as few pairs as possible, then the next score, and so on."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..problem.assignment_problem import IntArray
from ..problem.solution import LevelPrices
from .open_choices import OpenChoices
from .stage import Stage, prices_by_owner, solved, worth_of

# Costs of the flow that gives a first choice, and how fast they fall from the lowest score up.
_STEEP: Final = 2**16
_FALL: Final = 10.0


def leximin(stage: Stage) -> tuple[Stage, tuple[LevelPrices, ...]]:
    """Return the choices whose scores, sorted from the lowest, are lexicographically largest, and their proof.

    Notes
    -----
    A first choice comes from one flow with costs that fall steeply with the rank of a score. Then score by score
    from the lowest: a pair is exchanged where a chain of other pairs, all of higher scores, leads from its trainee
    back to its mentor. Where none does, the chains' reach is the proof (the cut of a threshold flow): no choice
    that is as good below has fewer pairs of this score. It closes every pair that leads into it and fixes those
    that lead out, for all trainees at once. Several pairs of one score may also be exchanged for fewer others of
    the same score; whole-numbered potentials tell, and one flow does it.

    References
    ----------
    R. E. Burkard and F. Rendl, "Lexicographic bottleneck problems", Operations Research Letters 10 (1991).
    P. T. Sokkalingam and Y. P. Aneja, "Lexicographic bottleneck combinatorial problems", Operations Research
    Letters 23 (1998).
    """
    choices = OpenChoices(solved(stage, _steep(stage.net.units), worth_of(stage.net, _STEEP)))
    found: dict[int, LevelPrices] = {}
    rank = -1
    while len(level := choices.level_above(rank)):
        proofs = [choices.stuck(pair) for pair in level.tolist() if choices.taken[pair]]
        if any(proof is None for proof in proofs):
            continue
        proof = proofs[0] if len(level) == 1 else choices.potentials(level)
        if proof is None:
            choices.choose_fewest(level)
            continue
        rank = int(choices.rank[level[0]])
        found[int(choices.scores[rank])] = choices.settle(level, proof)
    left = choices.settled()
    nothing = prices_by_owner(
        stage.net,
        np.zeros(stage.net.mentors.n_cells, np.int64),
        np.zeros(stage.net.trainees.n_cells, np.int64),
    )
    # A score that only fixed pairs have is proven by what fixed them.
    return left, tuple(found.get(score, nothing) for score in np.unique(left.units).tolist())


def _steep(units: IntArray) -> IntArray:
    scores, rank = np.unique(units, return_inverse=True)
    costs: IntArray = np.rint(_STEEP * np.exp(-_FALL * rank / max(len(scores), 1))).astype(np.int64)
    return costs
