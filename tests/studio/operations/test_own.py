from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.errors import Conflict, NotFound
from studio.operations.contents.recommendations import recommend_contents
from studio.operations.needs.needs import compute_needs
from studio.operations.own import own, require_version
from studio.operations.packages.packages import write_packages
from studio.operations.pairings.pairings import lock_pairing, override_pairing
from studio.operations.pairings.publishing import publish_match_run
from studio.operations.people.cohorts import find_cohort
from studio.operations.people.studios import create_studio, organizer_of
from studio.operations.rules.rules import set_rule
from studio.operations.runs.runs import match_cohort, start_match_run
from studio.permissions import Actor
from studio.store.database import writing
from studio.store.enums import RuleKind
from studio.store.tables import Cohort, Mentor, Pairing, Trainee
from tests.studio.operations.conftest import ids


@pytest.fixture
async def stranger(engine: AsyncEngine) -> Actor:
    """The organizer of another studio."""
    async with writing(engine) as session:
        return organizer_of(await create_studio(session, "别的工作室"))


async def test_row_of_the_own_studio_is_returned_and_no_other(
    engine: AsyncEngine, organizer: Actor, stranger: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        assert (await own(session, organizer, Cohort, cohort_id, "cohortId")).id == cohort_id
        for actor, sought in ((stranger, cohort_id), (organizer, uuid4())):
            with pytest.raises(NotFound) as refusal:
                await own(session, actor, Cohort, sought, "cohortId", lock=True)
            assert (refusal.value.field, refusal.value.values) == ("cohortId", {"what": "Cohort"})


async def test_version_that_has_changed_is_refused(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        cohort = await find_cohort(session, organizer.studio_id, 3)
        for seen in (cohort.version, None):
            require_version(cohort, seen)
        with pytest.raises(Conflict) as refusal:
            require_version(cohort, cohort.version + 1)
    assert refusal.value.code == "CONFLICT_VERSION"


async def test_operations_find_nothing_of_another_studio(
    engine: AsyncEngine, organizer: Actor, stranger: Actor, cohort_id: UUID
) -> None:
    trainee, mentor = await ids(engine, Trainee, "赵强"), await ids(engine, Mentor, "周兰")
    async with writing(engine) as session:
        run = await match_cohort(session, organizer, cohort_id)
        pairing_id = (await session.execute(select(Pairing.id).limit(1))).scalar_one()
    attempts = [
        lambda session: publish_match_run(session, stranger, run.id, expected_version=run.version),
        lambda session: override_pairing(session, stranger, run.id, trainee, mentor, reason="x"),
        lambda session: lock_pairing(session, stranger, pairing_id, locked=True, expected_version=1),
        lambda session: write_packages(session, stranger, run.id),
        lambda session: match_cohort(session, stranger, cohort_id),
        lambda session: start_match_run(session, stranger, cohort_id),
        lambda session: compute_needs(session, stranger, cohort_id),
        lambda session: recommend_contents(session, stranger, cohort_id=cohort_id),
        lambda session: recommend_contents(session, stranger, trainee_id=trainee),
        lambda session: set_rule(session, stranger, trainee, mentor, RuleKind.PIN, reason="x"),
    ]
    for attempt in attempts:
        async with writing(engine) as session:
            with pytest.raises(NotFound):
                await attempt(session)
