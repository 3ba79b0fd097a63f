"""What a match run reads: people, needs, strengths, free places, rules and locked pairs."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.arrays.matches import MatchArrays, MatchRows, TextRow, match_arrays
from studio.arrays.seats import confirmed_under, kinds_for, locks_under
from studio.operations.rules.cohort_weeks import cohort_weeks
from studio.operations.rules.limit_conflicts import CapacityExceeded
from studio.operations.rules.preset_effects import kinds_under, tenure_rule, weights_under
from studio.store.clock import today
from studio.store.cohorts import Cohort
from studio.store.columns import StudioRow, UTCDateTime
from studio.store.limits import LimitRule, limits_in_force
from studio.store.mentor_enums import PairingKind
from studio.store.needs import PainPoint, TraineeNeed
from studio.store.pairings import Pairing, confirmed_pairs, declined_pairs, locks_of
from studio.store.people import (
    Mentor,
    MentorCase,
    MentorPlace,
    MentorTopic,
    Person,
    Region,
    Trainee,
    mentors_of,
    strengths_of,
    trainees_of,
)
from studio.store.presets import CohortRule, cohort_rules_in_force
from studio.store.rules import MatchPolicy, Rule, in_force
from studio.store.runs import MatchRun, day_of
from studio.store.surveys import SurveyResponse
from studio.store.topics import Topic, topics_of

# What `match_input` reads.
STAMPED: tuple[type[StudioRow], ...] = (
    Cohort,
    Topic,
    Person,
    Region,
    Trainee,
    Mentor,
    MentorPlace,
    MentorTopic,
    MentorCase,
    TraineeNeed,
    PainPoint,
    SurveyResponse,
    MatchRun,
    Pairing,
    Rule,
    CohortRule,
    LimitRule,
)
Stamp = tuple[date, frozenset[tuple[Any, ...]]]


async def match_input(
    session: AsyncSession,
    cohort: Cohort,
    policy: MatchPolicy,
    run: MatchRun | None = None,
    *,
    reopen: bool = False,
) -> tuple[MatchRows, MatchArrays]:
    """Return the rows of a match run and the arrays made of them; those of `run` as `match_rows` says."""
    rows = await match_rows(session, cohort, policy, today(), run, reopen=reopen)
    return rows, match_arrays(rows)


async def match_rows(
    session: AsyncSession,
    cohort: Cohort,
    policy: MatchPolicy,
    on: date,
    run: MatchRun | None = None,
    *,
    reopen: bool = False,
) -> MatchRows:
    """Return what a match run reads, with the rules that are in force on a day.

    What comes of a `run` that there is goes on with as many mentors for each trainee as that run has, with what it
    reopens, and with years in post as of its own day: who has only been in post for longer has not changed. With
    `reopen` the pairs that both sides have confirmed are as open as all others.
    """
    topics = await topics_of(session, cohort.studio_id)
    cohort_rules = await cohort_rules_in_force(session, cohort.id, on)
    kinds = kinds_under(cohort_rules) if run is None else kinds_for(run.mentors_each)
    reopens = reopen or (run is not None and run.reopens_confirmed)
    confirmed = {} if reopens else confirmed_under(await confirmed_pairs(session, cohort.id), kinds)
    return MatchRows(
        day=on if run is None else day_of(run),
        trainees=await trainees_of(session, cohort.id),
        mentors=await mentors_of(session, cohort.studio_id),
        top_topics=[topic.id for topic in topics if topic.parent_id is None],
        needs=await _needs(session, cohort.id),
        pain_points=await _pain_points(session, cohort.id),
        strengths=await strengths_of(session, cohort.studio_id),
        cases=await _cases(session, cohort.studio_id),
        free_places=await free_places(session, cohort),
        rules=await rules_in_force(session, cohort.id, on),
        locked=locks_under(await locks_of(session, cohort.id), kinds),
        declined=await declined_pairs(session, cohort.id),
        confirmed=set(confirmed),
        confirmed_kinds=confirmed,
        weights=weights_under(policy.weights, cohort_rules),
        objective=policy.objective,
        limits=await limits_in_force(session, cohort.id, on),
        tenure_rule=tenure_rule(cohort_rules),
        kinds=kinds,
        weeks=await cohort_weeks(session, cohort, reopen=reopens),
    )


async def match_stamp(session: AsyncSession, cohort: Cohort) -> Stamp:
    """Return what differs whenever anything that a match of the cohort reads has changed, in a few milliseconds.

    Changes elsewhere in the studio make it differ, too: then something is computed once more than it need be.
    """
    queries = [
        sa.select(
            sa.literal(table.__tablename__),
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(table.version), 0),
            sa.func.max(table.updated_at, type_=UTCDateTime()),
        ).where(col(table.studio_id) == cohort.studio_id)
        for table in STAMPED
    ]
    found = await session.execute(sa.union_all(*queries))
    return today(), frozenset(tuple(row) for row in found.all())


async def ruled_kinds(session: AsyncSession, cohort_id: UUID) -> Sequence[PairingKind]:
    """Return what mentors each trainee of a cohort is to have by the rules of today."""
    return kinds_under(await cohort_rules_in_force(session, cohort_id, today()))


def first_free_place(rows: MatchRows, mentor_id: UUID, taken: Collection[UUID]) -> UUID:
    """Return the mentor's first place that is not `taken`; raises CapacityExceeded."""
    for place in rows.places.get(mentor_id, ()):
        if place.id not in taken:
            return place.id
    raise CapacityExceeded(rows, mentor_id, "mentorId")


async def free_places(session: AsyncSession, cohort: Cohort) -> dict[UUID, list[MentorPlace]]:
    """Return the open places by mentor that no other cohort holds, lowest number first."""
    held_elsewhere = (
        select(Pairing.held_place_id)
        .join(MatchRun, col(MatchRun.id) == Pairing.run_id)
        .where(col(Pairing.held_place_id).is_not(None), MatchRun.cohort_id != cohort.id)
    )
    found = await session.execute(
        select(MentorPlace)
        .where(
            MentorPlace.studio_id == cohort.studio_id,
            MentorPlace.open,
            col(MentorPlace.id).not_in(held_elsewhere),
        )
        .order_by(col(MentorPlace.number))
    )
    places: dict[UUID, list[MentorPlace]] = defaultdict(list)
    for place in found.scalars():
        places[place.mentor_id].append(place)
    return places


async def rules_in_force(session: AsyncSession, cohort_id: UUID, on: date | None = None) -> Sequence[Rule]:
    """Return the rules of a cohort that have not expired on a day, today unless it is given."""
    found = await session.execute(
        select(Rule).where(
            Rule.cohort_id == cohort_id,
            in_force(Rule.expires_on, on or today()),
        )
    )
    return list(found.scalars())


async def _needs(session: AsyncSession, cohort_id: UUID) -> dict[UUID, dict[UUID, float]]:
    found = await session.execute(
        select(TraineeNeed.trainee_id, TraineeNeed.topic_id, TraineeNeed.need)
        .join(Trainee, col(Trainee.id) == TraineeNeed.trainee_id)
        .where(Trainee.cohort_id == cohort_id)
    )
    needs: dict[UUID, dict[UUID, float]] = defaultdict(dict)
    for trainee_id, topic_id, need in found.all():
        needs[trainee_id][topic_id] = need
    return needs


async def _pain_points(session: AsyncSession, cohort_id: UUID) -> dict[UUID, list[TextRow]]:
    found = await session.execute(
        select(PainPoint.trainee_id, PainPoint.id, PainPoint.text)
        .join(SurveyResponse, col(SurveyResponse.id) == PainPoint.response_id)
        .where(
            PainPoint.cohort_id == cohort_id,
            col(PainPoint.trainee_id).is_not(None),
            SurveyResponse.current,
            sa.not_(col(PainPoint.junk)),
            sa.not_(col(PainPoint.resolved)),
        )
        .order_by(col(PainPoint.wave), col(PainPoint.position), col(PainPoint.text))
    )
    points: dict[UUID, list[TextRow]] = defaultdict(list)
    for trainee_id, point_id, text in found.all():
        points[trainee_id].append(TextRow(point_id, text))
    return points


async def _cases(session: AsyncSession, studio_id: UUID) -> dict[UUID, list[TextRow]]:
    found = await session.execute(
        select(MentorCase.mentor_id, MentorCase.id, MentorCase.text)
        .where(MentorCase.studio_id == studio_id)
        .order_by(col(MentorCase.position))
    )
    cases: dict[UUID, list[TextRow]] = defaultdict(list)
    for mentor_id, case_id, text in found.all():
        cases[mentor_id].append(TextRow(case_id, text))
    return cases
