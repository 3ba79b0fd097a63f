"""Which contents answer a trainee's needs, in what order, and why."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked_array, optional_array
from ..exceptions import InvalidInputError
from .prerequisites import prerequisite_closure
from .suitability import TEXT_MATCH, UNSAID, greatest_product, level_fit, own_words, shrunk_rating

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Names of the score's parts, the order of the last axis of `Recommendations.parts`.
PARTS = ("need", "text", "level", "rating", "collaborative")
DEFAULT_WEIGHTS: Mapping[str, float] = {"need": 0.55, "text": 0.25, "level": 0.12, "rating": 0.08}


@dataclass(frozen=True, slots=True)
class Recommendations:
    """Contents for every trainee; unused places hold −1 (indices) or 0 (scores).

    Attributes
    ----------
    contents : int array of shape (n_trainees, k)
        In the order to take them: a prerequisite stands before what needs it, otherwise best first.
    scores : float array of shape (n_trainees, k), in [0, 1]
        Sum of the parts.
    parts : float array of shape (n_trainees, k, 5)
        Weighted parts in the order of `PARTS`.
    topics : int array of shape (n_trainees, k)
        The topic whose need the content answers most.
    points : int array of shape (n_trainees, k)
        The pain point it answers; −1 where the need comes from ratings alone.
    reasons : tuple of tuple of tuple of str, n_trainees × at most k
        Codes: NEED, OWN_WORDS, LEVEL_FIT, WELL_RATED, TAKEN_TOGETHER, PREREQUISITE.

    """

    contents: Integers
    scores: Floats
    parts: Floats
    topics: Integers
    points: Integers
    reasons: tuple[tuple[tuple[str, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Everything known of each trainee and content, arrays of shape (n_trainees, n_contents)."""

    parts: Floats
    scores: Floats
    topics: Integers
    points: Integers
    allowed: Flags
    wanted: Flags
    in_words: Flags
    level_fits: Flags
    well_rated: Flags


@dataclass(frozen=True, slots=True)
class _Mixture:
    """What keeps a list from saying one thing only."""

    likeness: Floats
    groups: Integers
    variety: float
    balance: float

    def cost(self, chosen: list[int]) -> Floats:
        """Return what each content loses beside those chosen, shape (n_contents,)."""
        if not chosen:
            return np.zeros(len(self.groups))
        redundant = self.likeness[chosen].max(axis=0)
        same = (self.groups[chosen][:, None] == self.groups).mean(axis=0) * (self.groups >= 0)
        return np.asarray(np.round(self.variety * redundant + self.balance * same, 12))


def recommend(
    need: ArrayLike,
    content_topics: ArrayLike,
    k: int,
    *,
    point_topics: ArrayLike | None = None,
    point_scores: ArrayLike | None = None,
    point_trainee: ArrayLike | None = None,
    trainee_level: ArrayLike | None = None,
    content_level: ArrayLike | None = None,
    content_rating: ArrayLike | None = None,
    n_ratings: ArrayLike | None = None,
    collaborative: ArrayLike | None = None,
    excluded: ArrayLike | None = None,
    taken: ArrayLike | None = None,
    prerequisites: ArrayLike | None = None,
    weights: Mapping[str, float] | None = None,
    variety: float = 0.3,
    content_groups: ArrayLike | None = None,
    balance: float = 0.05,
    unsaid: float = UNSAID,
) -> Recommendations:
    """Recommend contents to one or many trainees.

    Parameters
    ----------
    need : array of shape (n_trainees, n_topics), in [0, 1]
        As `need_profile` returns it.
    content_topics : array of shape (n_contents, n_topics), in [0, 1]
        How much a content is about a topic.
    k : int, at least 1
        Contents per trainee, prerequisites included.
    point_topics : array of shape (n_points, n_topics), in [0, 1], optional
        Topics of the pain points.
    point_scores : array of shape (n_points, n_contents), in [0, 1], optional
        How well a content's text matches a pain point's sentence (`ContentRetriever.scores`).
    point_trainee : int array of shape (n_points,), optional
        Whose point it is; needed where either of the two is given.
    trainee_level, content_level : int arrays of shape (n_trainees,) and (n_contents,), 0–2, optional
        Rungs of the ladder; a content two rungs above the trainee is left out.
    content_rating, n_ratings : arrays of shape (n_contents,), rating in [0, 1], counts at least 0, optional
        Mean rating and number of ratings; few ratings are shrunk to the mean of all. WELL_RATED is said of a
        content above that mean with at least 5 ratings.
    collaborative : array of shape (n_trainees, n_contents), in [0, 1], optional
        How well a content goes with what a trainee has used (`collaborative_scores`); needs a weight, for by
        default it has none: `check_interactions` decides whether it has earned one.
    excluded : bool array of shape (n_contents,) or (n_trainees, n_contents), optional
        Must not be offered (out of date, dismissed).
    taken : bool array of shape (n_trainees, n_contents), optional
        Already done: not offered again, and fulfils what asks for it.
    prerequisites : int array of shape (n_pairs, 2), optional
        Rows (content, prerequisite).
    weights : mapping of the names in `PARTS` to floats of at least 0 that sum to 1 or less, optional
        `DEFAULT_WEIGHTS` where missing.
    variety : float in [0, 1], default 0.3
        What a content loses for being about the same as one already chosen.
    content_groups : int array of shape (n_contents,), at least −1, optional
        Kinds to keep in balance (hot, hard and highlight points, say); −1 belongs to none.
    balance : float in [0, 1], default 0.05
        What a content loses where all that is chosen is of its group; in between in proportion.
    unsaid : float in [0, 1], default 0.5
        What a need counts in a content that answers none of the trainee's pain points, where others do.

    Returns
    -------
    Recommendations

    Raises
    ------
    InvalidInputError
        When a shape or range is wrong.

    Notes
    -----
    The need part takes the greatest product of need and topic and not the sum, so that the one item on a rare
    topic is not buried under broad ones. Contents without any need or words behind them are never offered,
    except as prerequisites. Ties go to the lower index. Time O((n_trainees + n_points) · n_contents ·
    n_topics).

    References
    ----------
    Carbonell and Goldstein (1998), The use of MMR, diversity-based reranking.

    Examples
    --------
    >>> found = recommend([[0.9, 0.2]], [[1.0, 0.0], [0.0, 1.0]], 2)
    >>> found.contents.tolist(), found.reasons[0][0]
    ([[0, 1]], ('NEED',))

    """
    needs = checked_array("need", need, (None, None), 0.0, 1.0)
    about = checked_array("content_topics", content_topics, (None, needs.shape[1]), 0.0, 1.0)
    if k < 1 or not all(0 <= share <= 1 for share in (variety, balance, unsaid)):
        raise InvalidInputError(
            "The 'k' parameter of recommend must be at least 1, 'variety', 'balance' and 'unsaid' in [0, 1]. "
            f"Got {k!r}, {variety!r}, {balance!r} and {unsaid!r} instead."
        )
    groups = optional_array("content_groups", content_groups, (len(about),), -1.0, np.inf, -1.0)
    shape = (len(needs), len(about))
    done = optional_array("taken", taken, shape, 0.0, 1.0, 0.0) > 0
    match, topics = greatest_product(needs, about)
    text, points = own_words(point_topics, point_scores, point_trainee, needs, about)
    fit, in_reach = level_fit(trainee_level, content_level, shape)
    rating, good = shrunk_rating(content_rating, n_ratings, len(about))
    together = optional_array("collaborative", collaborative, shape, 0.0, 1.0, 0.0)
    answers = points >= 0
    # Where sentences can be answered, what answers none of them waits; ratings alone stand as they are.
    match = np.where(answers | ~answers.any(axis=1, keepdims=True), match, unsaid * match)
    values = [match, text, fit, np.broadcast_to(rating, shape), together]
    parts = np.stack(values, axis=2) * _weights(weights)
    allowed = in_reach & ~done & ~_exclusions(excluded, shape)
    in_words = text >= TEXT_MATCH
    wanted = allowed & ((match > 0) | in_words)
    well_rated = np.broadcast_to(good, shape) & (parts[:, :, 3] > 0)
    pairs = _Pairs(
        parts, parts.sum(axis=2), topics, points, allowed, wanted, in_words, fit == 1.0, well_rated
    )
    closure = prerequisite_closure(prerequisites, len(about))
    mixture = _Mixture(_likeness(about), groups.astype(np.int64), variety, balance)
    picked = [
        _in_order(_pick(pairs, row, done[row], closure, mixture, k), pairs.scores[row], closure)
        for row in range(len(needs))
    ]
    return _collect(pairs, picked, k)


def _exclusions(excluded: ArrayLike | None, shape: tuple[int, int]) -> Flags:
    if excluded is None:
        return np.zeros(shape, dtype=bool)
    given = np.asarray(excluded, dtype=bool)
    if given.shape not in {shape, shape[1:]}:
        raise InvalidInputError(
            f"The 'excluded' parameter of recommend must have shape {shape} or {shape[1:]}. "
            f"Got {given.shape} instead."
        )
    return np.broadcast_to(given, shape)


def _weights(weights: Mapping[str, float] | None) -> Floats:
    chosen = DEFAULT_WEIGHTS if weights is None else weights
    values = np.array([float(chosen.get(name, 0.0)) for name in PARTS])
    if set(chosen) - set(PARTS) or (values < 0).any() or values.sum() > 1 + 1e-9:
        raise InvalidInputError(
            f"The 'weights' parameter of recommend must give {', '.join(PARTS)} numbers of at least 0 "
            f"with a sum of at most 1. Got {dict(chosen)} instead."
        )
    return values


def _likeness(about: Floats) -> Floats:
    """Return the cosine between the topics of every two contents, shape (n_contents, n_contents)."""
    norms = np.linalg.norm(about, axis=1, keepdims=True)
    unit = about / np.where(norms > 0, norms, 1)
    return np.asarray(unit @ unit.T)


def _pick(
    pairs: _Pairs,
    row: int,
    done: Flags,
    closure: list[tuple[int, ...]],
    mixture: _Mixture,
    k: int,
) -> list[tuple[int, bool]]:
    """Choose greedily by score less likeness to what is chosen; return (content, is a prerequisite only)."""
    chosen: dict[int, bool] = {}
    value = np.where(pairs.wanted[row], np.round((1 - mixture.variety) * pairs.scores[row], 12), -np.inf)
    while len(chosen) < min(k, len(value)):
        best = int(np.argmax(value - mixture.cost(list(chosen))))
        if value[best] == -np.inf:
            break
        value[best] = -np.inf
        missing = [other for other in closure[best] if not done[other] and other not in chosen]
        if len(chosen) + len(missing) + 1 > k or not pairs.allowed[row, missing].all():
            continue
        for content in missing:
            chosen[content] = not pairs.wanted[row, content]
            value[content] = -np.inf
        chosen[best] = False
    return list(chosen.items())


def _in_order(
    picked: list[tuple[int, bool]], scores: Floats, closure: list[tuple[int, ...]]
) -> list[tuple[int, bool]]:
    """Put the best first, except that prerequisites come before what needs them."""
    ordered: dict[int, bool] = {}
    extra = dict(picked)
    for content in sorted(extra, key=lambda content: (-round(float(scores[content]), 12), content)):
        for item in (*closure[content], content):
            if item in extra:
                ordered.setdefault(item, extra[item])
    return list(ordered.items())


def _collect(pairs: _Pairs, picked: list[list[tuple[int, bool]]], k: int) -> Recommendations:
    shape = (len(picked), k)
    contents = np.full(shape, -1, dtype=np.int64)
    topics, points = contents.copy(), contents.copy()
    scores, parts = np.zeros(shape), np.zeros((*shape, len(PARTS)))
    reasons = []
    for row, chosen in enumerate(picked):
        columns = [content for content, _ in chosen]
        n_chosen = len(columns)
        contents[row, :n_chosen] = columns
        topics[row, :n_chosen] = pairs.topics[row, columns]
        points[row, :n_chosen] = pairs.points[row, columns]
        scores[row, :n_chosen] = pairs.scores[row, columns]
        parts[row, :n_chosen] = pairs.parts[row, columns]
        reasons.append(tuple(_reasons(pairs, row, column, only) for column, only in chosen))
    return Recommendations(contents, scores, parts, topics, points, tuple(reasons))


def _reasons(pairs: _Pairs, row: int, column: int, only_prerequisite: bool) -> tuple[str, ...]:
    facts = {
        "NEED": pairs.parts[row, column, 0] > 0,
        "OWN_WORDS": pairs.points[row, column] >= 0 and pairs.in_words[row, column],
        "LEVEL_FIT": pairs.level_fits[row, column],
        "WELL_RATED": pairs.well_rated[row, column],
        "TAKEN_TOGETHER": pairs.parts[row, column, 4] > 0,
        "PREREQUISITE": only_prerequisite,
    }
    return tuple(code for code, holds in facts.items() if holds)
