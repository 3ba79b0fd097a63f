"""Mentoring packages (带教套餐): a tailor-made week for every pair of a run."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from matching import AbilityGoal, MonthlyEvent, PackagePlanner
from studio.arrays.matches import seniority
from studio.arrays.packages import (
    LADDER,
    LibraryArrays,
    PackageArrays,
    PackageRows,
    library_arrays,
    package_arrays,
    speakers_for,
)
from studio.errors import NotFound
from studio.operations.audit import audit
from studio.operations.own import own_run
from studio.operations.recommendations import answering_contents
from studio.permissions import Actor, require
from studio.store.catalogue import Content, ContentPrerequisite, ContentTopic
from studio.store.clock import today
from studio.store.columns import StudioRow
from studio.store.enums import DaySlot, ShadowStep
from studio.store.needs import TraineeNeed
from studio.store.package_enums import Ability, DeliveryMode
from studio.store.packages import MentoringPackage, PackageEvent, PackageGoal, PackageItem
from studio.store.pairings import Pairing
from studio.store.people import Trainee, mentors_of, strengths_of
from studio.store.rows import chunks, insert_rows
from studio.store.topics import topics_of

# A week needs more than the list that a trainee reads: with 12 every fourth day had nothing to work with.
CONTENTS_TO_PLAN_FROM = 40
DECIMALS = 6


async def write_packages(
    session: AsyncSession, actor: Actor, run_id: UUID, *, pairing_ids: Sequence[UUID] | None = None
) -> int:
    """Plan the week of every pair of a run (or of some) and return how many were made.

    A pair whose mentor, needs and fitting contents are those that its package was planned from keeps it; where
    they differ a package with the next number takes its place, and the earlier ones stay.
    """
    require(actor, "refresh_packages")
    run = await own_run(session, actor, run_id)
    query = select(Pairing).where(Pairing.run_id == run.id)
    if pairing_ids is not None:
        query = query.where(col(Pairing.id).in_(pairing_ids))
    pairings = list((await session.execute(query.order_by(col(Pairing.id)))).scalars())
    if not pairings:
        return 0
    library = await _library(session, run.studio_id)
    if not library.top:
        raise NotFound("Topic")
    mentors = await _mentors(session, run.studio_id)
    made = 0
    for some in chunks(pairings):
        made += await _renew(session, library, mentors, some)
    if made:
        await audit(session, actor, "write_packages", "MatchRun", run.id, packages=made)
    return made


@dataclass(frozen=True)
class _Mentors:
    """The studio's mentors in natural order, and how strong they are by top topic."""

    ids: Sequence[UUID]
    strengths: Mapping[UUID, Mapping[UUID, float]]


async def _mentors(session: AsyncSession, studio_id: UUID) -> _Mentors:
    mentors = await mentors_of(session, studio_id)
    return _Mentors([mentor.id for mentor, _, _ in mentors], await strengths_of(session, studio_id))


async def _renew(
    session: AsyncSession,
    library: LibraryArrays,
    mentors: _Mentors,
    pairings: Sequence[Pairing],
) -> int:
    """Make the packages that are missing or out of date; return how many."""
    latest = await _latest(session, pairings)
    rows = await _package_rows(session, mentors, pairings)
    new: list[StudioRow] = []
    made = 0
    for pairing in pairings:
        arrays = package_arrays(library, rows[pairing.id])
        number, planned_from = latest.get(pairing.id, (0, None))
        if planned_from != arrays.input_hash:
            new.extend(_package(library, arrays, pairing, number + 1))
            made += 1
    await insert_rows(session, new)
    return made


async def _library(session: AsyncSession, studio_id: UUID) -> LibraryArrays:
    contents = await session.execute(
        select(Content).where(Content.studio_id == studio_id).order_by(col(Content.code))
    )
    about = await session.execute(
        select(ContentTopic.content_id, ContentTopic.topic_id).where(ContentTopic.studio_id == studio_id)
    )
    before = await session.execute(
        select(ContentPrerequisite.content_id, ContentPrerequisite.requires_id).where(
            ContentPrerequisite.studio_id == studio_id
        )
    )
    return library_arrays(
        await topics_of(session, studio_id),
        list(contents.scalars()),
        [(content_id, topic_id) for content_id, topic_id in about.all()],
        [(content_id, requires_id) for content_id, requires_id in before.all()],
    )


async def _latest(session: AsyncSession, pairings: Sequence[Pairing]) -> dict[UUID, tuple[int, str | None]]:
    """Return number and input hash of each pairing's latest package."""
    found = await session.execute(
        select(MentoringPackage.pairing_id, MentoringPackage.number, MentoringPackage.input_hash)
        .where(col(MentoringPackage.pairing_id).in_([pairing.id for pairing in pairings]))
        .order_by(col(MentoringPackage.number))
    )
    return {pairing_id: (number, input_hash) for pairing_id, number, input_hash in found.all()}


async def _package_rows(
    session: AsyncSession, mentors: _Mentors, pairings: Sequence[Pairing]
) -> dict[UUID, PackageRows]:
    """Return by pairing what its package is planned from."""
    trainee_ids = [pairing.trainee_id for pairing in pairings]
    needs: dict[UUID, dict[UUID, float]] = defaultdict(dict)
    evidence: dict[UUID, dict[UUID, UUID | None]] = defaultdict(dict)
    found = await session.execute(
        select(
            TraineeNeed.trainee_id, TraineeNeed.topic_id, TraineeNeed.need, TraineeNeed.pain_point_id
        ).where(col(TraineeNeed.trainee_id).in_(trainee_ids))
    )
    for trainee_id, topic_id, need, point_id in found.all():
        needs[trainee_id][topic_id] = need
        evidence[trainee_id][topic_id] = point_id
    trainees = await session.execute(select(Trainee).where(col(Trainee.id).in_(trainee_ids)))
    levels = {trainee.id: seniority(trainee, today()) - 1 for trainee in trainees.scalars()}
    shelf = await answering_contents(session, pairings[0].studio_id, trainee_ids, CONTENTS_TO_PLAN_FROM)
    return {
        pairing.id: PackageRows(
            mentor_id=pairing.mentor_id,
            level=levels[pairing.trainee_id],
            needs=needs[pairing.trainee_id],
            evidence=evidence[pairing.trainee_id],
            strengths=mentors.strengths.get(pairing.mentor_id, {}),
            recommended=shelf[pairing.trainee_id],
            speakers=speakers_for(pairing.mentor_id, mentors.strengths, mentors.ids),
        )
        for pairing in pairings
    }


def _package(library: LibraryArrays, arrays: PackageArrays, pairing: Pairing, number: int) -> list[StudioRow]:
    plan = PackagePlanner().plan(
        arrays.need,
        evidence=arrays.evidence,
        contents=arrays.contents,
        content_topics=library.topics,
        content_minutes=library.minutes,
        content_steps=library.steps,
        content_points=arrays.content_points,
        prerequisites=library.prerequisites,
        mentor_strength=arrays.mentor_strength,
        topic_abilities=library.abilities,
        level=arrays.level,
    )
    package = MentoringPackage(
        studio_id=pairing.studio_id,
        trainee_id=pairing.trainee_id,
        pairing_id=pairing.id,
        number=number,
        input_hash=arrays.input_hash,
    )
    items = [
        PackageItem(
            studio_id=pairing.studio_id,
            package_id=package.id,
            position=position,
            day=item.day,
            slot=DaySlot(item.slot),
            step=ShadowStep(item.step) if item.step else None,
            topic_id=library.top[item.topic].id,
            content_id=_content(library, item.content),
            pain_point_id=_point(arrays, item.point),
            minutes=item.minutes,
        )
        for position, item in enumerate(plan.items)
    ]
    return [
        package,
        *items,
        *_events(library, arrays, package, plan.events),
        *_goals(library, arrays, package, plan.goals),
    ]


def _events(
    library: LibraryArrays, arrays: PackageArrays, package: MentoringPackage, events: Sequence[MonthlyEvent]
) -> list[PackageEvent]:
    return [
        PackageEvent(
            studio_id=package.studio_id,
            package_id=package.id,
            month=event.month,
            mode=DeliveryMode(event.mode),
            topic_id=library.top[event.topic].id,
            content_id=_content(library, event.content),
            pain_point_id=_point(arrays, event.point),
            speaker_id=arrays.speakers.get(library.top[event.topic].id),
        )
        for event in events
    ]


def _goals(
    library: LibraryArrays, arrays: PackageArrays, package: MentoringPackage, goals: Sequence[AbilityGoal]
) -> list[PackageGoal]:
    return [
        PackageGoal(
            studio_id=package.studio_id,
            package_id=package.id,
            position=goal.ability,
            ability=tuple(Ability)[goal.ability],
            need=round(goal.call, DECIMALS),
            standing=LADDER[goal.standing],
            topic_id=library.top[goal.topic].id if goal.topic is not None else None,
            pain_point_id=_point(arrays, goal.point),
            days=list(goal.days),
            months=list(goal.months),
        )
        for goal in goals
    ]


def _content(library: LibraryArrays, content: int | None) -> UUID | None:
    return library.contents[content].id if content is not None else None


def _point(arrays: PackageArrays, point: int | None) -> UUID | None:
    return arrays.points[point] if point is not None else None
