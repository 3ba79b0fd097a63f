"""The assignment problem: who may be matched with whom, how often, and what each pair is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .exclusions import Exclusion
from .factor_rows import FactorRows
from .loads import ColumnLoads
from .pair_rules import BoolArray, PairRules, group_codes, pair_list, pair_table
from .pairs_by_rows import PairsByRows
from .problem_limits import check_pins, limits_of
from .quotas import Columns, Groups, Kinds, Quota, check_quotas, quotas
from .rewarded_blocks import RewardedBlocks
from .score_rows import (
    LARGEST_SUM,
    LONGEST_CHAIN,
    MICRO,
    IntArray,
    ScoreBlocks,
    ScoreRows,
    check_size,
    refuse,
    score_units,
)

__all__ = ["MICRO", "AssignmentProblem", "BoolArray", "IntArray"]


@dataclass(frozen=True, eq=False)
class AssignmentProblem(PairsByRows):
    """Scores, capacities and rules of one joint match, validated and frozen.

    Build it with :meth:`from_scores`, or, where the scores of all pairs together are too many to hold, with
    :meth:`from_blocks` or :meth:`from_factors`. Scores are held as integers so that an optimum can be proven
    without rounding: a float score in millionths (or finer, where none reaches 0.001), an integer as it is.

    Attributes
    ----------
    units : int64 array of shape (n_trainees, n_mentors)
        Scores in whole units.
    units_per_score : int
        1 000 000 for float scores, more where all are tiny, 1 for integer scores.
    open : bool array of shape (n_trainees, n_mentors)
        True where the pair may be chosen freely: neither forbidden nor pinned.
    forbidden : bool array of shape (n_trainees, n_mentors)
        Pairs that must not be chosen.
    pinned : int64 array of shape (n_pins, 2)
        (trainee, mentor) pairs that must be chosen, in row order. A pin uses a place like any other pair.
    capacity, minimum_load : int64 arrays of shape (n_mentors,)
        Most and fewest trainees per mentor.
    need : int64 array of shape (n_trainees,)
        How many different mentors each trainee is to have.
    blocks, rules : optional
        Where scores and bans come from in a problem of blocks; `units`, `open` and `forbidden` are then made
        when first asked for, up to 10 million pairs. :meth:`rows` works for any size.
    quotas, exclusions, evened : optional
        Limits on groups, kinds and columns together; persons on both sides; columns that are one mentor's load.

    Notes
    -----
    Memory: 10 bytes a pair; of a problem of blocks only its limits and listed pairs. The caller's arrays are
    copied, never changed. Rows and columns are named by position; among equally good assignments the order of
    rows and columns decides, so sort them by a natural key (community, name) to get the same pairs for the
    same people whatever the order of the source file.

    Examples
    --------
    >>> problem = AssignmentProblem.from_scores([[0.9, 0.2], [0.8, 0.7]], capacity=[1, 1])
    >>> problem.n_trainees, problem.n_mentors
    (2, 2)
    """

    units: IntArray
    units_per_score: int
    open: BoolArray
    forbidden: BoolArray
    pinned: IntArray
    capacity: IntArray
    minimum_load: IntArray
    need: IntArray
    blocks: ScoreBlocks | RewardedBlocks | None = None
    rules: PairRules | None = None
    quotas: tuple[Quota, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    evened: ColumnLoads | None = None

    @classmethod
    def from_scores(
        cls,
        scores: ArrayLike,
        capacity: ArrayLike,
        minimum_load: ArrayLike | None = None,
        need: int | ArrayLike = 1,
        forbidden: ArrayLike | None = None,
        pinned: ArrayLike | None = None,
        groups: Groups | Sequence[Groups] | None = None,
        kinds: Kinds | Sequence[Kinds] | None = None,
        column_groups: Columns | Sequence[Columns] | None = None,
    ) -> AssignmentProblem:
        """Build a problem from a score for every pair.

        Parameters
        ----------
        scores : array of shape (n_trainees, n_mentors)
            Worth of each pair, float (rounded to six decimals) or integer; higher is better, may be negative.
        capacity : integer array of shape (n_mentors,)
            Most trainees each mentor takes, zero or more.
        minimum_load : integer array of shape (n_mentors,), optional
            Fewest trainees each mentor must get; 0 when left out.
        need : int or integer array of shape (n_trainees,), default 1
            Different mentors per trainee.
        forbidden, pinned : optional
            Boolean array of shape (n_trainees, n_mentors), or integer (trainee, mentor) pairs of shape (n,
            2).
        groups : GroupQuota, (labels, limit), or a list of these, optional
            At most so many trainees of a group with each mentor.
        kinds : KindLimit, (labels, limit), or a list of these, optional
            At most so many mentors of a kind for each trainee.
        column_groups : ColumnGroups, (labels, capacity) or (labels, capacity, minimum), or a list of these
            At most, and at least, so many pairs over several columns together.

        Raises
        ------
        ProblemError
            With a `code` of its own for every kind of mistake.
        """
        units, units_per_score = score_units(scores)
        shape = units.shape[0], units.shape[1]
        limits, minimum, needs = limits_of(capacity, minimum_load, need, shape)
        closed, pins = pair_table("forbidden", forbidden, shape), pair_list("pinned", pinned, shape)
        check_pins(pins, closed[pins[:, 0], pins[:, 1]], limits, needs)
        free = ~closed
        free[pins[:, 0], pins[:, 1]] = False
        arrays = (units, free, closed, pins, limits, minimum, needs)
        for array in arrays:
            array.setflags(write=False)
        rules = quotas(shape, groups, kinds, column_groups)
        check_quotas(rules, pins, minimum)
        problem = cls(units, units_per_score, *arrays[1:], quotas=rules)
        if rules:
            size, n_nodes = abs(units).max(initial=0), shape[1] + problem.n_cells
            check_size(3.0 * size, (shape[0], n_nodes), "scores", 3 * units_per_score)
        return problem

    @classmethod
    def from_blocks(
        cls,
        score_rows: ScoreRows,
        n_trainees: int,
        capacity: ArrayLike,
        minimum_load: ArrayLike | None = None,
        need: int | ArrayLike = 1,
        forbidden: ArrayLike | None = None,
        pinned: ArrayLike | None = None,
        same_group: tuple[ArrayLike, ArrayLike] | None = None,
        largest: float | None = None,
    ) -> AssignmentProblem:
        """Build a problem from a function that scores some rows of trainees against all mentors.

        Parameters
        ----------
        score_rows : callable (start, stop) -> array of shape (stop - start, n_mentors)
            Scores of the trainees from `start` up to, not including, `stop`, as in :meth:`from_scores`. Called
            many times, from several threads, always with the same groups of rows. A cluster gets it whole.
        n_trainees : int
            Number of rows.
        capacity, minimum_load, need
            As in :meth:`from_scores`.
        forbidden, pinned : integer arrays of shape (n, 2), optional
            (trainee, mentor) pairs.
        same_group : (trainee_group, mentor_group), optional
            Integer codes of shapes (n_trainees,) and (n_mentors,); a pair of the same group may **not** be
            chosen, as where a mentor must come from another community; -1 stands for no group.
        largest : float, optional
            No score is larger than this in size; when left out, one pass finds it and six decimals are kept.

        Raises
        ------
        ProblemError
            As :meth:`from_scores`; for a wrong score when its rows are first used.

        Examples
        --------
        >>> import numpy as np
        >>> from matching import MentorAffinity, TraineeTable
        >>> trainees = TraineeTable(np.array([[0.2, 0.6], [0.9, 0.1], [0.5, 0.5]]))
        >>> affinity = MentorAffinity().fit(np.array([[1.0, 0.0], [0.5, 0.5]]))
        >>> problem = AssignmentProblem.from_blocks(
        ...     lambda start, stop: affinity.transform(trainees.rows(start, stop)),
        ...     len(trainees), capacity=[1, 2], same_group=([7, 8, -1], [8, 7]), largest=1.0)
        >>> problem.rows(0, 2)[1].tolist()
        [[True, False], [False, True]]
        """
        if isinstance(n_trainees, bool) or not isinstance(n_trainees, int | np.integer) or n_trainees < 0:
            raise refuse("N_TRAINEES", "n_trainees", "a whole number of zero or more", repr(n_trainees))
        if not callable(score_rows):
            expected = "a function (start, stop) -> array of shape (stop - start, n_mentors)"
            raise refuse("SCORE_ROWS_NOT_CALLABLE", "score_rows", expected, type(score_rows).__name__)
        if largest is not None and not (
            isinstance(largest, int | float | np.number) and 0 <= largest < np.inf
        ):
            raise refuse("LARGEST_RANGE", "largest", "a finite number of zero or more", repr(largest))
        blocks = ScoreBlocks.of(score_rows, int(n_trainees), int(np.size(capacity)), largest)
        return cls._of_blocks(blocks, capacity, minimum_load, need, forbidden, pinned, same_group)

    @classmethod
    def from_factors(
        cls,
        U: ArrayLike,
        V: ArrayLike,
        capacity: ArrayLike,
        minimum_load: ArrayLike | None = None,
        need: int | ArrayLike = 1,
        forbidden: ArrayLike | None = None,
        pinned: ArrayLike | None = None,
        same_group: tuple[ArrayLike, ArrayLike] | None = None,
    ) -> AssignmentProblem:
        """Build a problem whose scores are U @ V.T, without ever holding them all.

        Parameters
        ----------
        U, V : float arrays of shape (n_trainees, n_factors) and (n_mentors, n_factors)
            Factors of the scores; copied.
        capacity, minimum_load, need, forbidden, pinned, same_group
            As in :meth:`from_blocks`.

        Raises
        ------
        ProblemError
            With a `code` of its own for every kind of mistake.

        Examples
        --------
        >>> problem = AssignmentProblem.from_factors([[1.0, 0.5], [0.0, 1.0]], [[0.5, 0.2], [0.3, 0.9]], [1, 1])
        >>> problem.rows(0, 2)[0].tolist()
        [[600000, 750000], [200000, 900000]]
        """
        rows = FactorRows.of(U, V)
        n_trainees, n_mentors = len(rows.trainees), len(rows.mentors)
        if np.size(capacity) != n_mentors:
            expected = f"an integer array of shape ({n_mentors},)"
            raise refuse("CAPACITY_SHAPE", "capacity", expected, f"shape {np.shape(capacity)}")
        blocks = ScoreBlocks(rows, n_trainees, n_mentors, rows.largest, "U, V")
        return cls._of_blocks(blocks, capacity, minimum_load, need, forbidden, pinned, same_group)

    @classmethod
    def _of_blocks(
        cls,
        blocks: ScoreBlocks,
        capacity: ArrayLike,
        minimum_load: ArrayLike | None,
        need: int | ArrayLike,
        forbidden: ArrayLike | None,
        pinned: ArrayLike | None,
        same_group: tuple[ArrayLike, ArrayLike] | None,
    ) -> AssignmentProblem:
        shape = (blocks.n_trainees, blocks.n_mentors)
        limits, minimum, needs = limits_of(capacity, minimum_load, need, shape)
        listed, pins = pair_list("forbidden", forbidden, shape), pair_list("pinned", pinned, shape)
        rules = PairRules(shape[1], listed, *group_codes(same_group, shape))
        check_pins(pins, rules.is_forbidden(pins), limits, needs)
        for array in (listed, pins, limits, minimum, needs):
            array.setflags(write=False)
        if blocks.given_largest is not None:
            check_size(blocks.largest, shape, blocks.parameter, blocks.units_per_score, LONGEST_CHAIN)
        unset: Any = None
        return cls(unset, blocks.units_per_score, unset, unset, pins, limits, minimum, needs, blocks, rules)

    @property
    def free_need(self) -> IntArray:
        """Mentors each trainee still needs once the pins hold, shape (n_trainees,)."""
        return self.need - np.bincount(self.pinned[:, 0], minlength=self.n_trainees)

    @property
    def free_capacity(self) -> IntArray:
        """Places each mentor still has once the pins hold, shape (n_mentors,)."""
        return self.capacity - np.bincount(self.pinned[:, 1], minlength=self.n_mentors)

    @property
    def free_minimum(self) -> IntArray:
        """Trainees each mentor must still get once the pins hold, shape (n_mentors,)."""
        pins = np.bincount(self.pinned[:, 1], minlength=self.n_mentors)
        rest: IntArray = np.maximum(self.minimum_load - pins, 0)
        return rest

    @property
    def step(self) -> int:
        """More units than any chain of exchanges can win or lose; one matched place is worth this much."""
        needed = 8 * (self.largest + 1) * (self.n_mentors + self.n_cells + 3)
        return min(needed, LARGEST_SUM // (2 * (self.n_trainees + self.n_mentors + 3)))

    @property
    def n_cells(self) -> int:
        """Number of limits that the quotas add."""
        return sum(quota.limit.size for quota in self.quotas)

    def with_pin(self, trainee: int, mentor: int) -> AssignmentProblem:
        """Return the same problem with one more pinned pair.

        Raises
        ------
        ProblemError
            If the pair is forbidden or the pin exceeds the mentor's capacity or the trainee's need.
        """
        shape = (self.n_trainees, self.n_mentors)
        pins = pair_list("pinned", np.concatenate([self.pinned, [[trainee, mentor]]]), shape)
        check_pins(pins, self.is_forbidden(pins), self.capacity, self.need)
        check_quotas(self.quotas, pins, self.minimum_load)
        pins.setflags(write=False)
        changes: dict[str, Any] = {"pinned": pins}
        if self.is_dense:
            free = self.open.copy()
            free[trainee, mentor] = False
            free.setflags(write=False)
            changes["open"] = free
        return self.with_values(**changes)

    def with_values(self, **changes: Any) -> AssignmentProblem:
        """Return a copy with other values; arrays of a problem of blocks that were never made stay so."""
        values = vars(self)
        kept: dict[str, Any] = {
            each.name: values.get(f"_{each.name}", values.get(each.name)) for each in fields(self)
        }
        return AssignmentProblem(**(kept | changes))
