"""Which pairs are forbidden or pinned, as lists of pairs instead of a table of all pairs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .score_rows import IntArray, read_only, refuse

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class PairRules:
    """Forbidden pairs, one by one and by group.

    Attributes
    ----------
    n_mentors : int
        Number of columns.
    listed : int64 array of shape (n, 2)
        Forbidden (trainee, mentor) pairs, sorted, each once.
    trainee_group : int64 array of shape (n_trainees,), or None
        Code of each trainee's group, -1 for none: whoever shares a group with a mentor may not get that mentor.
    mentor_group : int64 array of shape (n_mentors,), or None
        Codes of the mentors.
    """

    n_mentors: int
    listed: IntArray
    trainee_group: IntArray | None = None
    mentor_group: IntArray | None = None

    @cached_property
    def _by_group(self) -> tuple[IntArray, IntArray]:
        """Mentors that have a group, sorted by it, and their groups."""
        group = np.zeros(0, np.int64) if self.mentor_group is None else self.mentor_group
        order = np.argsort(group, kind="stable")
        known = order[group[order] >= 0]
        return known, group[known]

    def forbidden_in(self, start: int, stop: int) -> tuple[IntArray, IntArray]:
        """Return rows (counted from `start`) and columns of the forbidden pairs; a pair may come twice."""
        listed = rows_of(self.listed, start, stop)
        if self.trainee_group is None:
            return listed[:, 0] - start, listed[:, 1]
        mentors, groups = self._by_group
        own = self.trainee_group[start:stop]
        first = np.searchsorted(groups, own, "left")
        counts = np.where(own >= 0, np.searchsorted(groups, own, "right") - first, 0)
        rows = np.repeat(np.arange(len(own)), counts)
        places = np.arange(len(rows)) + np.repeat(first - (np.cumsum(counts) - counts), counts)
        return np.concatenate([listed[:, 0] - start, rows]), np.concatenate([listed[:, 1], mentors[places]])

    def is_forbidden(self, pairs: IntArray) -> BoolArray:
        """Return whether each (trainee, mentor) pair is forbidden, shape (n_pairs,)."""
        forbidden: BoolArray = are_listed(pairs, rows_with(self.listed, pairs), self.n_mentors)
        if self.trainee_group is None or self.mentor_group is None:
            return forbidden
        own = self.trainee_group[pairs[:, 0]]
        forbidden |= (own >= 0) & (own == self.mentor_group[pairs[:, 1]])
        return forbidden

    def between(self, start: int, stop: int, closed: IntArray) -> PairRules:
        """Return the rules of some trainees, counted from 0 again; `closed` pairs are forbidden as well."""
        own = np.concatenate([rows_of(self.listed, start, stop), rows_of(closed, start, stop)])
        listed = read_only(own[np.argsort(pair_codes(own, self.n_mentors))] - np.array([start, 0]))
        group = None if self.trainee_group is None else self.trainee_group[start:stop]
        return PairRules(self.n_mentors, listed, group, self.mentor_group)


def rows_of(pairs: IntArray, start: int, stop: int) -> IntArray:
    """Return those of the sorted pairs whose trainee lies from `start` up to, not including, `stop`."""
    first, last = np.searchsorted(pairs[:, 0], [start, stop])
    return pairs[first:last]


def rows_with(listed: IntArray, pairs: IntArray) -> IntArray:
    """Return those of the sorted pairs whose trainee lies between the first and the last of other pairs."""
    if not len(pairs) or not len(listed):
        return listed[:0]
    return rows_of(listed, int(pairs[:, 0].min()), int(pairs[:, 0].max()) + 1)


def pair_list(name: str, given: ArrayLike | None, shape: tuple[int, int]) -> IntArray:
    """Return checked (trainee, mentor) pairs, sorted, each once; from pairs or a boolean table."""
    if given is None:
        return np.zeros((0, 2), dtype=np.int64)
    array = np.asarray(given)
    if array.dtype == np.bool_ and array.shape == shape:
        return np.argwhere(array).astype(np.int64)
    if array.size == 0:
        return np.zeros((0, 2), dtype=np.int64)
    if array.dtype.kind not in "iu" or array.ndim != 2 or array.shape[1] != 2:
        expected = f"a boolean array of shape {shape} or integer (trainee, mentor) pairs of shape (n, 2)"
        raise refuse(f"{name.upper()}_SHAPE", name, expected, f"{array.dtype} of shape {array.shape}")
    outside = ((array < 0) | (array >= np.array(shape))).any(axis=1)
    if outside.any():
        expected = f"pairs within {shape[0]} trainees and {shape[1]} mentors, counted from 0"
        raise refuse(f"{name.upper()}_OUT_OF_RANGE", name, expected, f"{array[outside][0].tolist()}")
    codes = np.unique(pair_codes(array.astype(np.int64), shape[1]))
    return np.stack([codes // shape[1], codes % shape[1]], axis=1)


def pair_table(name: str, given: ArrayLike | None, shape: tuple[int, int]) -> BoolArray:
    """Return the same as a boolean table of all pairs, a copy."""
    mask = np.zeros(shape, dtype=bool)
    if given is not None and np.asarray(given).dtype == np.bool_ and np.shape(given) == shape:
        mask[:] = given
        return mask
    pairs = pair_list(name, given, shape)
    mask[pairs[:, 0], pairs[:, 1]] = True
    return mask


def group_codes(given: tuple[ArrayLike, ArrayLike] | None, shape: tuple[int, int]) -> list[IntArray | None]:
    """Return checked copies of the groups of trainees and of mentors."""
    if given is None:
        return [None, None]
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        expected = "two arrays of codes: of the trainees and of the mentors"
        raise refuse("SAME_GROUP_SHAPE", "same_group", expected, type(given).__name__)
    codes: list[IntArray | None] = []
    for each, length, who in zip(given, shape, ("trainee", "mentor"), strict=True):
        array = np.asarray(each)
        if array.shape != (length,) or (array.size and array.dtype.kind not in "iu"):
            expected = f"an integer code per {who}, shape ({length},), -1 for none"
            raise refuse("SAME_GROUP_SHAPE", "same_group", expected, f"{array.dtype} of shape {array.shape}")
        codes.append(read_only(array.astype(np.int64)))
    return codes


def pair_codes(pairs: IntArray, n_mentors: int) -> IntArray:
    """Return a number for each (trainee, mentor) pair of shape (n_pairs, 2), of the same order."""
    codes: IntArray = pairs[:, 0] * np.int64(n_mentors) + pairs[:, 1]
    return codes


def are_among(pairs: IntArray, others: IntArray, n_mentors: int) -> BoolArray:
    """Return which (trainee, mentor) pairs of shape (n_pairs, 2) are also in `others`, of shape (n, 2)."""
    return np.isin(pair_codes(pairs, n_mentors), pair_codes(others, n_mentors))


def are_listed(pairs: IntArray, listed: IntArray, n_mentors: int) -> BoolArray:
    """Return the same where `listed` is sorted, which takes less time."""
    codes, known = pair_codes(pairs, n_mentors), pair_codes(listed, n_mentors)
    if not len(known):
        return np.zeros(len(codes), dtype=bool)
    found: BoolArray = known[np.minimum(np.searchsorted(known, codes), len(known) - 1)] == codes
    return found
