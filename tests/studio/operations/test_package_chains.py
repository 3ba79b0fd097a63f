"""A package goes on from run to run while the mentor stays; publishing a run plans its packages."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from studio.errors import Conflict, NotFound
from studio.operations.background.handlers import HANDLERS
from studio.operations.background.worker import Worker
from studio.operations.packages.package_draft import PackageEdit
from studio.operations.packages.package_edits import edit_package
from studio.operations.packages.package_planning import plan_packages_later
from studio.operations.packages.packages import write_packages
from studio.operations.pairings.pairings import override_pairing
from studio.operations.pairings.publishing import publish_match_run
from studio.operations.rules.rules import set_rule
from studio.operations.runs.runs import match_cohort
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import JobKind, JobState, Role, RuleKind
from studio.store.package_enums import PackageAction, PackageOrigin
from studio.store.packages import items_of
from studio.store.tables import Job, MatchRun, Mentor, MentoringPackage, Pairing, Trainee
from tests.studio.operations.conftest import ids

CHANGE = PackageAction.CHANGE
NAME = "赵强"


async def publish(engine: AsyncEngine, organizer: Actor, run_id: UUID) -> None:
    async with writing(engine) as session:
        run = await session.get_one(MatchRun, run_id)
        await publish_match_run(session, organizer, run_id, expected_version=run.version)


async def work(engine: AsyncEngine) -> None:
    while await Worker(engine, HANDLERS).run_once():
        pass


async def plan(engine: AsyncEngine, organizer: Actor, run_id: UUID) -> int:
    async with writing(engine) as session:
        return await write_packages(session, organizer, run_id)


async def chain(engine: AsyncEngine) -> Sequence[MentoringPackage]:
    """All packages of a trainee, in the order in which they were made."""
    trainee = await ids(engine, Trainee, NAME)
    async with reading(engine) as session:
        query = select(MentoringPackage).where(MentoringPackage.trainee_id == trainee)
        return list((await session.execute(query.order_by(col(MentoringPackage.id)))).scalars())


async def note(
    engine: AsyncEngine, actor: Actor, package: MentoringPackage, text: str, version: int | None = None
) -> MentoringPackage:
    edit = PackageEdit(CHANGE, position=0, note=text)
    async with writing(engine) as session:
        return await edit_package(
            session, actor, package.id, [edit], expected_version=version or package.number
        )


async def notes(engine: AsyncEngine, package: MentoringPackage) -> set[str]:
    async with reading(engine) as session:
        items = (await items_of(session, [package.id]))[package.id]
    return {item.note for item in items if item.note}


async def next_run(engine: AsyncEngine, organizer: Actor, cohort_id: UUID, pinned: str = NAME) -> UUID:
    """A later draft: what is new is that a trainee must keep the mentor of the run before."""
    trainee = await ids(engine, Trainee, pinned)
    async with writing(engine) as session:
        pair = (await session.execute(select(Pairing).where(Pairing.trainee_id == trainee))).scalar_one()
        await set_rule(session, organizer, trainee, pair.mentor_id, RuleKind.PIN, reason="双方都愿意")
        return (await match_cohort(session, organizer, cohort_id)).id


async def mentor_of(engine: AsyncEngine, run_id: UUID) -> UUID:
    trainee = await ids(engine, Trainee, NAME)
    async with reading(engine) as session:
        found = await session.execute(
            select(Pairing.mentor_id).where(Pairing.run_id == run_id, Pairing.trainee_id == trainee)
        )
        return found.scalar_one()


async def test_publishing_plans_the_packages_in_a_job(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    await publish(engine, organizer, run_id)
    assert await chain(engine) == []
    await work(engine)
    async with reading(engine) as session:
        job = (await session.execute(select(Job).where(Job.kind == JobKind.PACKAGES))).scalar_one()
        planned = (await session.execute(select(MentoringPackage.pairing_id))).scalars().all()
        pairs = (await session.execute(select(Pairing.id))).scalars().all()
    assert (job.state, job.done, job.total) == (JobState.DONE, 4, 4)
    assert set(planned) == set(pairs)
    # What was planned in the draft already is left as it is.
    assert await plan(engine, organizer, run_id) == 0


async def test_job_goes_on_where_it_stopped(
    engine: AsyncEngine, organizer: Actor, run_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.operations.packages.package_planning.PAIRS", 1)
    calls: list[int] = []

    async def broken(*args: object, pairing_ids: Sequence[UUID], **more: object) -> int:
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("killed")
        return await write_packages(*args, pairing_ids=pairing_ids, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("studio.operations.packages.package_planning.write_packages", broken)
    await publish(engine, organizer, run_id)
    await Worker(engine, HANDLERS).run_once()
    async with writing(engine) as session:
        job = (await session.execute(select(Job).where(Job.kind == JobKind.PACKAGES))).scalar_one()
        assert job.checkpoint == {"done": 2}
        job.lease_until = None
    await work(engine)
    assert len(calls) == 5
    async with reading(engine) as session:
        assert len((await session.execute(select(MentoringPackage.id))).all()) == 4


async def test_run_that_is_no_longer_in_force_gets_no_packages(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    async with writing(engine) as session:
        await plan_packages_later(session, await session.get_one(MatchRun, run_id), None)
    await work(engine)
    assert await chain(engine) == []


async def test_edits_go_on_in_the_next_run_while_the_mentor_stays(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, run_id: UUID
) -> None:
    await plan(engine, organizer, run_id)
    await publish(engine, organizer, run_id)
    (first,) = await chain(engine)
    edited = await note(engine, organizer, first, "去物业公司")
    later = await next_run(engine, organizer, cohort_id)
    assert later != run_id
    assert await mentor_of(engine, later) == first.mentor_id
    await publish(engine, organizer, later)
    await work(engine)
    third = (await chain(engine))[-1]
    assert (third.number, third.origin, third.replaces_id) == (3, PackageOrigin.PLANNED, None)
    assert third.pairing_id != edited.pairing_id
    assert await notes(engine, third) == {"去物业公司"}
    async with reading(engine) as session:
        found = await items_of(session, [edited.id, third.id])
    # The same lines, so that two versions of different runs can be compared.
    assert {item.line_id for item in found[third.id]} == {item.line_id for item in found[edited.id]}
    assert await plan(engine, organizer, later) == 0


async def test_whoever_has_read_a_version_of_the_earlier_run_is_told(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, run_id: UUID
) -> None:
    await plan(engine, organizer, run_id)
    await publish(engine, organizer, run_id)
    (first,) = await chain(engine)
    later = await next_run(engine, organizer, cohort_id)
    await publish(engine, organizer, later)
    await work(engine)
    with pytest.raises(Conflict) as refusal:
        await note(engine, organizer, first, "旧的")
    assert refusal.value.values == {"found": 2, "expected": 1}
    # By an older id, but knowing the number: the version in use is what is edited.
    edited = await note(engine, organizer, first, "新的", version=2)
    assert (edited.number, edited.pairing_id) == (3, (await chain(engine))[1].pairing_id)


async def test_draft_keeps_its_edits_to_itself_until_it_is_published(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, run_id: UUID
) -> None:
    await plan(engine, organizer, run_id)
    await publish(engine, organizer, run_id)
    later = await next_run(engine, organizer, cohort_id)
    await plan(engine, organizer, later)
    first, second = await chain(engine)
    await note(engine, organizer, second, "草稿里的")
    # Planning the published run again takes nothing from the draft, nor is its number the draft's.
    assert await plan(engine, organizer, run_id) == 0
    edited = await note(engine, organizer, first, "公开的")
    assert edited.number == 4
    assert await notes(engine, edited) == {"公开的"}
    # What the published one has got since counts in the draft.
    assert await plan(engine, organizer, later) == 1
    assert await notes(engine, (await chain(engine))[-1]) == {"公开的"}
    assert await plan(engine, organizer, later) == await plan(engine, organizer, run_id) == 0


async def test_another_mentor_begins_anew_and_says_what_it_replaces(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, run_id: UUID
) -> None:
    await plan(engine, organizer, run_id)
    await publish(engine, organizer, run_id)
    (first,) = await chain(engine)
    edited = await note(engine, organizer, first, "原来导师的安排")
    later = await next_run(engine, organizer, cohort_id, "王芳")
    trainee, others = first.trainee_id, [await ids(engine, Mentor, name) for name in ("周兰", "陈松")]
    other = next(mentor for mentor in others if mentor != first.mentor_id)
    async with writing(engine) as session:
        await override_pairing(session, organizer, later, trainee, other, reason="路近")
    await publish(engine, organizer, later)
    await work(engine)
    new = (await chain(engine))[-1]
    assert (new.mentor_id, new.number, new.replaces_id) == (other, 1, edited.id)
    assert await notes(engine, new) == set()
    again = await note(engine, organizer, new, "新导师的安排")
    assert (again.number, again.replaces_id) == (2, None)


async def test_mentor_reads_earlier_versions_of_the_own_package_and_no_draft(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, run_id: UUID
) -> None:
    await plan(engine, organizer, run_id)
    await publish(engine, organizer, run_id)
    (first,) = await chain(engine)
    later = await next_run(engine, organizer, cohort_id)
    await plan(engine, organizer, later)
    draft = (await chain(engine))[-1]
    async with reading(engine) as session:
        person = (await session.get_one(Mentor, first.mentor_id)).person_id
    mentor = Actor(Role.MENTOR, organizer.studio_id, person)
    with pytest.raises(NotFound):
        await note(engine, mentor, draft, "还没有公布")
    await publish(engine, organizer, later)
    assert (await note(engine, mentor, first, "看得到", version=2)).number == 3
