"""Limits on how many pairs may fall on a group of trainees, a kind of mentor or several columns together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from .score_rows import IntArray, refuse

_Rule = TypeVar("_Rule", "GroupQuota", "KindLimit", "ColumnGroups")


@dataclass(frozen=True, eq=False)
class GroupQuota:
    """At most so many trainees of a group with one mentor.

    Attributes
    ----------
    labels : integer array of shape (n_trainees,)
        Group of each trainee (county, role), counted from 0; -1 for a trainee in no group.
    limit : integer or integer array
        Most pairs; spread by NumPy's rules to shape (n_mentors, n_groups): one number, one per group, or one
        per mentor as (n_mentors, 1).
    mentors : integer array of shape (n_mentors,), optional
        Columns with the same label count together (the weeks of one mentor, the mentors of one town); -1 for
        a column that is not counted. Then `limit` has a row per label.

    Examples
    --------
    >>> from matching import AssignmentProblem, assign
    >>> quota = GroupQuota([0, 0, 1], limit=1)
    >>> problem = AssignmentProblem.from_scores([[3, 1], [2, 1], [1, 0]], [2, 2], groups=quota)
    >>> assign(problem).pairs.tolist()
    [[0, 0], [1, 1], [2, 0]]
    """

    labels: ArrayLike
    limit: ArrayLike
    mentors: ArrayLike | None = None


@dataclass(frozen=True, eq=False)
class KindLimit:
    """At most so many mentors of a kind for one trainee (双导师: one of theory, one of practice).

    Attributes
    ----------
    labels : integer array of shape (n_mentors,)
        Kind of each mentor, counted from 0; -1 for a mentor of no kind.
    limit : integer or integer array, default 1
        Most mentors; spread by NumPy's rules to shape (n_trainees, n_kinds).

    Examples
    --------
    >>> from matching import AssignmentProblem, assign
    >>> problem = AssignmentProblem.from_scores([[5, 4, 1]], [1, 1, 1], need=2, kinds=KindLimit([0, 0, 1]))
    >>> assign(problem).pairs.tolist()
    [[0, 0], [0, 2]]
    """

    labels: ArrayLike
    limit: ArrayLike = 1


@dataclass(frozen=True, eq=False)
class ColumnGroups:
    """At most and at least so many pairs over several columns together (a mentor's total over the weeks).

    Attributes
    ----------
    labels : integer array of shape (n_mentors,)
        Group of each column, counted from 0; -1 for a column of no group.
    capacity : integer or integer array of shape (n_groups,)
        Most pairs in all.
    minimum : integer or integer array of shape (n_groups,), default 0
        Fewest pairs in all.

    Examples
    --------
    >>> from matching import AssignmentProblem, assign
    >>> weeks_of_one_mentor = ColumnGroups([0, 0], capacity=1)
    >>> problem = AssignmentProblem.from_scores([[3, 1], [2, 1]], [1, 1], column_groups=weeks_of_one_mentor)
    >>> assign(problem).pairs.tolist()
    [[0, 0]]
    """

    labels: ArrayLike
    capacity: ArrayLike
    minimum: ArrayLike = 0


@dataclass(frozen=True, eq=False)
class Quota:
    """Limits on the number of pairs in each cell of labelled trainees × labelled mentors.

    Attributes
    ----------
    parameter : str
        Where it came from: ``"groups"``, ``"kinds"`` or ``"column_groups"``.
    rows, columns : int64 arrays of shape (n_trainees,) and (n_mentors,)
        Labels from 0; -1 stands outside every cell.
    limit, minimum : int64 arrays of shape (n_row_labels, n_column_labels)
        Most and fewest pairs in each cell.
    """

    parameter: str
    rows: IntArray
    columns: IntArray
    limit: IntArray
    minimum: IntArray

    def cells(self, trainees: IntArray, mentors: IntArray) -> IntArray:
        """Return the flat cell of each pair, -1 for none; `trainees` and `mentors` broadcast."""
        row, column = self.rows[trainees], self.columns[mentors]
        cell: IntArray = np.where((row < 0) | (column < 0), -1, row * self.limit.shape[1] + column)
        return cell

    def counts(self, pairs: IntArray) -> IntArray:
        """Return how many of the pairs, shape (n_pairs, 2), fall in each cell; shape of `limit`."""
        cell = self.cells(pairs[:, 0], pairs[:, 1])
        found: IntArray = np.bincount(cell[cell >= 0], minlength=self.limit.size)
        return found.reshape(self.limit.shape)

    def free_limit(self, pinned: IntArray) -> IntArray:
        """Return what each cell may still take once the pins hold."""
        return self.limit - self.counts(pinned)

    def free_minimum(self, pinned: IntArray) -> IntArray:
        """Return what each cell must still get once the pins hold."""
        rest: IntArray = np.maximum(self.minimum - self.counts(pinned), 0)
        return rest


Groups = GroupQuota | tuple[ArrayLike, ArrayLike]
Kinds = KindLimit | tuple[ArrayLike, ArrayLike]
Columns = ColumnGroups | tuple[ArrayLike, ...]


def quotas(
    shape: tuple[int, int],
    groups: Groups | Sequence[Groups] | None,
    kinds: Kinds | Sequence[Kinds] | None,
    column_groups: Columns | Sequence[Columns] | None,
) -> tuple[Quota, ...]:
    """Return the quotas of a problem of `shape` (n_trainees, n_mentors): groups, kinds, column groups.

    Raises
    ------
    ProblemError
        With a `code` of its own for every kind of mistake.
    """
    found = [_group_quota(shape, _as(GroupQuota, "groups", given)) for given in _several(groups)]
    found += [_kind_quota(shape, _as(KindLimit, "kinds", given)) for given in _several(kinds)]
    found += [
        _column_quota(shape, _as(ColumnGroups, "column_groups", given)) for given in _several(column_groups)
    ]
    return tuple(found)


def _several(given: object) -> list[object]:
    if given is None:
        return []
    return list(given) if isinstance(given, list) else [given]


def _as(kind: type[_Rule], parameter: str, given: object) -> _Rule:
    if isinstance(given, kind):
        return given
    if isinstance(given, tuple) and 2 <= len(given) <= 3:
        return kind(*given)
    expected = f"{kind.__name__}(labels, …), a tuple (labels, limit), or a list of these"
    raise refuse(f"{parameter.upper()}_KIND", parameter, expected, type(given).__name__)


def _group_quota(shape: tuple[int, int], given: GroupQuota) -> Quota:
    rows = _labels("groups", given.labels, shape[0], "trainee")
    columns = (
        np.arange(shape[1]) if given.mentors is None else _labels("groups", given.mentors, shape[1], "mentor")
    )
    size = (_n_labels(columns) if given.mentors is not None else shape[1], _n_labels(rows))
    limit = _numbers("groups", "limit", given.limit, size).T
    return _quota("groups", rows, columns, limit, np.zeros_like(limit))


def _kind_quota(shape: tuple[int, int], given: KindLimit) -> Quota:
    columns = _labels("kinds", given.labels, shape[1], "mentor")
    limit = _numbers("kinds", "limit", given.limit, (shape[0], _n_labels(columns)))
    return _quota("kinds", np.arange(shape[0]), columns, limit, np.zeros_like(limit))


def _column_quota(shape: tuple[int, int], given: ColumnGroups) -> Quota:
    columns = _labels("column_groups", given.labels, shape[1], "mentor")
    size = (1, _n_labels(columns))
    limit = _numbers("column_groups", "capacity", given.capacity, size)
    minimum = _numbers("column_groups", "minimum", given.minimum, size)
    over = np.argwhere(minimum > limit)
    if len(over):
        group = over[0][1]
        came = f"minimum {minimum[0, group]} and capacity {limit[0, group]} for group {group}"
        expected = "minimums that are at most the capacity of the group"
        raise refuse("COLUMN_GROUPS_MINIMUM_OVER_CAPACITY", "column_groups", expected, came)
    return _quota("column_groups", np.zeros(shape[0], np.int64), columns, limit, minimum)


def _quota(parameter: str, rows: IntArray, columns: IntArray, limit: IntArray, minimum: IntArray) -> Quota:
    arrays = [np.array(array, dtype=np.int64) for array in (rows, columns, limit, minimum)]
    for array in arrays:
        array.setflags(write=False)
    return Quota(parameter, *arrays)


def _n_labels(labels: IntArray) -> int:
    return int(labels.max(initial=-1)) + 1


def _labels(parameter: str, given: ArrayLike, length: int, who: str) -> IntArray:
    array = np.asarray(given)
    code = f"{parameter.upper()}_LABELS"
    if array.shape != (length,):
        expected = f"given with an integer label for each {who}, shape ({length},)"
        raise refuse(f"{code}_SHAPE", parameter, expected, f"shape {array.shape}")
    if array.size and array.dtype.kind not in "iu":
        expected = f"given with whole numbers as labels of each {who}"
        raise refuse(f"{code}_NOT_WHOLE", parameter, expected, f"dtype {array.dtype}")
    outside = (array < -1) | (array >= length)
    if outside.any():
        expected = f"given with labels from 0 to {length - 1}, or -1 for none"
        raise refuse(f"{code}_OUT_OF_RANGE", parameter, expected, str(array[outside][0]))
    return array.astype(np.int64)


def _numbers(parameter: str, name: str, given: ArrayLike, size: tuple[int, int]) -> IntArray:
    array = np.asarray(given)
    code = f"{parameter.upper()}_{name.upper()}"
    if array.size and (array.dtype.kind not in "iuf" or not np.array_equal(array, np.rint(array))):
        expected = f"given with whole numbers as {name}"
        raise refuse(f"{code}_NOT_WHOLE", parameter, expected, f"{array.ravel().tolist()[:5]}")
    if (array < 0).any():
        raise refuse(f"{code}_NEGATIVE", parameter, f"given with a {name} of zero or more", f"{array.min()}")
    try:
        spread = np.broadcast_to(array, size)
    except ValueError:
        expected = f"given with a {name} that spreads to shape {size}"
        raise refuse(f"{code}_SHAPE", parameter, expected, f"shape {array.shape}") from None
    # A limit above 2³¹ never binds and would only overflow.
    numbers: IntArray = np.minimum(spread, 2**31).astype(np.int64)
    return numbers


def check_quotas(rules: tuple[Quota, ...], pinned: IntArray, minimum_load: IntArray) -> None:
    """Refuse pins and minimum loads that a quota has no room for.

    Raises
    ------
    ProblemError
        PINS_OVER_GROUPS, PINS_OVER_KINDS, PINS_OVER_COLUMN_GROUPS or MINIMUM_OVER_COLUMN_GROUP.
    """
    for rule in rules:
        counts = rule.counts(pinned)
        over = np.argwhere(counts > rule.limit)
        if len(over):
            row, column = over[0]
            name, limit = _cell_name(rule, row, column), rule.limit[row, column]
            came = f"{counts[row, column]} pins where {name} is {limit}"
            code = f"PINS_OVER_{rule.parameter.upper()}"
            raise refuse(code, "pinned", f"within the limits of '{rule.parameter}'", came)
        if rule.parameter == "column_groups":
            _check_column_minimum(rule, minimum_load)


def _check_column_minimum(rule: Quota, minimum_load: IntArray) -> None:
    inside = rule.columns >= 0
    needed = np.bincount(rule.columns[inside], minimum_load[inside], rule.limit.shape[1])
    over = np.flatnonzero(needed > rule.limit[0])
    if len(over):
        came = (
            f"{needed[over[0]]:.0f} in the columns of group {over[0]} with capacity {rule.limit[0, over[0]]}"
        )
        expected = "at most the capacity of the column group, summed over its columns"
        raise refuse("MINIMUM_OVER_COLUMN_GROUP", "minimum_load", expected, came)


def _cell_name(rule: Quota, row: int, column: int) -> str:
    words = {
        "groups": f"the limit of group {row} with mentor {column}",
        "kinds": f"the limit of trainee {row} for kind {column}",
        "column_groups": f"the capacity of column group {column}",
    }
    return words[rule.parameter]
