"""Who with whom in which week: matched, explained, changed, proposed anew, published, replayed, rolled back."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.errors import Conflict, StudioError
from studio.operations.pairings.consents import accept_pairing, decline_pairing
from studio.operations.pairings.offering import offer_place
from studio.operations.pairings.pairings import override_pairing
from studio.operations.pairings.publishing import publish_match_run
from studio.operations.pairings.rematching import propose_rematch
from studio.operations.pairings.rollback import roll_back_match_run
from studio.operations.pairings.week_moves import move_pairing_to_week
from studio.operations.people.cohorts import find_cohort
from studio.operations.people.mentors import import_mentors
from studio.operations.people.roster import import_roster
from studio.operations.people.weeks import set_cohort_weeks, set_mentor_weeks, set_trainee_weeks
from studio.operations.rules.rules import set_rule
from studio.operations.runs.runs import match_cohort
from studio.operations.suppositions.override_preview import Verdict, preview_override
from studio.operations.suppositions.replay import ReplayOutcome, replay_run
from studio.operations.suppositions.suppositions import Supposition
from studio.operations.suppositions.what_if import what_if
from studio.operations.suppositions.what_if_words import told, told_preview
from studio.permissions import Actor
from studio.store.database import reading, write, writing
from studio.store.enums import MatchRunState, PairingState, RuleKind
from studio.store.pairing_enums import DeclineReason
from studio.store.tables import (
    Cohort,
    MatchMove,
    MatchRun,
    Mentor,
    Pairing,
    Trainee,
    Unmatched,
    WeekReason,
    WeekRepair,
)
from tests.databases import remembered
from tests.studio.operations.conftest import MENTOR_HEADER, ROSTER, csv_file, ids
from tests.studio.operations.published import Published
from tests.studio.operations.test_last_place import together

W14, W15, W16 = date(2026, 3, 30), date(2026, 4, 6), date(2026, 4, 13)


async def offer(engine: AsyncEngine, organizer: Actor, cohort_id: UUID, *weeks: date) -> None:
    async with writing(engine) as session:
        cohort = await session.get_one(Cohort, cohort_id)
        await set_cohort_weeks(session, organizer, cohort_id, weeks, expected_version=cohort.version)


async def free(
    engine: AsyncEngine, organizer: Actor, name: str, weeks: Sequence[date] | None, weekly: int | None = None
) -> None:
    mentor_id = await ids(engine, Mentor, name)
    async with writing(engine) as session:
        version = (await session.get_one(Mentor, mentor_id)).version
        await set_mentor_weeks(
            session, organizer, mentor_id, weeks, expected_version=version, weekly_capacity=weekly
        )


async def places(engine: AsyncEngine, organizer: Actor, *rows: tuple[str, str, int]) -> None:
    table = csv_file(
        MENTOR_HEADER, *((name, place, "", count, "", "", "", "") for name, place, count in rows)
    )
    await write(engine, lambda session: import_mentors(session, organizer, table, "m.csv"))


async def matched(engine: AsyncEngine, organizer: Actor, cohort_id: UUID) -> MatchRun:
    return await write(engine, lambda session: match_cohort(session, organizer, cohort_id))


async def pairs(engine: AsyncEngine, run_id: UUID) -> dict[UUID, Pairing]:
    async with reading(engine) as session:
        found = await session.execute(select(Pairing).where(Pairing.run_id == run_id))
        return {pairing.trainee_id: pairing for pairing in found.scalars()}


async def bookings(engine: AsyncEngine, run_id: UUID) -> dict[UUID, tuple[UUID, date | None]]:
    return {each: (pair.mentor_id, pair.week) for each, pair in (await pairs(engine, run_id)).items()}


@remembered
async def weekly(engine: AsyncEngine, organizer: Actor, cohort_id: UUID) -> UUID:
    """The cohort of four, which offers three weeks; there are enough places."""
    await places(engine, organizer, ("周兰", "竹园社区", 4), ("陈松", "和平社区", 4), ("吴桂", "桂语社区", 4))
    await offer(engine, organizer, cohort_id, W14, W15, W16)
    return cohort_id


async def test_cohort_without_weeks_has_none_and_its_hash_stays(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    before = await matched(engine, organizer, cohort_id)
    assert {week for _, week in (await bookings(engine, before.id)).values()} == {None}
    await free(engine, organizer, "周兰", [W14])
    again = await matched(engine, organizer, cohort_id)
    assert (again.id, again.input_hash) == (before.id, before.input_hash)
    await offer(engine, organizer, cohort_id, W14)
    other = await matched(engine, organizer, cohort_id)
    assert other.input_hash != before.input_hash


async def test_match_books_nobody_twice_and_is_proven(
    engine: AsyncEngine, organizer: Actor, weekly: UUID
) -> None:
    run = await matched(engine, organizer, weekly)
    assert (run.state, run.verified, run.matched) == (MatchRunState.OPTIMAL, True, 4)
    booked = Counter((await bookings(engine, run.id)).values())
    assert set(booked.values()) == {1}
    assert {week for _, week in booked} <= {W14, W15, W16}
    assert (await matched(engine, organizer, weekly)).id == run.id
    async with reading(engine) as session:
        assert (await replay_run(session, organizer, run.id)).outcome is ReplayOutcome.SAME


async def test_free_weeks_are_kept_and_two_may_come_at_once_where_a_mentor_says_so(
    engine: AsyncEngine, organizer: Actor, weekly: UUID
) -> None:
    for name in ("周兰", "吴桂"):
        await free(engine, organizer, name, [])
    await free(engine, organizer, "陈松", [W15], 4)
    run = await matched(engine, organizer, weekly)
    chen = await ids(engine, Mentor, "陈松")
    assert set((await bookings(engine, run.id)).values()) == {(chen, W15)}
    assert sorted(pair.week_place or 0 for pair in (await pairs(engine, run.id)).values()) == [1, 2, 3, 4]


async def test_unmatched_are_told_in_weeks_and_what_would_help(
    engine: AsyncEngine, organizer: Actor, weekly: UUID
) -> None:
    for name in ("周兰", "吴桂"):
        await free(engine, organizer, name, [])
    await free(engine, organizer, "陈松", [W14])
    run = await matched(engine, organizer, weekly)
    assert run.matched == 1
    chen = await ids(engine, Mentor, "陈松")
    async with reading(engine) as session:
        left = list((await session.execute(select(Unmatched).where(Unmatched.run_id == run.id))).scalars())
        reasons = list((await session.execute(select(WeekReason))).scalars())
        repairs = list((await session.execute(select(WeekRepair))).scalars())
    assert len(left) == 3
    assert {unmatched.reasons[0]["code"] for unmatched in left} == {"ALL_WEEKS_FULL"}
    of_chen = [reason for reason in reasons if reason.mentor_id == chen]
    assert {(reason.code, *(week["number"] for week in reason.full_weeks)) for reason in of_chen} == {
        ("WEEK_FULL", 14)
    }
    assert {reason.code for reason in reasons if reason.mentor_id != chen} <= {"NO_COMMON_WEEK", "FORBIDDEN"}
    assert {("ADD_WEEK_PLACE", W14), ("FREE_MENTOR_WEEK", W15)} <= {
        (each.code, each.week) for each in repairs
    }


async def test_pins_that_do_not_fit_into_the_weeks_are_refused_with_names(
    engine: AsyncEngine, organizer: Actor, weekly: UUID
) -> None:
    chen = await ids(engine, Mentor, "陈松")
    await free(engine, organizer, "陈松", [W14])
    for name in ("王芳", "赵强"):
        trainee = await ids(engine, Trainee, name)
        async with writing(engine) as session:
            await set_rule(session, organizer, trainee, chen, RuleKind.PIN, reason="原来就熟")
    with pytest.raises(StudioError, match="INFEASIBLE") as refused:
        await matched(engine, organizer, weekly)
    assert "都有空的周只够 1 人" in refused.value.message()
    await free(engine, organizer, "陈松", [W14, W16])
    run = await matched(engine, organizer, weekly)
    booked = await bookings(engine, run.id)
    fixed = [booked[await ids(engine, Trainee, name)] for name in ("王芳", "赵强")]
    assert sorted(fixed) == [(chen, W14), (chen, W16)]


async def test_override_takes_a_free_week_or_says_why_not(
    engine: AsyncEngine, organizer: Actor, weekly: UUID
) -> None:
    for name, week in (("周兰", W14), ("陈松", W15), ("吴桂", W16)):
        await free(engine, organizer, name, [week])
    run = await matched(engine, organizer, weekly)
    assert run.matched == 3
    zhao = await ids(engine, Trainee, "赵强")
    before = await bookings(engine, run.id)
    holder = next(each for each in before if each != zhao)
    other, week = before[holder]

    async def override(**more: Any) -> Any:
        async with writing(engine) as session:
            return await override_pairing(session, organizer, run.id, zhao, other, reason="路近", **more)

    elsewhere = next(each for each in (W14, W15, W16) if each != week)
    for asked, code in (
        (elsewhere, "MENTOR_NOT_FREE"),
        (date(2026, 4, 20), "WEEK_NOT_OFFERED"),
        (week, "WEEK_FULL"),
        (None, "WEEKS_FULL"),
    ):
        with pytest.raises(StudioError, match=code) as refused:
            await override(week=asked)
        assert "20" in refused.value.message("en")
    done = await override(move_others=True)
    after = await bookings(engine, run.id)
    assert after[zhao] == (other, week)
    assert after.get(holder) != (other, week)
    assert max(Counter(after.values()).values()) == 1
    now = (await pairs(engine, run.id))[zhao]
    assert (now.locked, now.week) == (True, week)
    async with reading(engine) as session:
        stored = await session.get_one(MatchRun, run.id)
        assert stored.bound is not None
        assert stored.objective == pytest.approx((run.objective or 0) + done.change, abs=1e-5)
        assert (await replay_run(session, organizer, run.id)).outcome is ReplayOutcome.OVERRIDDEN
    # The next run keeps the pair, and its week though an earlier one is free.
    for name in ("周兰", "陈松", "吴桂"):
        await free(engine, organizer, name, None)
    later = await matched(engine, organizer, weekly)
    assert later.matched == 4
    assert (await bookings(engine, later.id))[zhao] == (other, week)
    async with reading(engine) as session:
        assert (await replay_run(session, organizer, later.id)).outcome is ReplayOutcome.SAME


async def test_preview_tells_weeks_and_a_pair_that_cannot_meet(
    engine: AsyncEngine, organizer: Actor, weekly: UUID
) -> None:
    run = await matched(engine, organizer, weekly)
    wang = await ids(engine, Trainee, "赵强")
    mentor_of = await bookings(engine, run.id)
    other = next(
        each
        for each in [await ids(engine, Mentor, name) for name in ("陈松", "吴桂", "周兰")]
        if each != mentor_of[wang][0]
    )
    async with reading(engine) as session:
        shown = await preview_override(session, organizer, run.id, wang, other)
    assert shown.alone is not None
    change = shown.alone.changes[0]
    assert (change.before_week, change.after_week) == (mentor_of[wang][1], change.after_week)
    assert "周（" in told_preview(shown, "zh")
    assert "week" in told_preview(shown, "en")
    async with writing(engine) as session:
        await set_trainee_weeks(session, organizer, wang, [], expected_version=1)
    async with reading(engine) as session:
        shown = await preview_override(session, organizer, run.id, wang, other)
    assert shown.verdict is Verdict.NO_COMMON_WEEK
    assert "没有都有空的周" in told_preview(shown, "zh")


async def test_what_if_tells_who_changes_mentor_or_week(
    engine: AsyncEngine, organizer: Actor, weekly: UUID
) -> None:
    run = await matched(engine, organizer, weekly)
    before = await bookings(engine, run.id)
    gone = Counter(mentor for mentor, _ in before.values()).most_common()[0][0]
    async with reading(engine) as session:
        found = await what_if(session, organizer, run.id, Supposition(leaving_mentors=frozenset({gone})))
    moved = {change.trainee.id: change for change in found.changes}
    assert {each for each, (mentor, _) in before.items() if mentor == gone} <= set(moved)
    assert all(change.after_week in (W14, W15, W16) for change in moved.values() if change.after)
    assert all("第" in told(change, "zh") for change in moved.values())


async def test_pair_moves_to_another_free_week_only(
    engine: AsyncEngine, organizer: Actor, weekly: UUID
) -> None:
    for name in ("周兰", "吴桂"):
        await free(engine, organizer, name, [])
    run = await matched(engine, organizer, weekly)
    assert run.matched == 3
    one, two, _ = (await pairs(engine, run.id)).values()

    async def move(pairing: Pairing, week: date) -> Pairing:
        async with writing(engine) as session:
            now = await session.get_one(Pairing, pairing.id)
            return await move_pairing_to_week(
                session, organizer, pairing.id, week, expected_version=now.version
            )

    with pytest.raises(Conflict, match="WEEK_FULL"):
        await move(one, two.week or W14)
    with pytest.raises(StudioError, match="SAME_WEEK"):
        await move(one, one.week or W14)
    await free(engine, organizer, "陈松", None, 2)
    moved = await move(one, two.week or W14)
    assert (moved.week, moved.week_place) == (two.week, 2)
    async with reading(engine) as session:
        assert (await replay_run(session, organizer, run.id)).outcome is ReplayOutcome.INPUT_CHANGED
    with pytest.raises(Conflict, match="CONFLICT_VERSION"):
        async with writing(engine) as session:
            await move_pairing_to_week(session, organizer, one.id, W14, expected_version=1)


@pytest.fixture
async def live(engine: AsyncEngine, organizer: Actor, weekly: UUID) -> Published:
    run = await matched(engine, organizer, weekly)
    async with writing(engine) as session:
        await publish_match_run(session, organizer, run.id, expected_version=run.version)
    return Published(engine, organizer, weekly, run.id)


async def test_published_weeks_are_booked_in_the_database_itself(live: Published) -> None:
    one, two, *_ = await live.pairings()
    async with writing(live.engine) as session:
        cohort = await find_cohort(session, live.organizer.studio_id, 3)
        policy_id = (await live.get(MatchRun, live.run_id)).policy_id
        other = MatchRun(studio_id=one.studio_id, cohort_id=cohort.id, policy_id=policy_id, number=99)
        session.add(other)
        await session.flush()
        place = two.place_id
        run_id = other.id
    with pytest.raises(IntegrityError, match="week"):
        async with writing(live.engine) as session:
            session.add(
                Pairing(
                    studio_id=one.studio_id,
                    run_id=run_id,
                    trainee_id=two.trainee_id,
                    mentor_id=one.mentor_id,
                    place_id=place if two.mentor_id == one.mentor_id else one.place_id,
                    week=one.week,
                    week_place=one.week_place,
                    score=0.5,
                    state=PairingState.AWAITING_CONSENT,
                    held_place_id=place if two.mentor_id == one.mentor_id else one.place_id,
                )
            )


async def test_proposal_keeps_confirmed_weeks_and_finds_a_new_one(live: Published) -> None:
    first, second, *_ = await live.pairings()
    for actor in await live.both(first):
        await live.do(accept_pairing, actor, first.id)
    mentor = (await live.both(second))[0]
    await live.do(decline_pairing, mentor, second.id, DeclineReason.NO_TIME)
    run = await live.do(propose_rematch, live.organizer, live.run_id)
    await live.work()
    proposal = await live.get(MatchRun, run.id)
    assert (proposal.state, proposal.matched) == (MatchRunState.OPTIMAL, 4)
    before, after = await bookings(live.engine, live.run_id), await bookings(live.engine, run.id)
    assert {each for each in before if before[each] != after[each]} == {second.trainee_id}
    async with reading(live.engine) as session:
        (move,) = (await session.execute(select(MatchMove).where(MatchMove.run_id == run.id))).scalars()
    assert (move.from_week, move.to_week) == (second.week, after[second.trainee_id][1])
    await live.do(publish_match_run, live.organizer, run.id, expected_version=proposal.version)
    now = await pairs(live.engine, run.id)
    assert now[first.trainee_id].state is PairingState.CONFIRMED
    await live.do(
        roll_back_match_run,
        live.organizer,
        run.id,
        reason="弄错了",
        expected_version=(await live.get(MatchRun, run.id)).version,
    )
    back = await pairs(live.engine, live.run_id)
    assert (back[first.trainee_id].state, back[first.trainee_id].week) == (PairingState.CONFIRMED, first.week)


async def test_confirmed_pair_in_another_week_is_not_published_by_the_way(live: Published) -> None:
    first = (await live.pairings())[0]
    for actor in await live.both(first):
        await live.do(accept_pairing, actor, first.id)
    free_again = [week for week in (W14, W15, W16) if week != first.week]
    await offer(live.engine, live.organizer, live.cohort_id, *free_again)
    kept = await matched(live.engine, live.organizer, live.cohort_id)
    assert (await bookings(live.engine, kept.id))[first.trainee_id] == (first.mentor_id, first.week)
    draft = await write(
        live.engine,
        lambda session: match_cohort(session, live.organizer, live.cohort_id, reopen_confirmed=True),
    )
    with pytest.raises(Conflict, match="PAIRS_UNDER_WAY"):
        await live.do(publish_match_run, live.organizer, draft.id, expected_version=draft.version)
    done = await live.do(
        publish_match_run, live.organizer, draft.id, expected_version=draft.version, end_under_way=True
    )
    assert (await pairs(live.engine, done.id))[first.trainee_id].state is PairingState.AWAITING_CONSENT


async def test_offered_place_gets_a_week_that_is_free_in_the_published_run(live: Published) -> None:
    second = (await live.pairings())[1]
    table = csv_file(("姓名", "职务", "社区"), ("后来者", "副书记", "新社区"))
    await live.do(import_roster, live.organizer, table, "r.csv", 3)
    newcomer = await ids(live.engine, Trainee, "后来者")
    given = (newcomer, second.mentor_id)
    with pytest.raises(Conflict, match="WEEK_FULL"):
        await live.do(offer_place, live.organizer, live.run_id, *given, reason="候补", week=second.week)
    offered = await live.do(offer_place, live.organizer, live.run_id, *given, reason="候补")
    assert offered.week not in (None, second.week)
    assert (await live.get(Pairing, offered.id)).state is PairingState.AWAITING_CONSENT


async def test_draft_that_grew_old_is_not_published(
    engine: AsyncEngine, organizer: Actor, weekly: UUID
) -> None:
    run = await matched(engine, organizer, weekly)
    one = next(iter((await pairs(engine, run.id)).values()))
    async with writing(engine) as session:
        await set_trainee_weeks(session, organizer, one.trainee_id, [], expected_version=1)
    with pytest.raises(Conflict, match="WEEKS_CHANGED"):
        async with writing(engine) as session:
            await publish_match_run(session, organizer, run.id, expected_version=run.version)


async def test_two_cohorts_published_at_once_book_a_mentors_week_once(
    engine: AsyncEngine, organizer: Actor, weekly: UUID
) -> None:
    """Both drafts were matched before either was published: each has the only free mentor's only week."""
    for name in ("周兰", "吴桂"):
        await free(engine, organizer, name, [])
    await free(engine, organizer, "陈松", [W15])
    async with writing(engine) as session:
        await import_roster(session, organizer, ROSTER, "roster.csv", 4)
        other = (await find_cohort(session, organizer.studio_id, 4)).id
    await offer(engine, organizer, other, W15)
    runs = [await matched(engine, organizer, cohort) for cohort in (weekly, other)]
    assert [run.matched for run in runs] == [1, 1]

    def publish(run: MatchRun) -> Any:
        return lambda session: publish_match_run(session, organizer, run.id, expected_version=run.version)

    done = await together(engine, [publish(run) for run in runs])
    assert done[""] == 1
    assert {code for code in done if code} <= {
        "WEEK_TAKEN",
        "WEEKS_CHANGED",
        "CAPACITY_EXCEEDED",
        "WEEK_JUST_TAKEN",
    }
    assert sum(done.values()) == 2
    async with reading(engine) as session:
        held = await session.execute(select(Pairing).where(Pairing.state == PairingState.AWAITING_CONSENT))
        assert [(pairing.week, pairing.week_place) for pairing in held.scalars()] == [(W15, 1)]
    # Whoever comes second is told so in weeks.
    first = await pairs(engine, runs[0].id)
    late = runs[1] if any(pairing.held_place_id for pairing in first.values()) else runs[0]
    again = await matched(engine, organizer, late.cohort_id)
    assert again.matched == 0
