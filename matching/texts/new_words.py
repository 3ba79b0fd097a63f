"""Words that a topic tree does not know: what people share who speak of something new."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import rjieba
from numpy.typing import NDArray

Words = Sequence[frozenset[str]]

# Share of the texts about known topics in which a new word may stand.
_UNKNOWN = 0.001
# Words that stand more often in the 60 million of the word list are spoken about everything.
_COMMONEST = 2500
# Nouns, verbs, adjectives and set phrases by the first letter of their class; others are how people talk.
_OF_CONTENT = frozenset("nvajil")
_PLACE_ENDINGS = ("里", "上", "下", "边", "头")
_OF_QUESTIONS = frozenset("没么哪那这些")
# Mean probability of what the texts were filed under, from which on they are rightly filed.
_SURE = 0.6
# A new matter is told by so large a share of all texts: in a large wave some share a rare word by chance.
_LEAST_SHARE = 0.005


def groups_by_new_words(
    places: Sequence[int],
    words: Words,
    people: NDArray[np.int64],
    confidence: NDArray[np.float64],
    known: Counter[str],
    n_known: int,
    least_people: int,
) -> list[tuple[list[str], list[int]]]:
    """Group texts that share a word of content which the topics' phrases lack, and were filed without conviction.

    Parameters
    ----------
    places : sequence of int
        The texts to group, ascending.
    words : sequence of frozenset of str, n_texts of them
        Words of two or more characters in each text.
    people : int array of shape (n_texts,)
        Who said it.
    confidence : float array of shape (n_texts,), in [0, 1]
        Probability of the topic under which each text was filed, 0 where it was left open.
    known : Counter of str
        In how many texts about known topics each word stands.
    n_known : int
        How many of these there are.
    least_people : int
        Fewer distinct people are no group.

    Returns
    -------
    list of (words, members): words with the one that makes the group first; each text in one group at most; groups
    of most people first.

    Notes
    -----
    Linear in the words.

    """
    texts_of: dict[str, list[int]] = {}
    for place in places:
        for word in words[place]:
            texts_of.setdefault(word, []).append(place)
    enough = max(least_people, int(np.ceil(_LEAST_SHARE * len(words))))
    candidates = [
        (word, members)
        for word, members in texts_of.items()
        if len(members) >= enough and known[word] <= _UNKNOWN * n_known and says_what(word, _COMMONEST)
    ]
    candidates.sort(key=lambda each: (-len(each[1]), round(float(confidence[each[1]].mean()), 9), each[0]))
    groups: list[tuple[list[str], list[int]]] = []
    taken: set[int] = set()
    for word, members in candidates:
        free = [place for place in members if place not in taken]
        if len({int(people[place]) for place in free}) < enough or confidence[free].mean() > _SURE:
            continue
        taken.update(free)
        shared = [
            other for other, also in candidates if other != word and len(set(free) & set(also)) >= enough
        ]
        groups.append(([word, *shared], free))
    return sorted(groups, key=lambda group: (-len({int(people[place]) for place in group[1]}), group[1][0]))


@lru_cache(maxsize=20_000)
def says_what(word: str, commonest: int) -> bool:
    """Tell whether a word says what a text is about: one of content, used at most so often in general Chinese.

    Words that the list lacks are as rare as any.
    """
    if word.endswith(_PLACE_ENDINGS) or not _OF_QUESTIONS.isdisjoint(word) or any(map(str.isdigit, word)):
        return False
    pieces = rjieba.tag(word)
    return bool(pieces[-1][1][0] in _OF_CONTENT and rjieba.suggest_freq(word) <= commonest)
