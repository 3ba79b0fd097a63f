"""Replaying a match run: computed again from what it was computed from, or told that this has changed since."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from matching import Match
from studio.arrays.matches import MatchArrays, match_arrays
from studio.arrays.week_matches import weeks_found
from studio.errors import StudioError
from studio.operations.own import own
from studio.operations.rules.match_input import match_rows
from studio.operations.runs.runs import DECIMALS, compute_match
from studio.operations.suppositions.what_if import Change, as_found, someones
from studio.permissions import Actor, require
from studio.store.access import AuditEvent
from studio.store.cohorts import Cohort
from studio.store.columns import StudioRow
from studio.store.enums import MatchRunState, PairingOrigin
from studio.store.limits import LimitRule
from studio.store.needs import PainPoint, TraineeNeed
from studio.store.pairings import Pairing, Seat
from studio.store.people import Mentor, MentorCase, MentorPlace, MentorTopic, Person, Region, Trainee
from studio.store.presets import CohortRule
from studio.store.rules import MatchPolicy, Rule
from studio.store.runs import COMPUTED, MatchRun, day_of
from studio.store.surveys import SurveyResponse
from studio.store.topics import Topic


class ReplayOutcome(StrEnum):
    """What came of a replay."""

    SAME = "SAME"
    OVERRIDDEN = "OVERRIDDEN"
    INPUT_CHANGED = "INPUT_CHANGED"
    DIFFERENT = "DIFFERENT"


class InputPart(StrEnum):
    """A part of what a match reads."""

    PEOPLE = "PEOPLE"
    NEEDS = "NEEDS"
    STRENGTHS = "STRENGTHS"
    PLACES = "PLACES"
    RULES = "RULES"
    TOPICS = "TOPICS"
    PAIRINGS = "PAIRINGS"


TABLES: dict[InputPart, tuple[type[StudioRow], ...]] = {
    InputPart.PEOPLE: (Person, Region, Trainee, Mentor, Cohort),
    InputPart.NEEDS: (TraineeNeed, PainPoint, SurveyResponse),
    InputPart.STRENGTHS: (MentorTopic, MentorCase),
    InputPart.PLACES: (MentorPlace,),
    InputPart.RULES: (Rule, CohortRule, LimitRule),
    InputPart.TOPICS: (Topic,),
    InputPart.PAIRINGS: (Pairing,),
}


@dataclass(frozen=True)
class Replay:
    """What came of a replay.

    SAME: the same pairs with the same scores, or the same rules in conflict. OVERRIDDEN: the same but for what people
    changed in the run since; `changes` goes from the replay's mentors to the run's. INPUT_CHANGED: the hash of what a
    match would read differs from the run's, so nothing was computed; `changed` names the parts with rows that were
    written since (what was deleted, or has expired, leaves no row). DIFFERENT: the same input gave other pairs, which
    is a fault of the programme.
    """

    run: MatchRun
    outcome: ReplayOutcome
    stored_hash: str
    hash_now: str
    changed: tuple[InputPart, ...] = ()
    changes: tuple[Change, ...] = ()


async def replay_run(session: AsyncSession, actor: Actor, run_id: UUID) -> Replay:
    """Compute a run again with its own policy, as of its own day, and hold the result against what is stored.

    Writes nothing. Raises NOT_FOUND, RUN_NOT_COMPUTED, and REPLAY_OF_PROPOSAL: a re-match also rests on how
    the published run stood at that moment, which is not kept.
    """
    require(actor, "what_if")
    run = await own(session, actor, MatchRun, run_id, "runId")
    if run.state not in COMPUTED | {MatchRunState.INFEASIBLE} or run.input_hash is None:
        raise StudioError("RUN_NOT_COMPUTED", field="runId", state=run.state)
    if run.based_on_id is not None:
        raise StudioError("REPLAY_OF_PROPOSAL", field="runId")
    cohort = await session.get_one(Cohort, run.cohort_id)
    policy = await session.get_one(MatchPolicy, run.policy_id)
    pairings = list((await session.execute(select(Pairing).where(Pairing.run_id == run.id))).scalars())
    rows = as_found(await match_rows(session, cohort, policy, day_of(run), run), pairings)
    arrays = match_arrays(rows)
    if arrays.input_hash != run.input_hash:
        changed = await _changed_since(session, run)
        return Replay(run, ReplayOutcome.INPUT_CHANGED, run.input_hash, arrays.input_hash, changed)
    found = await compute_match(rows, arrays)
    if isinstance(found, StudioError):
        same = run.state is MatchRunState.INFEASIBLE and run.failure == found.code
        outcome = ReplayOutcome.SAME if same else ReplayOutcome.DIFFERENT
        return Replay(run, outcome, run.input_hash, arrays.input_hash)
    again = _pairs(arrays, found)
    stored = {pairing.seat: (pairing.mentor_id, pairing.score, pairing.week) for pairing in pairings}
    differing = [each for each in arrays.seats if again.get(each) != stored.get(each)]
    people = someones(rows)
    changes = tuple(
        Change(
            people[each.trainee_id],
            people[again[each][0]] if each in again else None,
            people[stored[each][0]] if each in stored else None,
            joins=False,
            leaves=False,
            kind=each.kind,
            before_week=again[each][2] if each in again else None,
            after_week=stored[each][2] if each in stored else None,
        )
        for each in differing
    )
    outcome = ReplayOutcome.SAME
    if differing:
        touched = await _touched(session, pairings)
        outcome = (
            ReplayOutcome.OVERRIDDEN
            if touched.issuperset(each.trainee_id for each in differing)
            else ReplayOutcome.DIFFERENT
        )
    return Replay(run, outcome, run.input_hash, arrays.input_hash, changes=changes)


def _pairs(arrays: MatchArrays, found: Match) -> dict[Seat, tuple[UUID, float, date | None]]:
    weeks = weeks_found(arrays, found)
    return {
        arrays.seats[row]: (
            arrays.mentor_ids[column],
            round(score, DECIMALS),
            weeks.get(arrays.seats[row]),
        )
        for (row, column), score in zip(found.solution.pairs.tolist(), found.scores.tolist(), strict=True)
    }


async def _touched(session: AsyncSession, pairings: list[Pairing]) -> set[UUID]:
    """Return the trainees whose mentors people changed in a run, those included who had to move along."""
    overridden = [
        each for each in pairings if each.origin is PairingOrigin.OVERRIDE and not each.decided_before
    ]
    events = await session.execute(
        select(AuditEvent.details).where(
            col(AuditEvent.action).in_(("override_pairing", "move_pairing_to_week")),
            col(AuditEvent.entity_id).in_([pairing.id for pairing in pairings]),
        )
    )
    moved = {UUID(hex=trainee) for details in events.scalars() for trainee in details.get("moved", ())}
    return moved | {pairing.trainee_id for pairing in overridden}


async def _changed_since(session: AsyncSession, run: MatchRun) -> tuple[InputPart, ...]:
    """Return the parts of the studio's input with rows that were written after the run was done."""
    written = [
        sa.select(sa.literal(part.value)).where(
            sa.exists().where(
                col(table.studio_id) == run.studio_id,
                col(table.updated_at) > run.finished_at,
                *([col(Pairing.run_id) != run.id] if table is Pairing else []),
            )
        )
        for part, tables in TABLES.items()
        for table in tables
    ]
    found = set((await session.execute(sa.union(*written))).scalars())
    return tuple(part for part in InputPart if part.value in found)
