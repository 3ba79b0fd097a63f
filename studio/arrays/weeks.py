"""The weeks of a cohort as the arrays of `matching`: who is free when, and what is booked elsewhere."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar
from uuid import UUID

import numpy as np
import orjson
from numpy.typing import NDArray

T = TypeVar("T", bound=Hashable)
Pair = tuple[UUID, UUID]
Booleans = NDArray[np.bool_]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class CohortWeeks:
    """What a match reads of weeks; weeks are named by their Mondays.

    Who is not named in `free_mentors` or `free_trainees` is free in every week.
    """

    offered: Sequence[date]
    free_mentors: Mapping[UUID, Collection[date]]
    free_trainees: Mapping[UUID, Collection[date]]
    weekly_capacity: Mapping[UUID, int]
    # Places in a mentor's week (their numbers) that pairs of other cohorts hold.
    taken: Mapping[tuple[UUID, date], frozenset[int]] = field(default_factory=dict)
    # Weeks in which somebody is with somebody else on the other side or in another cohort, by trainee or mentor.
    busy: Mapping[UUID, frozenset[date]] = field(default_factory=dict)
    # Weeks that locked pairs had when they were decided: they get them again where that can be.
    wanted: Mapping[Pair, date] = field(default_factory=dict)
    # Weeks of pairs that both sides have confirmed: they stay there as long as the pair does.
    confirmed: Mapping[Pair, date] = field(default_factory=dict)
    # Weeks of pairs that stay where they are, whatever anybody says now.
    kept: Mapping[Pair, date] = field(default_factory=dict)

    def mentor_is_free(self, mentor_id: UUID, week: date) -> bool:
        """Tell whether a mentor says to be free in a week and is not somebody's trainee then."""
        said = self.free_mentors.get(mentor_id)
        return (said is None or week in said) and week not in self.busy.get(mentor_id, ())

    def trainee_is_free(self, trainee_id: UUID, week: date) -> bool:
        """Tell whether a trainee says to be free in a week and is with nobody else then."""
        said = self.free_trainees.get(trainee_id)
        return (said is None or week in said) and week not in self.busy.get(trainee_id, ())

    def common_weeks(self, trainee_id: UUID, mentor_id: UUID) -> list[date]:
        """Return the offered weeks in which both are free, ascending."""
        return [
            week
            for week in self.offered
            if self.mentor_is_free(mentor_id, week) and self.trainee_is_free(trainee_id, week)
        ]

    def most_in(self, mentor_id: UUID) -> int:
        """Return how many trainees a mentor takes in one week."""
        return self.weekly_capacity.get(mentor_id, 1)

    def free_number(self, mentor_id: UUID, week: date, used: Collection[int]) -> int | None:
        """Return the first place in a mentor's week that is neither held elsewhere nor `used`; None if it is full."""
        gone = {*self.taken.get((mentor_id, week), ()), *used}
        return next((n for n in range(1, self.most_in(mentor_id) + 1) if n not in gone), None)


@dataclass(frozen=True)
class WeekArrays:
    """The weeks of a match as arrays, in the order of its seats and mentors."""

    mondays: tuple[date, ...]
    mentor_weeks: Booleans
    trainee_weeks: Booleans
    weekly_capacity: Integers
    booked: Integers
    # (seat, mentor, week) of locked pairs whose week is wanted, and of pairs that stay.
    wanted: Integers
    kept: Integers
    # (seat, mentor) of one person: one of the seats of each.
    same_person: Integers = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))

    def digest(self) -> bytes:
        """Return what the hash of a match's input takes of the weeks."""
        arrays = (
            self.mentor_weeks,
            self.trainee_weeks,
            self.weekly_capacity,
            self.booked,
            self.wanted,
            self.kept,
        )
        told = orjson.dumps([day.isoformat() for day in self.mondays])
        told += b"|".join(np.ascontiguousarray(array).tobytes() for array in arrays)
        # Nobody on both sides adds nothing, so that earlier runs can be replayed.
        return told + np.ascontiguousarray(self.same_person).tobytes()


def week_arrays(
    weeks: CohortWeeks,
    trainee_ids: Sequence[UUID],
    mentor_ids: Sequence[UUID],
    locked: Collection[Pair],
    confirmed: Collection[Pair],
) -> WeekArrays:
    """Return the arrays of trainees; of the `locked` pairs the wanted weeks count, of the `confirmed` ones their own.

    A pair that stays does so even in a week that is not offered any more, or in which one side is not free any more;
    nobody else comes into such a week for that.
    """
    row_of = {each: row for row, each in enumerate(trainee_ids)}
    column_of = {each: column for column, each in enumerate(mentor_ids)}
    stays = {pair: week for pair, week in weeks.confirmed.items() if pair in confirmed} | dict(weeks.kept)
    kept = {pair: week for pair, week in stays.items() if pair[0] in row_of and pair[1] in column_of}
    mondays = tuple(sorted({*weeks.offered, *kept.values()}))
    offered = set(weeks.offered)
    mentor_weeks = np.array(
        [[day in offered and weeks.mentor_is_free(each, day) for day in mondays] for each in mentor_ids],
        dtype=np.bool_,
    ).reshape(len(mentor_ids), len(mondays))
    trainee_weeks = np.array(
        [[day in offered and weeks.trainee_is_free(each, day) for day in mondays] for each in trainee_ids],
        dtype=np.bool_,
    ).reshape(len(trainee_ids), len(mondays))
    capacity = np.array([weeks.most_in(each) for each in mentor_ids], dtype=np.int64)
    booked = np.array(
        [[len(weeks.taken.get((each, day), ())) for day in mondays] for each in mentor_ids], dtype=np.int64
    ).reshape(mentor_weeks.shape)
    staying = booking_positions(kept, row_of, column_of, mondays)
    for row, column, week in staying.tolist():
        trainee_weeks[row, week] = True
        if not mentor_weeks[column, week]:
            together = (staying[:, 1] == column) & (staying[:, 2] == week)
            booked[column, week] = capacity[column] - together.sum()
    mentor_weeks[staying[:, 1], staying[:, 2]] = True
    wanted = {pair: week for pair, week in weeks.wanted.items() if pair in locked and pair not in kept}
    return WeekArrays(
        mondays,
        mentor_weeks,
        trainee_weeks,
        capacity,
        booked,
        booking_positions(wanted, row_of, column_of, mondays),
        staying,
    )


def in_seats(weeks: WeekArrays, n_kinds: int, kind_of: Mapping[tuple[int, int], int]) -> WeekArrays:
    """Return the weeks of trainees as those of their seats, which follow one another.

    `kind_of` is which of the seats a pair (trainee, mentor) that is fixed fills.
    """
    if n_kinds == 1:
        return weeks

    def of_seats(bookings: Integers) -> Integers:
        found = [
            (row * n_kinds + kind_of[row, column], column, week) for row, column, week in bookings.tolist()
        ]
        return np.array(found, dtype=np.int64).reshape(-1, 3)

    return replace(
        weeks,
        trainee_weeks=np.repeat(weeks.trainee_weeks, n_kinds, axis=0),
        wanted=of_seats(weeks.wanted),
        kept=of_seats(weeks.kept),
        same_person=weeks.same_person * np.array([n_kinds, 1]),
    )


def booking_positions(
    week_of: Mapping[tuple[T, UUID], date],
    row_of: Mapping[T, int],
    column_of: Mapping[UUID, int],
    mondays: Sequence[date],
) -> Integers:
    """Return (trainee, mentor, week) of pairs as positions, sorted, without those that are not known.

    The first of a pair may also be a seat, where `row_of` tells the rows of seats.
    """
    place_of = {day: place for place, day in enumerate(mondays)}
    found = sorted(
        (row_of[trainee_id], column_of[mentor_id], place_of[day])
        for (trainee_id, mentor_id), day in week_of.items()
        if trainee_id in row_of and mentor_id in column_of and day in place_of
    )
    return np.array(found, dtype=np.int64).reshape(-1, 3)
