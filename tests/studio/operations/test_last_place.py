"""Places under pressure: whoever comes at once for the last one, exactly one gets it, and the others are told."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import select

from studio.errors import StudioError
from studio.operations.pairings.consents import decline_pairing
from studio.operations.pairings.offering import offer_place
from studio.operations.pairings.pairings import override_pairing
from studio.operations.pairings.publishing import publish_match_run
from studio.operations.people.cohorts import find_cohort
from studio.operations.people.mentors import import_mentors
from studio.operations.people.roster import import_roster
from studio.operations.rules.limits import remove_limit_rule, set_limit_rule
from studio.operations.runs.runs import match_cohort
from studio.permissions import Actor
from studio.store.clock import held_at
from studio.store.database import reading, write
from studio.store.enums import PairingState
from studio.store.limit_enums import LimitGroup, LimitKind
from studio.store.pairing_enums import DeclineReason
from studio.store.tables import MatchRun, Mentor, MentorPlace, Pairing, Person, Trainee
from tests.studio.operations.conftest import MENTOR_HEADER, ROSTER, ROSTER_HEADER, csv_file, ids
from tests.studio.operations.published import Published, published

__all__ = ["published"]

ASKING = 100
# As many as the pool has connections: who waits for one would be told after 30 seconds that the database is busy.
AT_A_TIME = 15
Work = Callable[[AsyncSession], Awaitable[Any]]


async def together(engine: AsyncEngine, works: list[Work]) -> Counter[str]:
    """Do every work at the same time, as mutations are done; count the codes, "" for what was done."""

    turn = asyncio.Semaphore(AT_A_TIME)

    async def one(work: Work) -> str:
        try:
            async with turn:
                await write(engine, work)
        except StudioError as refusal:
            return refusal.code
        return ""

    return Counter(await asyncio.gather(*(one(work) for work in works)))


async def crowd(engine: AsyncEngine, organizer: Actor) -> list[UUID]:
    """Add a hundred more trainees to the third cohort, for whom there is no place, and return them."""
    rows = [(f"学员{number}", "副书记", "播州区", "", f"社区{number}", "", "") for number in range(ASKING)]

    async def work(session: AsyncSession) -> list[UUID]:
        await import_roster(session, organizer, csv_file(ROSTER_HEADER, *rows), "roster.csv", 3)
        found = await session.execute(
            select(Trainee.id)
            .join(Person, Person.id == Trainee.person_id)
            .where(Person.name.startswith("学员"))
        )
        return list(found.scalars())

    return await write(engine, work)


async def held(engine: AsyncEngine) -> list[UUID]:
    async with reading(engine) as session:
        found = await session.execute(select(Pairing.held_place_id).where(Pairing.held_place_id.is_not(None)))
        return list(found.scalars())


async def capacity(engine: AsyncEngine, organizer: Actor, name: str, community: str, count: int) -> None:
    table = csv_file(MENTOR_HEADER, (name, community, "", count, "", "", "", ""))
    await write(engine, lambda session: import_mentors(session, organizer, table, "mentors.csv"))


async def test_hundred_on_the_waiting_list_and_one_place(published: Published) -> None:
    engine, organizer = published.engine, published.organizer
    waiting = await crowd(engine, organizer)
    assert len(waiting) == ASKING
    taken = next(one for one in await published.pairings())
    mentor = (await published.both(taken))[0]
    await published.do(decline_pairing, mentor, taken.id, DeclineReason.NO_TIME)
    before = await held(engine)

    def ask(trainee_id: UUID) -> Work:
        return lambda session: offer_place(
            session, organizer, published.run_id, trainee_id, taken.mentor_id, reason="候补"
        )

    done = await together(engine, [ask(trainee_id) for trainee_id in waiting])
    assert done == {"": 1, "CAPACITY_EXCEEDED": ASKING - 1}
    now = await held(engine)
    assert len(now) == len(set(now)) == len(before) + 1
    # The place that was given back, in the same run.
    assert set(now) - set(before) == {taken.place_id}
    (new,) = [one for one in await published.pairings() if one.trainee_id in waiting]
    assert (new.state, new.mentor_id) == (PairingState.AWAITING_CONSENT, taken.mentor_id)
    assert (await published.steps(new.id))[0][1] is PairingState.AWAITING_CONSENT


async def test_hundred_overrides_of_a_draft_and_one_place(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    run = await write(engine, lambda session: match_cohort(session, organizer, cohort_id))
    assert run.matched == 4
    waiting = await crowd(engine, organizer)
    await capacity(engine, organizer, "陈松", "和平社区", 3)
    chen = await ids(engine, Mentor, "陈松")
    async with reading(engine) as session:
        theirs = select(sa.func.count()).where(Pairing.run_id == run.id, Pairing.mentor_id == chen)
        free = 3 - (await session.execute(theirs)).scalar_one()
    assert free >= 1

    def override(trainee_id: UUID) -> Work:
        return lambda session: override_pairing(session, organizer, run.id, trainee_id, chen, reason="候补")

    done = await together(engine, [override(trainee_id) for trainee_id in waiting])
    assert done == {"": free, "CAPACITY_EXCEEDED": ASKING - free}


async def test_overrides_offers_publications_and_declines_at_once(published: Published) -> None:
    """Writers of a published run and of a draft: nobody meets a fault, and no place is held twice."""
    engine, organizer = published.engine, published.organizer
    waiting = await crowd(engine, organizer)
    await capacity(engine, organizer, "周兰", "竹园社区", 3)
    draft = await published.do(match_cohort, organizer, published.cohort_id)
    zhou, chen = await ids(engine, Mentor, "周兰"), await ids(engine, Mentor, "陈松")
    pairing = (await published.pairings())[0]
    mentor = (await published.both(pairing))[0]

    def offer(trainee_id: UUID) -> Work:
        return lambda session: offer_place(
            session, organizer, published.run_id, trainee_id, chen, reason="候补"
        )

    def override(trainee_id: UUID) -> Work:
        return lambda session: override_pairing(session, organizer, draft.id, trainee_id, zhou, reason="候补")

    async def publish(session: AsyncSession) -> None:
        now = await session.get_one(MatchRun, draft.id)
        await publish_match_run(session, organizer, draft.id, expected_version=now.version)

    def decline(session: AsyncSession) -> Awaitable[Pairing]:
        return decline_pairing(session, mentor, pairing.id, DeclineReason.NO_TIME)

    works: list[Work] = [offer(trainee_id) for trainee_id in waiting[:40]]
    works[10:10] = [override(trainee_id) for trainee_id in waiting[40:80]]
    works[30:30] = [publish, decline, publish]
    done = await together(engine, works)
    assert sum(done.values()) == len(works)
    assert set(done) <= {
        "",
        "CAPACITY_EXCEEDED",
        "CONFLICT_VERSION",
        "CONSTRAINT_VIOLATED",
        "ILLEGAL_TRANSITION",
        "NOT_FOUND",
        "TRAINEE_IN_RUN",
    }
    now = await held(engine)
    assert len(now) == len(set(now))
    async with reading(engine) as session:
        places = (await session.execute(select(sa.func.count()).select_from(MentorPlace))).scalar_one()
        assert len(now) <= places


async def test_two_organizers_publish_two_drafts_at_once(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    """Drafts of two cohorts that want the same places, and of one cohort: one of each wins, the others are told."""

    async def prepare(session: AsyncSession) -> list[MatchRun]:
        await import_roster(session, organizer, ROSTER, "roster.csv", 4)
        fourth = (await find_cohort(session, organizer.studio_id, 4)).id
        return [await match_cohort(session, organizer, cohort) for cohort in (cohort_id, fourth)]

    runs = await write(engine, prepare)

    def publish(run: MatchRun) -> Work:
        return lambda session: publish_match_run(session, organizer, run.id, expected_version=run.version)

    done = await together(engine, [publish(run) for run in (*runs, *runs)])
    assert done[""] == 1
    assert set(done) - {""} <= {"CAPACITY_EXCEEDED", "CONFLICT_VERSION", "ILLEGAL_TRANSITION"}
    assert sum(done.values()) == 4
    assert len(await held(engine)) == 4


@pytest.mark.parametrize("state", [PairingState.SUGGESTED, PairingState.DECLINED])
async def test_database_itself_refuses_a_place_twice_unless_it_was_given_back(
    published: Published, state: PairingState
) -> None:
    first, second = (await published.pairings())[:2]
    end = sa.update(Pairing).where(Pairing.id == first.id).values(state=state, held_place_id=None)
    take = (
        sa.update(Pairing)
        .where(Pairing.id == second.id)
        .values(place_id=first.place_id, mentor_id=first.mentor_id, held_place_id=first.place_id)
    )

    async def work(session: AsyncSession) -> None:
        await session.execute(end)
        await session.execute(take)

    if state is PairingState.DECLINED:
        await write(published.engine, work)
    else:
        with pytest.raises(sa.exc.IntegrityError):
            await write(published.engine, work)


async def test_place_is_offered_to_whoever_waits_only(published: Published) -> None:
    engine, organizer = published.engine, published.organizer
    waiting = (await crowd(engine, organizer))[0]
    declined, other = (await published.pairings())[:2]
    await published.do(
        decline_pairing, (await published.both(declined))[0], declined.id, DeclineReason.NO_TIME
    )

    async def refused(run_id: UUID, trainee_id: UUID, reason: str = "候补") -> str:
        with pytest.raises(StudioError) as refusal:
            await published.do(offer_place, organizer, run_id, trainee_id, declined.mentor_id, reason=reason)
        return refusal.value.code

    assert await refused(published.run_id, other.trainee_id) == "TRAINEE_IN_RUN"
    assert await refused(published.run_id, declined.trainee_id) == "TRAINEE_IN_RUN"
    assert await refused(published.run_id, waiting, " ") == "REASON_MISSING"
    draft = await published.do(match_cohort, organizer, published.cohort_id)
    assert await refused(draft.id, waiting) == "ILLEGAL_TRANSITION"
    for _ in range(2):
        given = {"reason": "候补", "idempotency_key": "k"}
        made = await published.do(
            offer_place, organizer, published.run_id, waiting, declined.mentor_id, **given
        )
    assert [one.id for one in await published.pairings() if one.trainee_id == waiting] == [made.id]
    run = await published.get(MatchRun, published.run_id)
    assert run.matched <= run.total


async def test_offer_that_breaks_a_limit_is_refused_and_another_has_a_last_day(
    published: Published,
) -> None:
    organizer, cohort_id = published.organizer, published.cohort_id
    pairing = (await published.pairings())[0]
    mentor, _ = await published.both(pairing)
    await published.do(decline_pairing, mentor, pairing.id, DeclineReason.NO_TIME)
    late = csv_file(ROSTER_HEADER, ("来迟", "副书记", "播州区", "", "新社区", "", ""))
    await published.do(import_roster, organizer, late, "roster.csv", 3)
    trainee_id = await ids(published.engine, Trainee, "来迟")
    how = {"mentor_id": pairing.mentor_id, "grouped_by": LimitGroup.TRAINEE_ROLE, "reason": "先带老学员"}
    rule = await published.do(set_limit_rule, organizer, cohort_id, LimitKind.QUOTA, 0, **how)
    offer = published.run_id, trainee_id, pairing.mentor_id
    with pytest.raises(StudioError) as refusal:
        await published.do(offer_place, organizer, *offer, reason="候补")
    assert (refusal.value.code, refusal.value.field) == ("LIMIT_BROKEN", "mentorId")
    assert "先带老学员" in refusal.value.message()
    await published.do(remove_limit_rule, organizer, rule.id)
    later = datetime.now(UTC) + timedelta(days=3)
    with held_at(later):
        offered = await published.do(offer_place, organizer, *offer, reason="候补")
    # Its last day is later than that of the others.
    for day, state in ((12, PairingState.AWAITING_CONSENT), (16, PairingState.EXPIRED)):
        with held_at(later + timedelta(days=day)):
            await published.work()
        assert (await published.get(Pairing, offered.id)).state is state
