"""Other scores that may be the true ones: weights of the affinity moved, topics of what was said drawn anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from ..affinity.tables import TraineeTable
from ..arguments import checked_array
from ..exceptions import InvalidInputError
from ..needs.profile import need_profile
from ..problem.solution import FloatArray

if TYPE_CHECKING:
    from ..affinity.mentor_affinity import MentorAffinity
from .sensitivity import ScoreDraw

NeedDraw = Callable[[np.random.Generator], FloatArray]


def affinity_draws(
    affinity: MentorAffinity,
    trainees: TraineeTable | ArrayLike,
    needs: NeedDraw | None = None,
    weight_change: float = 0.2,
) -> ScoreDraw:
    """Return a function that draws affinities under moved weights and, where given, other needs.

    Parameters
    ----------
    affinity : MentorAffinity
        Fitted on the mentors.
    trainees : TraineeTable, or array of needs of shape (n_trainees, n_topics)
        As for :meth:`MentorAffinity.transform`.
    needs : callable, optional
        Given a random generator it returns needs of shape (n_trainees, n_topics), 0 to 1, in place of the
        trainees' own, as :func:`need_draws` makes it. The needs stay as they are when left out.
    weight_change : float in [0, 1], default 0.2
        Every weight is moved by its own factor, uniform from 1 − `weight_change` to 1 + `weight_change`; then
        all are scaled to sum to 1 again.

    Returns
    -------
    callable
        Given a random generator it returns scores of shape (n_trainees, n_mentors).

    Raises
    ------
    InvalidInputError
        If `weight_change` is out of range.

    Notes
    -----
    The parts of the affinity are computed once; a draw adds seven tables, and computes the part of needs and
    strengths anew where needs are drawn. Similar texts and all other parts stay as they are.

    Examples
    --------
    >>> from matching import MentorAffinity
    >>> affinity = MentorAffinity().fit(np.array([[1.0, 0.0], [0.5, 0.5]]))
    >>> draw = affinity_draws(affinity, np.array([[0.2, 0.6]]))
    >>> draw(np.random.default_rng(0)).shape
    (1, 2)
    """
    if not 0 <= weight_change <= 1:
        raise InvalidInputError(
            "The 'weight_change' parameter of affinity_draws must be from 0 to 1. "
            f"Got {weight_change!r} instead."
        )
    parts = affinity.weighed_parts(trainees)
    values = np.stack([part.value for part in parts.values()])
    weights = np.array([part.weight for part in parts.values()])
    needed = list(parts).index("need_strength")

    def draw(random: np.random.Generator) -> FloatArray:
        moved = weights * random.uniform(1 - weight_change, 1 + weight_change, len(weights))
        moved = moved / moved.sum() if moved.sum() > 0 else weights
        scores: FloatArray = np.einsum("k,kij->ij", moved, values)
        if needs is not None:
            told = affinity.weighed_parts(TraineeTable(needs(random)))["need_strength"].value
            scores = scores + moved[needed] * (told - values[needed])
        return scores

    return draw


def need_draws(point_topics: ArrayLike, point_trainee: ArrayLike, n_trainees: int, **said: Any) -> NeedDraw:
    """Return a function that draws the topics of what was said anew, and the needs that follow.

    In a draw each topic of a pain point stands, with full confidence, as often as the classifier is sure of it,
    independently of the others; where none stands the point says nothing. So topics that a person confirmed
    (confidence 1) always stand, and ratings, ticks and orders stay as they were given.

    Parameters
    ----------
    point_topics : array of shape (n_points, n_topics), in [0, 1]
        Probability that a pain point is about a topic.
    point_trainee : int array of shape (n_points,), in [0, n_trainees)
        Who wrote it.
    n_trainees : int
        Number of rows of the result.
    **said
        Everything else that :func:`need_profile` takes.

    Returns
    -------
    callable
        Given a random generator it returns needs of shape (n_trainees, n_topics), in [0, 1].

    Raises
    ------
    InvalidInputError
        As :func:`need_profile`.

    Examples
    --------
    >>> draw = need_draws([[0.5, 0.0], [0.0, 1.0]], [0, 0], 1)
    >>> [(draw(np.random.default_rng(seed))[0] > 0).tolist() for seed in (2, 0)]
    [[True, True], [False, True]]
    """
    sure = checked_array("point_topics", point_topics, (None, None), 0.0, 1.0)
    need_profile(sure, point_trainee, n_trainees, **said)

    def draw(random: np.random.Generator) -> FloatArray:
        stands = random.random(sure.shape) < sure
        return need_profile(stands.astype(np.float64), point_trainee, n_trainees, **said).need

    return draw
