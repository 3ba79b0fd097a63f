"""Emerging points: what several people say that no topic covers yet."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from ..arguments import owner_rows
from ..exceptions import InvalidInputError
from ..texts.features import TextFeatures, cut_words
from ..texts.new_words import groups_by_new_words, says_what
from ..texts.normalise import normalise

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Mean cosine from which two groups are one.
_ALIKE = 0.08
# Texts that are grouped with each other; what comes beyond joins the group that it is like.
_GROUPED = 2000
_LABEL_WORDS = 3
# Share of the texts about known topics in which a telling word may stand.
_RARE = 0.01
# Among alike texts a telling word may be this common in general Chinese (the list counts 60 million words).
_COMMONEST = 10_000


@dataclass(frozen=True, slots=True)
class EmergingPoint:
    """What several people say.

    Attributes
    ----------
    members : tuple of int
        The texts, in their order.
    n_people : int, at least 1
        Distinct people among their owners.
    words : tuple of str
        At most three telling words, the most telling first.
    central : int
        The member that is most like the others.

    """

    members: tuple[int, ...]
    n_people: int
    words: tuple[str, ...]
    central: int


def emerging_points(
    texts: Sequence[str],
    owner: ArrayLike,
    *,
    background: Sequence[str] = (),
    confidence: ArrayLike | None = None,
    least_people: int = 3,
) -> list[EmergingPoint]:
    """Group texts that no topic covers, for people to name.

    Parameters
    ----------
    texts : sequence of str
        Answers on which the classifier abstained, in an order of their own; others too, with their `confidence`.
    owner : int array of shape (n_texts,), at least 0
        Who said it; what copies another's words should have the other's number.
    background : sequence of str, optional
        Texts about known topics: words that are common there tell nothing here.
    confidence : float array of shape (n_texts,), in [0, 1], optional
        Probability of the topic under which a text was filed, 0 where it was left open; all are open when missing.
    least_people : int, at least 2, default 3
        Fewer distinct people are no group.

    Returns
    -------
    list of EmergingPoint, those of most people first; ties by the first member.

    Raises
    ------
    InvalidInputError
        When a parameter is out of its range.

    Notes
    -----
    Average linkage on the cosine of character n-grams and words proposes; a group stands only where the same telling
    word is said by `least_people` of its people and by more than half of its texts. Sentences of one register are
    always a little alike, so likeness alone would make groups of noise; a word of two or more characters that is
    rare elsewhere is what they have in common. Texts without it are left out of the group. Clustering of short texts
    is weak (adjusted mutual information .12 on citizens' titles), so this fills a queue for people and decides
    nothing. At most 2 000 texts, evenly spread, are linked with each other; the rest joins by the telling word.
    A new matter often sounds like a known topic, so that its texts are filed here and there. Where texts share a word
    of content which the background hardly has and general Chinese does not use all the time, and were filed with
    little conviction, they are a group too, at least 0.5 % of all texts.
    Deterministic; time and memory O(2 000²) beside what is linear.

    References
    ----------
    Sokal and Michener (1958), A statistical method for evaluating systematic relationships (average linkage).

    Examples
    --------
    >>> said = ["直播带货没人看", "要求开直播账号，直播带货卖不动", "直播带货培训听不懂", "电视台要来拍片"]
    >>> [(point.members, point.words[0]) for point in emerging_points(said, [0, 1, 2, 3])]
    [((0, 1, 2), '直播')]

    """
    if least_people < 2:
        raise InvalidInputError(
            f"The 'least_people' parameter of emerging_points must be at least 2. Got {least_people!r} instead."
        )
    people = owner_rows("owner", owner, len(texts), np.iinfo(np.int64).max)
    sure = _checked(confidence, len(texts))
    lines = [each.text for each in normalise(texts)]
    words = [frozenset(word for word in cut_words(line) if len(word) > 1) for line in lines]
    others = [each.text for each in normalise(background)]
    known = Counter(word for line in others for word in set(cut_words(line)))
    is_open = np.flatnonzero(sure == 0)
    found = [
        _moved(point, is_open)
        for point in _open_points(
            [lines[place] for place in is_open],
            [words[place] for place in is_open],
            people[is_open],
            others,
            known,
            least_people,
        )
    ]
    taken = {place for point in found for place in point.members}
    free = [place for place in range(len(lines)) if place not in taken]
    for shared, members in groups_by_new_words(free, words, people, sure, known, len(others), least_people):
        told = [lines[place] for place in members]
        central = _central(members, TextFeatures().fit(told).transform(told))
        n_people = len(set(people[members].tolist()))
        found.append(EmergingPoint(tuple(members), n_people, tuple(shared[:_LABEL_WORDS]), central))
    return sorted(found, key=lambda point: (-point.n_people, point.members[0]))


def _checked(confidence: ArrayLike | None, n_texts: int) -> Floats:
    sure = np.zeros(n_texts) if confidence is None else np.asarray(confidence, dtype=np.float64)
    if sure.shape != (n_texts,) or not ((sure >= 0) & (sure <= 1)).all():
        raise InvalidInputError(
            "The 'confidence' parameter of emerging_points must hold a number in [0, 1] for each of "
            f"{n_texts} texts. Got {confidence!r} instead."
        )
    return sure


def _moved(point: EmergingPoint, places: Integers) -> EmergingPoint:
    """Return a point of some texts as one of all, by the places of these."""
    members = tuple(int(places[member]) for member in point.members)
    return EmergingPoint(members, point.n_people, point.words, int(places[point.central]))


def _central(members: Sequence[int], inside: sparse.csr_array) -> int:
    mean = np.asarray(inside.mean(axis=0)).ravel()
    return members[int(np.argmax(np.round(inside @ mean, 9)))]


def _open_points(
    lines: Sequence[str],
    words: Sequence[frozenset[str]],
    people: Integers,
    others: Sequence[str],
    known: Counter[str],
    least_people: int,
) -> list[EmergingPoint]:
    """Group texts that were left open by likeness and a telling word."""
    if len(lines) < least_people:
        return []
    linked = np.unique(np.linspace(0, len(lines) - 1, min(len(lines), _GROUPED)).astype(np.int64))
    rows = TextFeatures().fit([*others, *lines]).transform(lines)
    groups = _link(rows[linked])
    found: list[EmergingPoint] = []
    taken: set[int] = set()
    for group in groups:
        members = [int(linked[place]) for place in group]
        telling = _telling(members, words, people, known, len(others), least_people)
        sharing = [place for place in range(len(lines)) if telling and telling[0] in words[place]]
        sharing = [place for place in sharing if place not in taken]
        n_people = len({int(people[place]) for place in sharing})
        if n_people < least_people:
            continue
        taken.update(sharing)
        central = _central(sharing, rows[sharing])
        found.append(EmergingPoint(tuple(sharing), n_people, tuple(telling[:_LABEL_WORDS]), central))
    return found


def _link(rows: sparse.csr_array) -> list[list[int]]:
    """Return groups of alike rows, the largest first."""
    from sklearn.cluster import AgglomerativeClustering

    distance = np.clip(1 - (rows @ rows.T).toarray(), 0.0, 1.0)
    labels = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=1 - _ALIKE
    ).fit_predict(distance)
    groups: dict[int, list[int]] = defaultdict(list)
    for place, label in enumerate(labels.tolist()):
        groups[label].append(place)
    return sorted(groups.values(), key=lambda group: (-len(group), group[0]))


def _telling(
    members: Sequence[int],
    words: Sequence[frozenset[str]],
    people: Integers,
    known: Counter[str],
    n_known: int,
    least_people: int,
) -> list[str]:
    """Return the words that enough people of a group share and that are rare elsewhere, the most telling first."""
    said_by: dict[str, set[int]] = defaultdict(set)
    in_texts = Counter(word for place in members for word in words[place])
    for place in members:
        for word in words[place]:
            said_by[word].add(int(people[place]))
    said = Counter(word for each in words for word in each)
    scores = {}
    for word, owners in said_by.items():
        shared = len(owners) >= least_people and 2 * in_texts[word] > len(members)
        # What most say elsewhere is a manner of speaking.
        own = said[word] <= 2 * in_texts[word] and known[word] <= _RARE * n_known
        if shared and own and says_what(word, _COMMONEST):
            scores[word] = len(owners) * (1 + math.log((1 + n_known) / (1 + known[word])))
    return sorted(scores, key=lambda word: (-round(scores[word], 9), -len(word), word))
