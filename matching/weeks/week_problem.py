"""Who with whom in which week: an assignment whose columns are a mentor in a week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from ..problem.assignment_problem import AssignmentProblem, BoolArray, IntArray
from ..problem.loads import ColumnLoads
from ..problem.pair_rules import pair_list
from ..problem.quotas import ColumnGroups, Columns, Groups, KindLimit, Quota, check_quotas
from .week_arguments import (
    booked_places,
    fixed_pairs,
    free_weeks,
    trainee_labels,
    week_pins,
    weekly_places,
)
from .week_limits import exclusions, one_each, spread

_Place = TypeVar("_Place", int, IntArray)


@dataclass(frozen=True, eq=False)
class WeekProblem:
    """Trainees, mentors and the weeks in which each is free.

    Build it with :meth:`from_scores`. Its `problem` is an ordinary one whose column ``mentor * n_weeks + week``
    is that mentor in that week, so :func:`assign`, :func:`verify`, :func:`prices` and :func:`rematch` work on
    it as on any other; :func:`assign_weeks` also takes the earliest weeks.

    Attributes
    ----------
    problem : AssignmentProblem
        Over the columns mentor × week.
    mentor_weeks : bool array of shape (n_mentors, n_weeks)
        Weeks in which each mentor is free.
    trainee_weeks : bool array of shape (n_trainees, n_weeks)
        Weeks in which each trainee is free.
    capacity, weekly_capacity : int64 arrays of shape (n_mentors,)
        Most trainees of each mentor in all weeks together, and in one week.
    booked : int64 array of shape (n_mentors, n_weeks)
        Trainees from elsewhere whom each mentor already has in each week; they take places of that week only.
    forbidden : bool array of shape (n_trainees, n_mentors)
        Pairs that are forbidden in every week.
    lifted : bool array of shape (n_trainees,)
        Trainees of `pinned_pairs`.
    lift : float
        What a pair of such a trainee counts more in `problem` than its score.
    pairs : AssignmentProblem
        The same scores, capacities and limits without any week.
    fixed : bool array of shape (n_trainees, n_mentors)
        `pinned_pairs`.
    trainee_of : int64 array of shape (n_trainees,)
        Rows with the same label are one person: never in one week twice, and never with one mentor twice.
    loose : AssignmentProblem
        `problem` without the rules that are no flow; the same object where there are none.
    same_person : int64 array of shape (n, 2)
        (row, mentor) who are one person.

    Notes
    -----
    Nobody is booked twice: a mentor has at most the weekly capacity in a week, and a trainee one week for each
    mentor needed. With one mentor per trainee this is one flow; two mentors or more per trainee must also
    differ in their weeks; that is a flow where every mentor has a single week, and else an integer programme.
    Memory: 10 bytes for every trainee, mentor and week.

    A pair that must be chosen in whichever week is no pin of a column. Its trainee may have no other mentor, and
    counts `lift` more than all other pairs together could win by leaving the trainee out: of the sets of trainees
    that can be matched, which form a matroid, one of the largest with the highest sum holds them all.

    Examples
    --------
    >>> from matching import assign_weeks
    >>> weeks = WeekProblem.from_scores([[0.9], [0.8]], capacity=[2], mentor_weeks=[[True, False, True]])
    >>> sorted(assign_weeks(weeks).bookings[:, 2].tolist())
    [0, 2]
    """

    problem: AssignmentProblem
    mentor_weeks: BoolArray
    trainee_weeks: BoolArray
    capacity: IntArray
    weekly_capacity: IntArray
    booked: IntArray
    forbidden: BoolArray
    lifted: BoolArray
    lift: float
    pairs: AssignmentProblem
    fixed: BoolArray
    trainee_of: IntArray
    loose: AssignmentProblem
    same_person: IntArray

    @classmethod
    def from_scores(
        cls,
        scores: ArrayLike,
        capacity: ArrayLike,
        mentor_weeks: ArrayLike,
        trainee_weeks: ArrayLike | None = None,
        weekly_capacity: int | ArrayLike = 1,
        minimum_load: ArrayLike | None = None,
        need: int | ArrayLike = 1,
        forbidden: ArrayLike | None = None,
        pinned: ArrayLike | None = None,
        pinned_pairs: ArrayLike | None = None,
        booked: ArrayLike | None = None,
        groups: Groups | Sequence[Groups] | None = None,
        column_groups: Columns | Sequence[Columns] | None = None,
        same_trainee: ArrayLike | None = None,
        same_person: ArrayLike | None = None,
    ) -> WeekProblem:
        """Build a problem from a score for every pair, the same in every week.

        Parameters
        ----------
        scores : array of shape (n_trainees, n_mentors)
            As in :meth:`AssignmentProblem.from_scores`.
        capacity : integer array of shape (n_mentors,)
            Most trainees of each mentor in all weeks together.
        mentor_weeks : bool array of shape (n_mentors, n_weeks)
            Weeks in which each mentor is free, in the order of time.
        trainee_weeks : bool array of shape (n_trainees, n_weeks), optional
            Weeks in which each trainee is free; all when left out.
        weekly_capacity : int or integer array of shape (n_mentors,), default 1
            Most trainees of each mentor in one week.
        minimum_load : integer array of shape (n_mentors,), optional
            Fewest trainees of each mentor in all weeks together.
        need : int or integer array of shape (n_trainees,), default 1
            Different mentors per trainee, each in a week of its own.
        forbidden : optional
            Boolean array of shape (n_trainees, n_mentors), or integer pairs of shape (n, 2).
        pinned : integer array of shape (n, 3), optional
            (trainee, mentor, week) that must be chosen; both must be free in that week.
        pinned_pairs : integer array of shape (n, 2), optional
            (trainee, mentor) that must be chosen, in whichever week; the trainee needs one mentor only.
        booked : integer array of shape (n_mentors, n_weeks), optional
            Trainees from elsewhere whom a mentor already has in a week; none when left out.
        groups, column_groups : optional
            As in :meth:`AssignmentProblem.from_scores`, over mentors: weeks count together.
        same_trainee : integer array of shape (n_trainees,), optional
            A label of each row: rows with the same label are seats of one trainee, which are filled by different
            mentors in different weeks.
        same_person : integer array of shape (n, 2), optional
            (trainee, mentor) who are one person: in no week on both sides. A week in which pins have somebody on
            both sides stays as it is.

        Raises
        ------
        ProblemError
            With a `code` of its own for every kind of mistake.
        """
        pairs = AssignmentProblem.from_scores(
            scores, capacity, minimum_load, need, forbidden, groups=groups, column_groups=column_groups
        )
        free_mentors = free_weeks("mentor_weeks", mentor_weeks, pairs.n_mentors, None)
        n_weeks = free_mentors.shape[1]
        everybody = np.ones((pairs.n_trainees, n_weeks), dtype=bool)
        free_trainees = everybody
        if trainee_weeks is not None:
            free_trainees = free_weeks("trainee_weeks", trainee_weeks, pairs.n_trainees, n_weeks)
        weekly = weekly_places(weekly_capacity, pairs.n_mentors)
        taken = booked_places(booked, free_mentors.shape)
        closed = pairs.forbidden[:, :, None] | ~free_trainees[:, None, :]
        places = np.where(free_mentors, np.maximum(weekly[:, None] - taken, 0), 0)
        fixed = fixed_pairs(pinned_pairs, pairs)
        lifted: BoolArray = np.asarray(fixed.any(axis=1))
        closed = closed | (lifted[:, None] & ~fixed)[:, :, None]
        # Above what any choice of all other pairs can win.
        lift = pairs.n_trainees * int(np.abs(pairs.units).max(initial=0)) + 1 if lifted.any() else 0
        mentor_of, week_of = np.divmod(np.arange(places.size), max(n_weeks, 1))
        kinds = None
        if pairs.need.max(initial=0) > 1:
            # Weeks without the mentor, which have no place anyway, would make the two limits cross.
            closed = closed | ~free_mentors
            kinds = [KindLimit(mentor_of, 1), KindLimit(week_of, 1)]
        problem = AssignmentProblem.from_scores(
            np.repeat(pairs.units + lifted[:, None] * np.int64(lift), n_weeks, axis=1),
            places.ravel(),
            need=pairs.need,
            forbidden=closed.reshape(pairs.n_trainees, places.size),
            pinned=week_pins(pinned, closed, places),
            kinds=kinds,
            column_groups=ColumnGroups(mentor_of, *_totals(pairs, n_weeks)),
        )
        whose = trainee_labels(same_trainee, pairs.n_trainees)
        problem = replace(problem, units_per_score=pairs.units_per_score)
        loose = replace(
            problem,
            quotas=(*problem.quotas, *spread(pairs.quotas, mentor_of, "column_groups")),
            evened=ColumnLoads(mentor_of, np.minimum(pairs.capacity, places.sum(axis=1))),
        )
        crossing = (*spread(pairs.quotas, mentor_of, "groups"), *one_each(whose, mentor_of, week_of))
        people = pair_list("same_person", same_person, (pairs.n_trainees, pairs.n_mentors))
        apart = exclusions(people, whose, places, problem.pinned)
        problem = loose
        if crossing or apart:
            problem = replace(loose, quotas=(*loose.quotas, *crossing), exclusions=apart)
        check_quotas(problem.quotas, problem.pinned, problem.minimum_load)
        for array in (free_mentors, free_trainees, weekly, taken, lifted, fixed, whose):
            array.setflags(write=False)
        return cls(
            problem,
            free_mentors,
            free_trainees,
            pairs.capacity,
            weekly,
            taken,
            pairs.forbidden,
            lifted,
            lift / pairs.units_per_score,
            pairs,
            fixed,
            whose,
            loose,
            people,
        )

    @property
    def is_flow(self) -> bool:
        """True where nothing but free weeks and places limits mentors in weeks: one flow chooses both."""
        return self.problem is self.loose

    @property
    def places(self) -> IntArray:
        """Places of each mentor in each week, int64 of shape (n_mentors, n_weeks)."""
        return self.problem.capacity.reshape(self.mentor_weeks.shape)

    @cached_property
    def whole(self) -> AssignmentProblem:
        """The problem of all rules: `problem`, with the trainees of `fixed` who must each have their mentor."""
        if not self.lifted.any():
            return self.problem
        rows, nobody = np.arange(self.problem.n_trainees), np.zeros(self.problem.n_mentors, np.int64)
        must = Quota("need", rows, nobody, self.problem.need[:, None], self.lifted.astype(np.int64)[:, None])
        return replace(self.problem, quotas=(*self.problem.quotas, must))

    @property
    def one_week_each(self) -> tuple[Quota, ...]:
        """That no trainee is in one week twice; nothing where each has one row only."""
        weeks = np.arange(self.problem.n_mentors) % max(self.n_weeks, 1)
        return tuple(one_each(self.trainee_of, weeks))

    def apart(self, cells: IntArray) -> AssignmentProblem:
        """Return `by_mentors` with at most one row of a trainee for a mentor, of those in `cells` (trainee, mentor).

        All trainees at once would be as many limits as pairs.
        """
        if not len(cells):
            return self.by_mentors
        trainees, mentors = np.unique(cells[:, 0]), np.unique(cells[:, 1])
        rows = np.where(np.isin(self.trainee_of, trainees), np.searchsorted(trainees, self.trainee_of), -1)
        every = np.arange(len(self.capacity))
        columns = np.where(np.isin(every, mentors), np.searchsorted(mentors, every), -1)
        limit = np.ones((len(trainees), len(mentors)), np.int64)
        quota = Quota("groups", rows, columns, limit, np.zeros_like(limit))
        check_quotas((quota,), self.by_mentors.pinned, self.by_mentors.minimum_load)
        return replace(self.by_mentors, quotas=(*self.by_mentors.quotas, quota))

    @cached_property
    def by_mentors(self) -> AssignmentProblem:
        """The mentors alone: who could meet in some week, and as many places as the weeks have together.

        Every choice of mentors and weeks is one of these, too, so what limits them limits it.

        Raises
        ------
        ProblemError
            If pins have no room.
        """
        meet = (self.trainee_weeks.astype(np.int64) @ (self.places > 0).T.astype(np.int64)) > 0
        pins = self.fixed.copy()
        trainees, columns = self.problem.pinned.T
        pins[trainees, columns // max(self.n_weeks, 1)] = True
        capacity = np.minimum(self.capacity, self.places.sum(axis=1))
        found = AssignmentProblem.from_scores(
            self.pairs.units,
            capacity,
            np.minimum(self.pairs.minimum_load, capacity),
            self.pairs.need,
            (self.forbidden | ~meet) & ~pins,
            pins,
        )
        check_quotas(self.pairs.quotas, found.pinned, found.minimum_load)
        return replace(found, units_per_score=self.pairs.units_per_score, quotas=self.pairs.quotas)

    @property
    def n_weeks(self) -> int:
        """Number of weeks."""
        return int(self.mentor_weeks.shape[1])

    def column(self, mentor: _Place, week: _Place) -> _Place:
        """Return the column of a mentor in a week, or those of many."""
        return mentor * self.n_weeks + week

    def bookings(self, pairs: IntArray) -> IntArray:
        """Return (trainee, mentor, week) of (trainee, column) pairs, int64 of shape (n_pairs, 3)."""
        mentor, week = np.divmod(pairs[:, 1], max(self.n_weeks, 1))
        return np.stack([pairs[:, 0], mentor, week], axis=1)

    def common_weeks(self, trainee: int, mentor: int) -> IntArray:
        """Return the weeks in which both are free, ascending."""
        return np.flatnonzero(self.mentor_weeks[mentor] & self.trainee_weeks[trainee])


def _totals(pairs: AssignmentProblem, n_weeks: int) -> tuple[IntArray, IntArray]:
    """Return capacity and minimum of every mentor; none where there is no week and so no column."""
    return (pairs.capacity, pairs.minimum_load) if n_weeks else (pairs.capacity[:0], pairs.minimum_load[:0])
