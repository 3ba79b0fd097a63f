"""Mentoring packages (带教套餐): a tailor-made week for every pair of a run."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.arrays.packages import (
    LibraryArrays,
    PackageRows,
    library_arrays,
    package_arrays,
    speakers_for,
)
from studio.arrays.seniority import seniority
from studio.errors import NotFound
from studio.operations.audit import audit
from studio.operations.contents.recommendations import Offer, answering_contents, offered
from studio.operations.own import own_run
from studio.operations.packages.package_chains import Chain
from studio.operations.packages.package_pairs import leading_pairings
from studio.operations.packages.package_rows import Decided, planned_rows
from studio.permissions import Actor, require
from studio.store.catalogue import Content, ContentPrerequisite, ContentTopic
from studio.store.clock import today
from studio.store.columns import StudioRow
from studio.store.needs import TraineeNeed
from studio.store.packages import items_of, versions_of
from studio.store.pairings import Pairing
from studio.store.people import Trainee, mentors_of, strengths_of
from studio.store.rows import chunks, insert_rows
from studio.store.topics import topics_of

# A week needs more than the list that a trainee reads: with 12 every fourth day had nothing to work with.
CONTENTS_TO_PLAN_FROM = 40


async def write_packages(
    session: AsyncSession, actor: Actor, run_id: UUID, *, pairing_ids: Sequence[UUID] | None = None
) -> int:
    """Plan the week of every pair of a run (or of some) and return how many were made.

    A pair whose mentor, needs and fitting contents are those that its package was planned from keeps it; where
    they differ a package with the next number takes its place, and the earlier ones stay. What people have edited
    is kept and the rest is planned around it, in a later run, too, as long as the mentor stays; with another mentor
    a package begins anew and says which one it replaces. A trainee with two mentors gets one, with that of practice.
    """
    require(actor, "refresh_packages")
    run = await own_run(session, actor, run_id)
    pairings = await leading_pairings(session, run.id, pairing_ids)
    if not pairings:
        return 0
    library = await _library(session, run.studio_id)
    if not library.top:
        raise NotFound("Topic")
    mentors = await _mentors(session, run.studio_id)
    offer = await offered(session, run.studio_id)
    made = 0
    for some in chunks(pairings):
        made += await _renew(session, library, mentors, offer, some)
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
    offer: Offer,
    pairings: Sequence[Pairing],
) -> int:
    """Make the packages that are missing or out of date; return how many."""
    versions = await versions_of(session, [pairing.trainee_id for pairing in pairings])
    chains = {pairing.id: Chain.of(pairing, versions[pairing.trainee_id]) for pairing in pairings}
    before = {pairing.id: chains[pairing.id].before for pairing in pairings}
    rows = await _package_rows(session, mentors, offer, pairings)
    arrays = {pairing.id: package_arrays(library, rows[pairing.id]) for pairing in pairings}
    items = await items_of(session, [package.id for package in before.values() if package])
    new: list[StudioRow] = []
    made = 0
    for pairing in pairings:
        goes_on = before[pairing.id]
        is_own = goes_on is not None and goes_on.pairing_id == pairing.id
        if goes_on is None or not is_own or goes_on.input_hash != arrays[pairing.id].input_hash:
            decided = Decided.by(goes_on, items[goes_on.id]) if goes_on else Decided()
            new.extend(planned_rows(library, arrays[pairing.id], pairing, decided, chains[pairing.id]))
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


async def _package_rows(
    session: AsyncSession, mentors: _Mentors, offer: Offer, pairings: Sequence[Pairing]
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
    found_trainees = await session.execute(
        select(Trainee)
        .where(col(Trainee.id).in_(trainee_ids))
        .order_by(col(Trainee.roster_row), col(Trainee.id))
    )
    trainees = list(found_trainees.scalars())
    levels = {trainee.id: seniority(trainee, today()) - 1 for trainee in trainees}
    shelf = await answering_contents(session, offer, trainees, CONTENTS_TO_PLAN_FROM)
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
