"""What a report or a package needs before it can be read: everything that it shows, up to date."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.errors import StudioError
from studio.operations.contents.recommendations import refresh_recommendations
from studio.operations.needs.needs import refresh_needs
from studio.operations.own import own
from studio.operations.packages.package_pairs import leading_pairings
from studio.operations.packages.packages import write_packages
from studio.operations.people.cohorts import find_cohort
from studio.operations.runs.pairing_states import CAME_APART
from studio.permissions import Actor, require
from studio.store.cohorts import Cohort
from studio.store.enums import PublishState
from studio.store.locks import lock_studio
from studio.store.pairings import Pairing
from studio.store.people import Trainee
from studio.store.runs import COMPUTED, MatchRun


async def latest_run(session: AsyncSession, actor: Actor, cohort_number: int) -> MatchRun:
    """Return the cohort's published run, or else its latest computed one; NO_RUN when there is none."""
    require(actor, "export_pairings")
    cohort = await find_cohort(session, actor.studio_id, cohort_number)
    run = await _best_run(session, cohort.id)
    if run is None:
        raise StudioError("NO_RUN", field="cohort", number=cohort_number)
    return run


async def _best_run(session: AsyncSession, cohort_id: UUID) -> MatchRun | None:
    found = await session.execute(
        select(MatchRun)
        .where(MatchRun.cohort_id == cohort_id, col(MatchRun.state).in_(COMPUTED))
        .order_by(col(MatchRun.number).desc())
    )
    runs = list(found.scalars())
    published = [run for run in runs if run.publish_state is PublishState.PUBLISHED]
    candidates = published or runs
    return candidates[0] if candidates else None


async def prepare_package(session: AsyncSession, actor: Actor, trainee_id: UUID) -> UUID:
    """Bring a trainee's package up to date in the run that counts, and return the pairing that it belongs to.

    Raises NOT_FOUND, NO_RUN when the cohort was not matched, and NOT_PAIRED when the trainee has no mentor in it.
    """
    require(actor, "refresh_packages")
    trainee = await own(session, actor, Trainee, trainee_id, "traineeId")
    cohort = await session.get_one(Cohort, trainee.cohort_id)
    run = await _best_run(session, cohort.id)
    if run is None:
        raise StudioError("NO_RUN", field="trainee", number=cohort.number)
    found = await session.execute(
        select(Pairing.id).where(Pairing.run_id == run.id, Pairing.trainee_id == trainee.id)
    )
    pairing_ids = list(found.scalars())
    if not pairing_ids:
        raise StudioError("NOT_PAIRED", field="trainee")
    leading = await leading_pairings(session, run.id, pairing_ids)
    pairing_id = next((each.id for each in leading if each.state not in CAME_APART), leading[0].id)
    await write_packages(session, actor, run.id, pairing_ids=[pairing_id])
    return pairing_id


async def prepare_report(session: AsyncSession, actor: Actor, cohort_number: int) -> None:
    """Bring everything that a cohort's report shows up to date; a match is shown if there is one."""
    require(actor, "report")
    cohort = await find_cohort(session, actor.studio_id, cohort_number)
    # Packages are written under the studio's lock, which comes before the cohort's.
    await lock_studio(session, cohort.studio_id)
    await refresh_needs(session, cohort.id)
    await refresh_recommendations(session, cohort.id)
    run = await _best_run(session, cohort.id)
    if run is not None:
        await write_packages(session, actor, run.id)
