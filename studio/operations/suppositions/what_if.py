"""What if: the match of a cohort under a supposition beside a run that there is; nothing is written."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from matching import MatchingError
from studio.arrays.matches import MatchArrays, MatchRows, match_arrays
from studio.arrays.what_if import Proposal, Worth, propose
from studio.errors import StudioError
from studio.operations.own import own
from studio.operations.rules.match_input import match_rows, ruled_kinds
from studio.operations.rules.rule_conflicts import engine_refusal, unsolvable
from studio.operations.runs.pairing_states import KEPT
from studio.operations.runs.repeats import confirmed_then
from studio.operations.suppositions.newcomers import needs_of_newcomers
from studio.operations.suppositions.suppositions import Supposition, suppose
from studio.permissions import Actor, require
from studio.store.clock import today
from studio.store.cohorts import Cohort
from studio.store.enums import PublishState
from studio.store.limits import LimitRule
from studio.store.mentor_enums import PairingKind
from studio.store.pairings import Pairing, Seat
from studio.store.rules import MatchPolicy
from studio.store.runs import COMPUTED, MatchRun

# What keeping a pair is worth in a supposed match: a mentor is changed only for more than this.
STABILITY = 0.05


@dataclass(frozen=True)
class Someone:
    """A trainee or a mentor by name; a newcomer has no id yet."""

    id: UUID | None
    name: str
    community: str | None


@dataclass(frozen=True)
class Change:
    """A trainee whose mentor would change; None is no mentor, and `leaves` no place in the cohort any more."""

    trainee: Someone
    before: Someone | None
    after: Someone | None
    joins: bool
    leaves: bool
    # Which of the trainee's mentors.
    kind: PairingKind = PairingKind.SOLE
    # The weeks of both pairs, where the cohort offers weeks; the mentor may stay and the week change.
    before_week: date | None = None
    after_week: date | None = None


@dataclass(frozen=True)
class WhatIf:
    """The difference that a supposition makes to a run.

    `after` keeps pairs where it costs little, `best` is the highest total there can be, and `n_moved` and
    `best_n_moved` are how many of the run's pairs each gives up. `input_changed` tells that people, needs, places or
    rules are no longer what the run was computed from, so that part of the difference is theirs.
    """

    run: MatchRun
    input_changed: bool
    before: Worth
    after: Worth
    best: Worth
    n_moved: int
    best_n_moved: int
    changes: tuple[Change, ...]
    # Caps that keep closed what a supposed capacity would open: the mentor, and the cap.
    held_back: tuple[tuple[Someone, LimitRule], ...] = ()
    # Whether it has been changed since how many mentors each trainee is to have; all here counts as the run did.
    kinds_changed: bool = False


@dataclass(frozen=True)
class Standing:
    """A computed run with the pairs of it that still hold, and the rows that a match of its cohort would read now.

    Pairs that both sides have confirmed stay there: a supposition moves them only by naming them.
    """

    run: MatchRun
    cohort: Cohort
    pairings: Sequence[Pairing]
    rows: MatchRows
    input_changed: bool
    kinds_changed: bool

    @property
    def week_of(self) -> dict[Seat, date | None]:
        """The weeks of the run's pairs: seat → week."""
        return {pairing.seat: pairing.week for pairing in self.pairings}

    @property
    def mentor_of(self) -> dict[Seat, UUID]:
        """The run's pairs: seat → mentor."""
        return {pairing.seat: pairing.mentor_id for pairing in self.pairings}


async def what_if(
    session: AsyncSession,
    actor: Actor,
    run_id: UUID,
    supposition: Supposition,
    *,
    stability: float = STABILITY,
) -> WhatIf:
    """Match the run's cohort as if the supposition held, and tell what differs from the run.

    Raises NOTHING_SUPPOSED, STABILITY_OUT_OF_RANGE, RUN_NOT_COMPUTED, what `suppose` refuses, NO_TRAINEES and
    NO_MENTORS when nobody would be left, and INFEASIBLE when pins and places would collide.
    """
    require(actor, "what_if")
    if supposition.is_empty:
        raise StudioError("NOTHING_SUPPOSED", field="input")
    if not 0 <= stability <= 1:
        raise StudioError("STABILITY_OUT_OF_RANGE", field="stability", given=stability)
    standing = await standing_run(session, actor, run_id)
    needs = await needs_of_newcomers(session, standing.cohort, supposition.newcomers)
    rows = suppose(standing.rows, supposition, needs, actor.role.value)
    after, best = await solve(rows, standing.mentor_of, stability, 0.0, previous_weeks=standing.week_of)
    changes = _changes(standing, rows, after)
    return WhatIf(
        run=standing.run,
        input_changed=standing.input_changed,
        before=_worth(standing),
        after=after.worth,
        best=best.worth,
        n_moved=_given_up(changes),
        best_n_moved=_given_up(_changes(standing, rows, best)),
        changes=changes,
        held_back=tuple(
            (someones(rows)[mentor_id], cap)
            for mentor_id in supposition.capacities
            for cap in rows.caps_holding(mentor_id)
        ),
        kinds_changed=standing.kinds_changed,
    )


async def standing_run(session: AsyncSession, actor: Actor, run_id: UUID) -> Standing:
    """Return a computed run beside what a match of its cohort would read now; refuses with RUN_NOT_COMPUTED."""
    require(actor, "what_if")
    run = await own(session, actor, MatchRun, run_id, "runId")
    if run.state not in COMPUTED:
        raise StudioError("RUN_NOT_COMPUTED", field="runId", state=run.state)
    cohort = await session.get_one(Cohort, run.cohort_id)
    policy = await session.get_one(MatchPolicy, run.policy_id)
    found = await session.execute(select(Pairing).where(Pairing.run_id == run.id))
    pairings = list(found.scalars())
    rows = await match_rows(session, cohort, policy, today(), run)
    changed = match_arrays(as_found(rows, pairings)).input_hash != run.input_hash
    kinds_changed = await ruled_kinds(session, cohort.id) != rows.kinds
    if run.publish_state is PublishState.PUBLISHED:
        pairings = [pairing for pairing in pairings if pairing.state in KEPT]
    return Standing(run, cohort, pairings, rows, changed or kinds_changed, kinds_changed)


def as_found(rows: MatchRows, pairings: Sequence[Pairing]) -> MatchRows:
    """Return rows with the locks and confirmed pairs that a run with these pairings has found, none from since."""
    kept = {(pairing.trainee_id, pairing.mentor_id) for pairing in pairings if pairing.decided_before}
    locked = {pair: lock for pair, lock in rows.locked.items() if pair in kept}
    return confirmed_then(replace(rows, locked=locked), pairings)


async def solve(
    rows: MatchRows,
    previous: Mapping[Seat, UUID],
    *stabilities: float,
    previous_weeks: Mapping[Seat, date | None] | None = None,
) -> Sequence[Proposal]:
    """Match rows in a thread of its own, once for each stability, or raise why there can be no match."""
    arrays: MatchArrays = match_arrays(rows)
    refused = unsolvable(rows, arrays)
    if refused is not None:
        raise refused
    try:
        return await asyncio.to_thread(
            propose, arrays, rows.weights, previous.items(), *stabilities, previous_weeks=previous_weeks
        )
    except MatchingError as error:
        raise engine_refusal(rows, arrays, error) from None


def _worth(standing: Standing) -> Worth:
    run = standing.run
    loads = Counter(standing.mentor_of.values())
    with_place = [mentor_id for mentor_id, places in standing.rows.places.items() if places]
    return Worth(
        matched=run.matched,
        total=run.total,
        objective=run.objective or 0.0,
        bound=run.bound,
        gap=run.gap,
        verified=run.verified is True,
        aim=run.aim,
        lowest_score=min((pairing.score for pairing in standing.pairings), default=None),
        least_load=min((loads[mentor_id] for mentor_id in with_place), default=0),
        most_load=max(loads.values(), default=0),
    )


def _given_up(changes: Sequence[Change]) -> int:
    """Count the pairs that are given up; one that only gets another week is not."""
    return sum(change.before is not None and change.before != change.after for change in changes)


def _changes(standing: Standing, rows: MatchRows, proposal: Proposal) -> tuple[Change, ...]:
    """Return whose mentor or week changes, in natural order of the trainees; newcomers last."""
    before, after, weeks = standing.mentor_of, proposal.mentor_of, standing.week_of
    people = someones(standing.rows) | someones(rows)
    known = {trainee.id for trainee, _, _ in standing.rows.trainees}
    present = {trainee.id for trainee, _, _ in rows.trainees}
    changes = []
    for seat in dict.fromkeys((*standing.rows.seats, *rows.seats)):
        trainee_id = seat.trainee_id
        old, new = before.get(seat), after.get(seat)
        joins, leaves = trainee_id not in known, trainee_id not in present
        old_week, new_week = weeks.get(seat), proposal.week_of.get(seat)
        # What no run has told yet changes nothing.
        same = old == new and (old_week is None or new_week is None or old_week == new_week)
        if same and not joins and not leaves:
            continue
        trainee = people[trainee_id]
        changes.append(
            Change(
                trainee=replace(trainee, id=None) if joins else trainee,
                before=people[old] if old is not None else None,
                after=people[new] if new is not None else None,
                joins=joins,
                leaves=leaves,
                kind=seat.kind,
                before_week=old_week,
                after_week=new_week,
            )
        )
    return tuple(changes)


def someones(rows: MatchRows) -> dict[UUID, Someone]:
    """Return everybody in the rows by the id of the trainee or mentor."""
    return {
        row.id: Someone(row.id, person.name, region.name if region else None)
        for row, person, region in (*rows.trainees, *rows.mentors)
    }
