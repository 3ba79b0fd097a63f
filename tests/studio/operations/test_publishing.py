import asyncio
from contextlib import nullcontext
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.errors import Conflict, StudioError
from studio.operations.pairings.publishing import publish_match_run
from studio.operations.people.cohorts import find_cohort
from studio.operations.people.mentors import import_mentors
from studio.operations.people.roster import import_roster
from studio.operations.rules.rules import set_rule
from studio.operations.runs.runs import match_cohort, start_match_run
from studio.permissions import Actor
from studio.store.clock import today
from studio.store.database import reading, writing
from studio.store.enums import PairingState, PublishState, RuleKind
from studio.store.labels import label
from studio.store.schema import configuration, migrate
from studio.store.tables import MatchRun, Mentor, MentorPlace, Pairing, Trainee
from tests.studio.operations.conftest import MENTOR_HEADER, ROSTER, csv_file, ids, pairs


def mentors(*capacities: tuple[str, str, int]) -> bytes:
    """A mentor list of (name, community, capacity)."""
    return csv_file(
        MENTOR_HEADER, *((name, place, "", count, "", "", "", "") for name, place, count in capacities)
    )


async def take_in(engine: AsyncEngine, organizer: Actor, *capacities: tuple[str, str, int]) -> None:
    async with writing(engine) as session:
        await import_mentors(session, organizer, mentors(*capacities), "mentors.csv")


async def draft(engine: AsyncEngine, organizer: Actor, cohort_id: UUID) -> MatchRun:
    async with writing(engine) as session:
        return await match_cohort(session, organizer, cohort_id)


async def refused(engine: AsyncEngine, organizer: Actor, run: MatchRun) -> str:
    """Code of the refusal to publish a draft."""
    with pytest.raises(StudioError) as refusal:
        async with writing(engine) as session:
            await publish_match_run(session, organizer, run.id, expected_version=run.version)
    async with reading(engine) as session:
        assert (await session.get_one(MatchRun, run.id)).publish_state is PublishState.DRAFT
    return refusal.value.code


async def places_of(engine: AsyncEngine, mentor_id: UUID) -> list[tuple[int, bool]]:
    async with reading(engine) as session:
        found = await session.execute(
            select(MentorPlace.number, MentorPlace.open)
            .where(MentorPlace.mentor_id == mentor_id)
            .order_by(MentorPlace.number)
        )
        return [(number, is_open) for number, is_open in found.all()]


async def test_both_sides_can_be_given_until_today_and_no_day_before(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    run = await draft(engine, organizer, cohort_id)
    for day in (today() - timedelta(days=1), today()):
        with pytest.raises(StudioError) if day < today() else nullcontext() as refusal:
            async with writing(engine) as session:
                await publish_match_run(
                    session, organizer, run.id, expected_version=run.version, answer_by=day
                )
        if refusal is not None:
            assert (refusal.value.code, refusal.value.values["date"]) == ("ANSWER_BY_PAST", day.isoformat())
    async with reading(engine) as session:
        found = await session.execute(select(Pairing.answer_by).where(Pairing.run_id == run.id))
        assert set(found.scalars()) == {today()}


async def test_capacity_that_shrank_refuses_an_old_draft(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    run = await draft(engine, organizer, cohort_id)
    assert list((await pairs(engine, run.id)).values()).count("陈松") == 2
    await take_in(engine, organizer, ("陈松", "和平社区", 1))
    assert await refused(engine, organizer, run) == "CAPACITY_EXCEEDED"
    again = await draft(engine, organizer, cohort_id)
    assert again.matched == 3
    async with writing(engine) as session:
        await publish_match_run(session, organizer, again.id, expected_version=again.version)


async def test_places_closed_and_opened_again_admit_the_draft(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    run = await draft(engine, organizer, cohort_id)
    for capacity in (1, 2):
        await take_in(engine, organizer, ("陈松", "和平社区", capacity))
    async with writing(engine) as session:
        await publish_match_run(session, organizer, run.id, expected_version=run.version)


async def test_database_itself_refuses_a_closed_place_that_is_held(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    run = await draft(engine, organizer, cohort_id)
    hold = sa.update(Pairing).where(Pairing.run_id == run.id).values(held_place_id=Pairing.place_id)
    close = sa.update(MentorPlace).values(open=False)
    reopen = sa.update(MentorPlace).values(open=True)
    no_check = sa.update(Pairing).values(held_open=False)
    for allowed, refused_by_database in ((close, hold), (reopen, no_check), (hold, close)):
        async with writing(engine) as session:
            await session.execute(allowed)
        with pytest.raises(IntegrityError):
            async with writing(engine) as session:
                await session.execute(refused_by_database)


@pytest.mark.parametrize("state", ["AWAITING_CONSENT", "CONFIRMED", "ACTIVE", "PAUSED"])
async def test_database_itself_refuses_a_pair_under_way_without_a_place(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, state: str
) -> None:
    await draft(engine, organizer, cohort_id)
    with pytest.raises(IntegrityError):
        async with writing(engine) as session:
            await session.execute(sa.update(Pairing).values(state=state))
    async with writing(engine) as session:
        await session.execute(sa.update(Pairing).values(state=state, held_place_id=Pairing.place_id))


async def test_upgrade_opens_places_that_are_held(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    run = await draft(engine, organizer, cohort_id)
    mentor = await ids(engine, Mentor, "陈松")
    async with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            driver = (await connection.get_raw_connection()).driver_connection
            await driver.execute("PRAGMA foreign_keys=OFF")
        async with connection.begin():
            await connection.run_sync(lambda sync: command.downgrade(configuration(sync), "0001"))
            for statement in (
                sa.update(Pairing).values(held_place_id=Pairing.place_id),
                sa.update(MentorPlace).where(MentorPlace.number > 1).values(open=False),
                sa.update(Mentor).values(capacity=1),
            ):
                await connection.execute(statement)
        await connection.invalidate()
    await migrate(engine)
    assert len(await pairs(engine, run.id)) == 4
    assert await places_of(engine, mentor) == [(1, True), (2, True)]
    async with reading(engine) as session:
        assert (await session.get_one(Mentor, mentor)).capacity == 2


async def test_shrinking_capacity_keeps_held_places_open_and_is_idempotent(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    mentor = await ids(engine, Mentor, "陈松")
    run = await draft(engine, organizer, cohort_id)
    async with writing(engine) as session:
        # Only the second place is held.
        second = select(MentorPlace.id).where(MentorPlace.mentor_id == mentor, MentorPlace.number == 2)
        hold = sa.update(Pairing).where(Pairing.run_id == run.id, Pairing.place_id.in_(second))
        await session.execute(hold.values(held_place_id=Pairing.place_id))
    await take_in(engine, organizer, ("陈松", "和平社区", 1))
    assert await places_of(engine, mentor) == [(1, False), (2, True)]
    async with writing(engine) as session:
        again = await import_mentors(session, organizer, mentors(("陈松", "和平社区", 1)), "mentors.csv")
    assert (again.updated, again.unchanged) == (0, 1)
    async with writing(engine) as session:
        none = mentors(("陈松", "和平社区", 0))
        report = await import_mentors(session, organizer, none, "mentors.csv", skip_bad_rows=True)
    assert [issue.code.value for issue in report.rejected] == ["CAPACITY_BELOW_LOAD"]


async def test_draft_whose_places_are_gone_is_not_the_answer_to_a_new_match(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    """Another cohort took the place that our draft counts on, and the mentor opened a further one."""
    async with writing(engine) as session:
        await import_roster(session, organizer, ROSTER, "roster.csv", 4)
        fourth = (await find_cohort(session, organizer.studio_id, 4)).id
    everybody = (("周兰", "竹园社区"), ("陈松", "和平社区"), ("吴桂", "桂语社区"))
    ours = await draft(engine, organizer, cohort_id)
    theirs = await draft(engine, organizer, fourth)
    async with writing(engine) as session:
        await publish_match_run(session, organizer, theirs.id, expected_version=theirs.version)
    held = list((await pairs(engine, theirs.id)).values())
    own = list((await pairs(engine, ours.id)).values())
    more = [(name, place, held.count(name) + own.count(name)) for name, place in everybody]
    await take_in(engine, organizer, *more)
    again = await draft(engine, organizer, cohort_id)
    assert again.input_hash == ours.input_hash
    assert again.id != ours.id
    async with writing(engine) as session:
        await publish_match_run(session, organizer, again.id, expected_version=again.version)


async def test_only_a_computed_draft_is_published(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        queued = await start_match_run(session, organizer, cohort_id)
    assert await refused(engine, organizer, queued) == "ILLEGAL_TRANSITION"
    run = await draft(engine, organizer, cohort_id)
    async with writing(engine) as session:
        published = await publish_match_run(session, organizer, run.id, expected_version=run.version)
    with pytest.raises(StudioError) as refusal:
        async with writing(engine) as session:
            await publish_match_run(session, organizer, run.id, expected_version=published.version)
    assert refusal.value.code == "ILLEGAL_TRANSITION"
    async with reading(engine) as session:
        versions = (await session.execute(select(Pairing.version).where(Pairing.run_id == run.id))).scalars()
        assert set(versions) == {2}


@pytest.mark.parametrize("kind", [RuleKind.FORBID, RuleKind.PIN])
async def test_rule_set_after_the_match_refuses_the_draft(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, kind: RuleKind
) -> None:
    run = await draft(engine, organizer, cohort_id)
    trainee = await ids(engine, Trainee, "赵强")
    with_whom = (await pairs(engine, run.id))["赵强", 5]
    name = (
        with_whom
        if kind is RuleKind.FORBID
        else next(other for other in ("周兰", "陈松") if other != with_whom)
    )
    async with writing(engine) as session:
        await set_rule(session, organizer, trainee, await ids(engine, Mentor, name), kind, reason="亲属")
    with pytest.raises(StudioError) as refusal:
        async with writing(engine) as session:
            await publish_match_run(session, organizer, run.id, expected_version=run.version)
    assert refusal.value.code == "CONSTRAINT_VIOLATED"
    for language, word in (("zh", label(kind)), ("en", kind.value.lower())):
        told = refusal.value.message(language)
        assert all(words in told for words in (f"赵强={name}", word))
        assert kind.value not in told


async def test_the_database_itself_refuses_a_place_twice(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        await match_cohort(session, organizer, cohort_id)
    async with reading(engine) as session:
        place_id, mentor_id = (await session.execute(select(Pairing.place_id, Pairing.mentor_id))).all()[0]
    everybody_there = sa.update(Pairing).values(place_id=place_id, mentor_id=mentor_id)
    async with writing(engine) as session:
        with pytest.raises(IntegrityError):
            await session.execute(everybody_there)


async def test_publishing_takes_places_and_another_cohort_finds_them_gone(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        await import_roster(session, organizer, ROSTER, "roster.csv", 4)
        fourth = (await find_cohort(session, organizer.studio_id, 4)).id
        ours = await match_cohort(session, organizer, cohort_id)
        theirs = await match_cohort(session, organizer, fourth)
        published = await publish_match_run(session, organizer, ours.id, expected_version=ours.version)
    assert published.publish_state is PublishState.PUBLISHED
    with pytest.raises(Conflict) as refusal:
        async with writing(engine) as session:
            await publish_match_run(session, organizer, theirs.id, expected_version=theirs.version)
    assert refusal.value.code == "CAPACITY_EXCEEDED"
    async with writing(engine) as session:
        later = await match_cohort(session, organizer, fourth)
    assert later.matched == 0
    async with reading(engine) as session:
        states = set(
            (await session.execute(select(Pairing.state).where(Pairing.run_id == ours.id))).scalars()
        )
        held = (
            await session.execute(
                select(sa.func.count()).select_from(Pairing).where(Pairing.held_place_id.is_not(None))
            )
        ).scalar_one()
        places = (await session.execute(select(sa.func.count()).select_from(MentorPlace))).scalar_one()
    assert states == {PairingState.AWAITING_CONSENT}
    assert held == places == 4


async def test_publishing_again_gives_earlier_places_back(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        first = await match_cohort(session, organizer, cohort_id)
        await publish_match_run(session, organizer, first.id, expected_version=first.version)
    trainee, mentor = await ids(engine, Trainee, "赵强"), await ids(engine, Mentor, "周兰")
    async with writing(engine) as session:
        await set_rule(session, organizer, trainee, mentor, RuleKind.PIN, reason="换人")
        second = await match_cohort(session, organizer, cohort_id)
        await publish_match_run(session, organizer, second.id, expected_version=second.version)
    async with reading(engine) as session:
        rows = (
            await session.execute(select(MatchRun.number, MatchRun.publish_state).order_by(MatchRun.number))
        ).all()
    assert [tuple(row) for row in rows] == [(1, PublishState.SUPERSEDED), (2, PublishState.PUBLISHED)]


async def test_two_organizers_publishing_at_once_only_one_wins(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        await import_roster(session, organizer, ROSTER, "roster.csv", 4)
        fourth = (await find_cohort(session, organizer.studio_id, 4)).id
        runs = [
            await match_cohort(session, organizer, cohort_id),
            await match_cohort(session, organizer, fourth),
        ]

    async def publish(run: MatchRun) -> str:
        try:
            async with writing(engine) as session:
                await publish_match_run(session, organizer, run.id, expected_version=run.version)
        except (Conflict, IntegrityError):
            return "refused"
        return "published"

    assert sorted(await asyncio.gather(*(publish(run) for run in runs))) == ["published", "refused"]
