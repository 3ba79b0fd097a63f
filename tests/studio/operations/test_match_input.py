from datetime import UTC, date, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.operations.people.cohorts import find_cohort
from studio.operations.rules.match_input import match_input, rules_in_force
from studio.operations.rules.rules import set_rule
from studio.operations.runs.runs import match_cohort
from studio.permissions import Actor
from studio.store.clock import held_at
from studio.store.database import reading, writing
from studio.store.enums import RuleKind
from studio.store.people import strengths_of
from studio.store.tables import MatchPolicy, Mentor, MentorTopic, PainPoint, Topic, Trainee
from tests.studio.operations.conftest import ids, pairs


@pytest.mark.parametrize(
    ("moment", "counts"),
    [
        # Noon of the last day; half past midnight after it in China, when in Greenwich it is the day before.
        (datetime(2026, 6, 30, 4, tzinfo=UTC), True),
        (datetime(2026, 6, 30, 16, 30, tzinfo=UTC), False),
    ],
)
async def test_rule_counts_to_the_end_of_its_last_day(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, moment: datetime, counts: bool
) -> None:
    trainee, mentor = await ids(engine, Trainee, "赵强"), await ids(engine, Mentor, "周兰")
    others = [await ids(engine, Mentor, name) for name in ("陈松", "吴桂")]
    async with writing(engine) as session:
        for other in others:
            await set_rule(
                session,
                organizer,
                trainee,
                other,
                RuleKind.FORBID,
                reason="亲属",
                expires_on=date(2026, 6, 30),
            )
        await set_rule(
            session, organizer, await ids(engine, Trainee, "王芳"), mentor, RuleKind.FORBID, reason="x"
        )
    with held_at(moment):
        async with writing(engine) as session:
            in_force = {rule.mentor_id for rule in await rules_in_force(session, cohort_id)}
            run = await match_cohort(session, organizer, cohort_id)
    assert in_force == ({mentor, *others} if counts else {mentor})
    if counts:
        assert (await pairs(engine, run.id))["赵强", 5] == "周兰"


async def test_resolved_words_speak_for_no_pair(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    trainee = await ids(engine, Trainee, "王芳")
    settled = sa.update(PainPoint).where(PainPoint.text == "停车天天吵").values(resolved=True)
    async with writing(engine) as session:
        await session.execute(settled)
        cohort = await find_cohort(session, organizer.studio_id, 3)
        rows, _ = await match_input(session, cohort, MatchPolicy(studio_id=cohort.studio_id, name="-"))
    assert [point.text for point in rows.pain_points[trainee]] == ["加装电梯一楼不同意"]


async def test_strength_in_a_leaf_counts_for_its_parent_the_highest_once(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    mentor = await ids(engine, Mentor, "陈松")
    async with writing(engine) as session:
        found = await session.execute(select(Topic.code, Topic.id))
        topics = dict(found.all())
        leaves = [
            Topic(studio_id=organizer.studio_id, code=code, name=code, parent_id=topics[above])
            for code, above in (("LIFTS", "LIVELIHOOD"), ("LETTERS", "WRITING"))
        ]
        session.add_all(leaves)
        await session.flush()
        session.add_all(
            MentorTopic(studio_id=organizer.studio_id, mentor_id=mentor, topic_id=leaf.id, strength=strength)
            for leaf, strength in zip(leaves, (0.5, 0.25), strict=True)
        )
    async with reading(engine) as session:
        strengths = (await strengths_of(session, organizer.studio_id))[mentor]
    assert strengths == {topics["LIVELIHOOD"]: 1.0, topics["GRID"]: 0.8, topics["WRITING"]: 0.25}
