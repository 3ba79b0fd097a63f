"""What each trainee needs, from the topics of their sentences, their ratings, ticks and order of urgency."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked_array, optional_array, owner_rows
from ..exceptions import InvalidInputError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# How far each kind of evidence alone can raise a need; one's own words count most.
_TEXT_WEIGHT, _RATING_WEIGHT, _RANK_WEIGHT, _TICK_WEIGHT = 0.9, 0.6, 0.6, 0.4
# A rating shows the trainee's own view to this share; the rest is what the cohort says of the topic.
_OWN_SHARE = 0.7
# A trainee's mean rating counts as if this many more had come from an average trainee.
_MEAN_PRIOR = 2.0
_NEUTRAL_GRADE = 3.0


@dataclass(frozen=True, slots=True)
class NeedProfile:
    """What every trainee needs.

    Attributes
    ----------
    severity, urgency : float arrays of shape (n_trainees, n_topics), in [0, 1]
        How thorny, and how pressing.
    need : float array of shape (n_trainees, n_topics), in [0, 1]
        Both together.
    evidence : int array of shape (n_trainees, n_topics)
        Index of the point that shows the need best; −1 where no point does.

    """

    severity: Floats
    urgency: Floats
    need: Floats
    evidence: Integers


@dataclass(frozen=True, slots=True)
class CohortRatings:
    """What the ratings of a cohort say, against which each trainee's own are read.

    Attributes
    ----------
    mean : float in [1, 5]
        Mean of all grades.
    deviation : float array of shape (n_topics,), in [−4, 4]
        How far a topic's grades lie above their givers' own means, on average; 0 where nobody rated it.

    """

    mean: float
    deviation: Floats


def cohort_ratings(ratings: ArrayLike) -> CohortRatings | None:
    """Sum up the ratings of a cohort, so that one trainee's needs can be computed without all the others' ratings.

    Parameters
    ----------
    ratings : array of shape (n_trainees, n_topics), 1–5 or NaN
        As given to `need_profile`.

    Returns
    -------
    CohortRatings or None
        None where nobody rated anything.

    Raises
    ------
    InvalidInputError
        When a shape or range is wrong.

    Examples
    --------
    >>> said = cohort_ratings([[5.0, 1.0], [5.0, float("nan")]])
    >>> round(said.mean, 2), said.deviation.round(2).tolist()
    (3.67, [1.28, -2.33])

    """
    grades = checked_array("ratings", ratings, (None, None), 1.0, 5.0, nan_allowed=True)
    given = ~np.isnan(grades)
    if not given.any():
        return None
    mean = float(np.where(given, grades, 0.0).sum() / given.sum())
    deviation = _deviation(grades, mean)
    return CohortRatings(mean, deviation.sum(axis=0) / np.maximum(given.sum(axis=0), 1))


def need_profile(
    point_topics: ArrayLike,
    point_trainee: ArrayLike,
    n_trainees: int,
    *,
    point_severity: ArrayLike | None = None,
    point_urgency: ArrayLike | None = None,
    point_age_days: ArrayLike | None = None,
    ticks: ArrayLike | None = None,
    ranks: ArrayLike | None = None,
    severity_ratings: ArrayLike | None = None,
    urgency_ratings: ArrayLike | None = None,
    rating_age_days: ArrayLike | None = None,
    severity_of_cohort: CohortRatings | None = None,
    urgency_of_cohort: CohortRatings | None = None,
    half_life_days: float = 180.0,
    severity_share: float = 0.5,
    least_confidence: float = 0.2,
) -> NeedProfile:
    """Join all that trainees said into severity, urgency and need per topic.

    Parameters
    ----------
    point_topics : array of shape (n_points, n_topics), in [0, 1]
        Confidence that a pain point is about a topic; leave out resolved points.
    point_trainee : int array of shape (n_points,), in [0, n_trainees)
        Who wrote it. An anonymous respondent is a row like any other.
    n_trainees : int
        Number of rows of the result.
    point_severity, point_urgency : arrays of shape (n_points,), 1–5 or NaN, optional
        An answer to "what is thorniest" carries a severity alone and raises severity alone; one to "what is
        most urgent" likewise. Where both are unknown the point raises both at the middle grade, 3.
    point_age_days : array of shape (n_points,), at least 0, optional
        Days since it was said.
    ticks : array of shape (n_trainees, n_topics), in [0, 1], optional
        1 where the topic was ticked in a multiple choice; raises both.
    ranks : array of shape (n_trainees, n_topics), from 1 or NaN, optional
        Place in the trainee's own order of urgency, 1 first; raises urgency.
    severity_ratings, urgency_ratings : arrays of shape (n_trainees, n_topics), 1–5 or NaN, optional
        Ratings asked for by topic. They are centred on the trainee's own mean (some rate everything 5) and
        shrunk to the cohort's view of the topic.
    rating_age_days : array of shape (n_trainees,), at least 0, optional
        Days since ticks, ranks and ratings were given.
    severity_of_cohort, urgency_of_cohort : CohortRatings, optional
        What the cohort's ratings say, where the rows are only some of its trainees; by default the rows are all.
    half_life_days : float above 0, default 180
        After so many days what was said counts half.
    severity_share : float in [0, 1], default 0.5
        Part of severity in the need; the rest is urgency.
    least_confidence : float in [0, 1], default 0.2
        Topics of a point below this confidence are left out, so that no point is cited for what it does not
        say.

    Returns
    -------
    NeedProfile

    Raises
    ------
    InvalidInputError
        When a shape or range is wrong; the message names the parameter.

    Notes
    -----
    Independent pieces of evidence are joined by noisy-or, 1 − Π(1 − strength), so a further piece never
    lowers a need. Time and memory O((n_points + n_trainees) · n_topics).

    References
    ----------
    Pearl (1988), Probabilistic Reasoning in Intelligent Systems, section 4.3.2 (noisy-or).

    Examples
    --------
    >>> profile = need_profile([[0.9, 0.1]], [0], 1, point_severity=[5.0])
    >>> bool(profile.severity[0, 0] > profile.urgency[0, 0]), profile.evidence.tolist()
    (True, [[0, -1]])

    """
    topics = checked_array("point_topics", point_topics, (None, None), 0.0, 1.0)
    n_points, n_topics = topics.shape
    owner = owner_rows("point_trainee", point_trainee, n_points, n_trainees)
    shape = (n_trainees, n_topics)
    _check_shares(half_life_days, severity_share, least_confidence)
    age = optional_array("point_age_days", point_age_days, (n_points,), 0.0, np.inf, 0.0)
    fresh = 0.5 ** (age / half_life_days)
    said = np.where(topics >= least_confidence, topics, 0.0) * fresh[:, None]
    severity_grade, urgency_grade = _grades(
        optional_array("point_severity", point_severity, (n_points,), 1.0, 5.0, np.nan),
        optional_array("point_urgency", point_urgency, (n_points,), 1.0, 5.0, np.nan),
    )
    asked = 0.5 ** (
        optional_array("rating_age_days", rating_age_days, (n_trainees,), 0.0, np.inf, 0.0) / half_life_days
    )
    ticked = _TICK_WEIGHT * asked[:, None] * optional_array("ticks", ticks, shape, 0.0, 1.0, 0.0)
    ranked = (
        _RANK_WEIGHT
        * asked[:, None]
        * _rank_strength(optional_array("ranks", ranks, shape, 1.0, np.inf, np.nan))
    )
    severe = (
        _RATING_WEIGHT
        * asked[:, None]
        * _rating_strength("severity_ratings", severity_ratings, shape, severity_of_cohort)
    )
    urgent = (
        _RATING_WEIGHT
        * asked[:, None]
        * _rating_strength("urgency_ratings", urgency_ratings, shape, urgency_of_cohort)
    )
    severity = _noisy_or(_join(said * severity_grade[:, None], owner, n_trainees), severe, ticked)
    urgency = _noisy_or(_join(said * urgency_grade[:, None], owner, n_trainees), urgent, ticked, ranked)
    strength = said * np.maximum(severity_grade, urgency_grade)[:, None]
    need = severity_share * severity + (1 - severity_share) * urgency
    return NeedProfile(severity, urgency, need, _best_points(strength, owner, n_trainees))


def _grades(severity: Floats, urgency: Floats) -> tuple[Floats, Floats]:
    """Turn grades into shares of 1; a grade that is unknown beside a known one raises nothing."""
    neither = np.isnan(severity) & np.isnan(urgency)
    known = (np.where(neither, _NEUTRAL_GRADE, np.nan_to_num(grade)) / 5 for grade in (severity, urgency))
    return next(known), next(known)


def _join(strength: Floats, owner: Integers, n_trainees: int) -> Floats:
    """Noisy-or over each trainee's points, shape (n_trainees, n_topics)."""
    log_doubt = np.zeros((n_trainees, strength.shape[1]))
    np.add.at(log_doubt, owner, np.log1p(-_TEXT_WEIGHT * strength))
    return np.asarray(-np.expm1(log_doubt))


def _noisy_or(*strengths: Floats) -> Floats:
    doubt = np.prod([1 - strength for strength in strengths], axis=0)
    return np.asarray(np.clip(1 - doubt, 0.0, 1.0))


def _best_points(strength: Floats, owner: Integers, n_trainees: int) -> Integers:
    best = np.full((n_trainees, strength.shape[1]), -1, dtype=np.int64)
    top = np.zeros(best.shape)
    for point, trainee in enumerate(owner.tolist()):
        better = strength[point] > top[trainee]
        best[trainee, better] = point
        top[trainee, better] = strength[point, better]
    return best


def _rank_strength(ranks: Floats) -> Floats:
    """Give the first place 1 and let the others fall off by the number of topics the trainee put in order."""
    n_ranked = np.sum(~np.isnan(ranks), axis=1, keepdims=True)
    return np.asarray(np.nan_to_num(np.clip(1 - (ranks - 1) / np.maximum(n_ranked, 1), 0.0, 1.0)))


def _rating_strength(
    name: str, ratings: ArrayLike | None, shape: tuple[int, int], cohort: CohortRatings | None
) -> Floats:
    """Centre on the trainee, shrink to the cohort; 0.5 is the trainee's own middle, 0 means not rated."""
    grades = optional_array(name, ratings, shape, 1.0, 5.0, np.nan)
    cohort = cohort or cohort_ratings(grades)
    if cohort is None:
        return np.zeros(shape)
    shrunk = _OWN_SHARE * _deviation(grades, cohort.mean) + (1 - _OWN_SHARE) * cohort.deviation
    return np.asarray(np.where(np.isnan(grades), 0.0, np.clip(0.5 + shrunk / 4, 0.0, 1.0)))


def _deviation(grades: Floats, everyone: float) -> Floats:
    """Return how far each grade lies above its giver's own mean; 0 where there is none."""
    given = ~np.isnan(grades)
    total = np.where(given, grades, 0.0).sum(axis=1)
    own = (total + _MEAN_PRIOR * everyone) / (given.sum(axis=1) + _MEAN_PRIOR)
    return np.where(given, grades - own[:, None], 0.0)


def _check_shares(half_life_days: float, severity_share: float, least_confidence: float) -> None:
    if not half_life_days > 0:
        raise InvalidInputError(
            f"The 'half_life_days' parameter of need_profile must be above 0. Got {half_life_days!r} instead."
        )
    for name, value in (("severity_share", severity_share), ("least_confidence", least_confidence)):
        if not 0 <= value <= 1:
            raise InvalidInputError(
                f"The '{name}' parameter of need_profile must be in [0, 1]. Got {value!r} instead."
            )
