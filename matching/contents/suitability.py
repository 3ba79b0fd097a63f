"""How well a content suits a trainee: the parts that a recommendation's score is made of."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked_array, optional_array, owner_rows
from ..exceptions import InvalidInputError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Fit of a content by how many levels it stands above the trainee; two above is too hard and left out.
_LEVEL_FIT = {-2: 0.2, -1: 0.6, 0: 1.0, 1: 0.7}
# A mean rating counts as if this many average ratings had come before.
_RATING_PRIOR = 5.0
# From this text score on, a content is said to answer the trainee's own words.
TEXT_MATCH = 0.36
# Where nobody knows a sentence's topic its words must do more: the best of all contents is always near to 0.5.
TEXT_ALONE = 0.55
# What only ratings show weighs so much beside what the trainee put into words: sentences are answered first.
UNSAID = 0.5
# A content is on a point's topic from this product of confidence and aboutness on.
ON_TOPIC = 0.2


def greatest_product(left: Floats, right: Floats) -> tuple[Floats, Integers]:
    """Return max over topics of left[i, t] · right[j, t] and the topic, shapes (n_left, n_right)."""
    best = np.zeros((len(left), len(right)))
    which = np.zeros(best.shape, dtype=np.int64)
    for topic in range(left.shape[1]):
        product = np.outer(left[:, topic], right[:, topic])
        better = product > best
        best[better] = product[better]
        which[better] = topic
    return best, which


def own_words(
    point_topics: ArrayLike | None,
    point_scores: ArrayLike | None,
    point_trainee: ArrayLike | None,
    needs: Floats,
    about: Floats,
) -> tuple[Floats, Integers]:
    """Return how well each content answers each trainee's words, and the point that it answers best.

    The score is 0 where the content answers no point: likeness that nobody can be shown is no reason.
    """
    best_text = np.zeros((len(needs), len(about)))
    best_point = np.full(best_text.shape, -1, dtype=np.int64)
    if point_trainee is None:
        if point_topics is not None or point_scores is not None:
            raise InvalidInputError(
                "The 'point_trainee' parameter of recommend must say whose the points are."
            )
        return best_text, best_point
    n_points = len(np.asarray(point_trainee))
    owner = owner_rows("point_trainee", point_trainee, n_points, len(needs))
    spoken = optional_array("point_topics", point_topics, (n_points, needs.shape[1]), 0.0, 1.0, 0.0)
    scores = optional_array("point_scores", point_scores, (n_points, len(about)), 0.0, 1.0, 0.0)
    topical, _ = greatest_product(spoken, about)
    # A point is cited for its topic; for a clear match of words only where nobody knows its topic.
    has_topic = spoken.max(axis=1, initial=0.0)[:, None] > 0
    link = np.where(np.where(has_topic, topical >= ON_TOPIC, scores >= TEXT_ALONE), topical + scores, 0.0)
    best_link = np.zeros(best_text.shape)
    for point, trainee in enumerate(owner.tolist()):
        answered = np.where(link[point] > 0, scores[point], 0.0)
        best_text[trainee] = np.maximum(best_text[trainee], answered)
        better = link[point] > best_link[trainee]
        best_link[trainee, better] = link[point, better]
        best_point[trainee, better] = point
    return best_text, best_point


def level_fit(
    trainee_level: ArrayLike | None, content_level: ArrayLike | None, shape: tuple[int, int]
) -> tuple[Floats, Flags]:
    """Return how well each content's level fits, in [0, 1], and whether it is in reach, both of `shape`."""
    if trainee_level is None or content_level is None:
        return np.full(shape, 0.5), np.ones(shape, dtype=bool)
    own = checked_array("trainee_level", trainee_level, (shape[0],), 0.0, 2.0).astype(np.int64)
    asked = checked_array("content_level", content_level, (shape[1],), 0.0, 2.0).astype(np.int64)
    above = asked[None, :] - own[:, None]
    fit = np.zeros(shape)
    for step, value in _LEVEL_FIT.items():
        fit[above == step] = value
    return fit, above < 2


def shrunk_rating(
    content_rating: ArrayLike | None, n_ratings: ArrayLike | None, n_contents: int
) -> tuple[Floats, Flags]:
    """Return ratings pulled towards the mean of all, 0.5 where unknown, and which are good; shape (n_contents,).

    The mean itself is pulled towards 0.5: one happy reader does not make all contents good. A content is called
    good from as many ratings on as are imagined, so that nobody is told from one reader's taste.
    """
    if content_rating is None or n_ratings is None:
        return np.full(n_contents, 0.5), np.zeros(n_contents, dtype=bool)
    counts = checked_array("n_ratings", n_ratings, (n_contents,), 0.0, np.inf)
    rating = checked_array("content_rating", content_rating, (n_contents,), 0.0, 1.0, nan_allowed=True)
    total = np.where(counts > 0, np.nan_to_num(rating) * counts, 0.0)
    middle = (total.sum() + _RATING_PRIOR * 0.5) / (counts.sum() + _RATING_PRIOR)
    shrunk = np.asarray((total + _RATING_PRIOR * middle) / (counts + _RATING_PRIOR))
    return shrunk, (shrunk > middle + 1e-9) & (counts >= _RATING_PRIOR)
