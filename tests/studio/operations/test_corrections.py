"""What people decide about topics stands: for the words, for their copies, and whenever needs are computed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from studio.errors import Conflict, Forbidden, NotFound, StudioError
from studio.operations.corrections.corrections import Corrected, correct_topics
from studio.operations.needs.needs import compute_needs
from studio.operations.surveys.survey_imports import import_survey
from studio.permissions import Actor
from studio.store.clock import now
from studio.store.database import reading, writing
from studio.store.enums import JobKind, Role, TagStatus
from studio.store.tables import (
    AuditEvent,
    CohortNeed,
    Job,
    PainPoint,
    PainPointTopic,
    Person,
    ReviewItem,
    Topic,
    TopicCorrection,
    Trainee,
    TraineeNeed,
)
from tests.studio.operations.conftest import SURVEY_HEADER, csv_file

PAPERS = "材料写到半夜还被退"
OPEN = ("最棘手的问题", "最急迫的难题")


async def point_of(engine: AsyncEngine, text: str) -> PainPoint:
    async with reading(engine) as session:
        return (await session.execute(select(PainPoint).where(PainPoint.text == text))).scalar_one()


async def tags(engine: AsyncEngine, point_id: UUID) -> dict[str, PainPointTopic]:
    async with reading(engine) as session:
        found = await session.execute(
            select(Topic.code, PainPointTopic)
            .join(Topic, col(Topic.id) == PainPointTopic.topic_id)
            .where(PainPointTopic.pain_point_id == point_id)
        )
        return dict(found.all())


async def needs(engine: AsyncEngine, table: Any) -> dict[tuple[Any, str], Any]:
    owner = table.trainee_id if table is TraineeNeed else table.cohort_id
    async with reading(engine) as session:
        found = await session.execute(
            select(owner, Topic.code, table).join(Topic, table.topic_id == Topic.id)
        )
        return {(who, code): row for who, code, row in found.all()}


async def correct(
    engine: AsyncEngine, actor: Actor, text: str, codes: Sequence[str], **options: Any
) -> Corrected:
    point = await point_of(engine, text)
    async with writing(engine) as session:
        return await correct_topics(session, actor, point.id, codes, **options)


async def test_a_correction_changes_tags_and_the_trainees_need(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    point = await point_of(engine, PAPERS)
    assert set(await tags(engine, point.id)) == {"WRITING"}
    before = await needs(engine, TraineeNeed)
    moment = now()
    await correct(engine, organizer, PAPERS, ["GRID"], expected_version=point.version)
    (tag,) = (await tags(engine, point.id)).values()
    assert (tag.status, tag.confidence) == (TagStatus.CORRECTED, 1.0)
    (span,) = tag.evidence
    assert 0 <= span["start"] < span["end"] <= len(PAPERS)
    after = await needs(engine, TraineeNeed)
    who = point.trainee_id
    assert after[who, "GRID"].need > before[who, "GRID"].need
    assert after[who, "GRID"].pain_point_id == point.id
    assert after[who, "WRITING"].need < before[who, "WRITING"].need
    corrected = await point_of(engine, PAPERS)
    assert corrected.version > point.version
    # 李明 gave 网格治理 a 2 for severity: the grade of the right topic counts.
    assert (point.severity, corrected.severity) == (5.0, 2.0)
    async with reading(engine) as session:
        (row,) = (await session.execute(select(TopicCorrection))).scalars()
        assert (row.actor_role, row.source_id, row.actor_person_id) == (Role.ORGANIZER, None, None)
        assert row.decided_at >= moment
        (event,) = (
            await session.execute(select(AuditEvent).where(AuditEvent.action == "correct_topics"))
        ).scalars()
        assert event.details == {"topics": ["GRID"], "copies": 0}
        jobs = (await session.execute(select(Job).where(Job.kind == JobKind.NEEDS))).scalars().all()
        assert len(jobs) == 1


async def test_confirming_keeps_the_tag_and_says_who_stands_for_it(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    point = await point_of(engine, PAPERS)
    read = (await tags(engine, point.id))["WRITING"]
    await correct(engine, organizer, PAPERS, ["WRITING", "LIVELIHOOD"])
    told = await tags(engine, point.id)
    assert told["WRITING"].id == read.id
    assert told["WRITING"].evidence == read.evidence
    assert {code: tag.status for code, tag in told.items()} == {
        "WRITING": TagStatus.CONFIRMED,
        "LIVELIHOOD": TagStatus.CORRECTED,
    }
    # Said again, a topic that only people saw stays theirs.
    await correct(engine, organizer, PAPERS, ["LIVELIHOOD"])
    assert {code: tag.status for code, tag in (await tags(engine, point.id)).items()} == {
        "LIVELIHOOD": TagStatus.CORRECTED
    }


async def test_none_of_the_topics_leaves_no_need(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    before = await needs(engine, TraineeNeed)
    await correct(engine, organizer, PAPERS, [])
    point = await point_of(engine, PAPERS)
    assert await tags(engine, point.id) == {}
    assert not point.abstained
    after = await needs(engine, TraineeNeed)
    assert after[point.trainee_id, "WRITING"].need < before[point.trainee_id, "WRITING"].need


async def test_a_persons_word_outlives_imports_and_computations(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    await correct(engine, organizer, PAPERS, ["GRID"])
    changed = csv_file(
        SURVEY_HEADER,
        (
            1,
            "2026/3/2 10:31:05",
            "125秒",
            "203.0.113.7",
            "李明",
            "桂语社区",
            5,
            2,
            4,
            PAPERS,
            "信息没人采用了",
        ),
    )
    async with writing(engine) as session:
        report = await import_survey(session, organizer, changed, "survey.csv", 3, 1)
        assert report.updated == 1
        await compute_needs(session, organizer, cohort_id)
    point = await point_of(engine, PAPERS)
    assert set(await tags(engine, point.id)) == {"GRID"}
    assert (await needs(engine, TraineeNeed))[point.trainee_id, "GRID"].pain_point_id == point.id


async def test_who_says_the_same_words_later_is_understood_the_same(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    await correct(engine, organizer, PAPERS, ["LIVELIHOOD"])
    await correct(engine, organizer, "停车天天吵", [])
    said = csv_file(OPEN, (f"{PAPERS}!", "停車天天吵"), ("材料写到半夜，还是没有人采用", ""))
    async with writing(engine) as session:
        await import_survey(session, organizer, said, "open.csv", 3, 2)
    same = await point_of(engine, f"{PAPERS}!")
    assert {code: tag.status for code, tag in (await tags(engine, same.id)).items()} == {
        "LIVELIHOOD": TagStatus.CORRECTED
    }
    assert await tags(engine, (await point_of(engine, "停車天天吵")).id) == {}
    other = await point_of(engine, "材料写到半夜，还是没有人采用")
    assert set(await tags(engine, other.id)) == {"WRITING"}
    async with reading(engine) as session:
        source = await session.scalar(
            select(TopicCorrection.source_id).where(TopicCorrection.pain_point_id == same.id)
        )
        first = await session.get_one(TopicCorrection, source)
        assert first.pain_point_id == (await point_of(engine, PAPERS)).id


async def test_an_organizers_word_decides_the_copies_and_changes_with_it(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    strange = ["天上的云今天特别好看!", "天上的云今天特别好看。", "天上的云今天特别好看,"]
    async with writing(engine) as session:
        said = csv_file(OPEN, *((text, "") for text in strange))
        await import_survey(session, organizer, said, "open.csv", 3, 2)
    async with reading(engine) as session:
        lead = await session.scalar(
            select(PainPoint.text)
            .join(ReviewItem, col(ReviewItem.pain_point_id) == PainPoint.id)
            .where(col(ReviewItem.copies) == 2, col(ReviewItem.leader_id).is_(None))
        )
    done = await correct(engine, organizer, lead, ["GRID"])
    assert done.copies == 2
    for text in strange:
        assert set(await tags(engine, (await point_of(engine, text)).id)) == {"GRID"}
    async with reading(engine) as session:
        left = await session.execute(
            select(PainPoint.text).join(ReviewItem, col(ReviewItem.pain_point_id) == PainPoint.id)
        )
        assert not set(left.scalars()) & set(strange)
    # One that somebody looked at by itself no longer follows.
    own = next(text for text in strange if text != lead)
    assert (await correct(engine, organizer, own, ["LIVELIHOOD"])).copies == 0
    assert (await correct(engine, organizer, lead, ["WRITING"])).copies == 1
    told = {text: set(await tags(engine, (await point_of(engine, text)).id)) for text in strange}
    assert told == {text: {"LIVELIHOOD"} if text == own else {"WRITING"} for text in strange}
    async with writing(engine) as session:
        await compute_needs(session, organizer, cohort_id)
    cohort = await needs(engine, CohortNeed)
    assert cohort[cohort_id, "LIVELIHOOD"].respondents == 2


async def test_good_news_that_is_a_trouble_counts_again(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        await import_survey(session, organizer, csv_file(OPEN, ("停车的问题已经解决了", "")), "o.csv", 3, 2)
    assert (await point_of(engine, "停车的问题已经解决了")).resolved
    await correct(engine, organizer, "停车的问题已经解决了", [])
    assert (await point_of(engine, "停车的问题已经解决了")).resolved
    await correct(engine, organizer, "停车的问题已经解决了", ["LIVELIHOOD"])
    assert not (await point_of(engine, "停车的问题已经解决了")).resolved


async def test_old_versions_unknown_topics_and_others_words_are_refused(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with reading(engine) as session:
        people = dict(
            (
                await session.execute(
                    select(Trainee.roster_row, Trainee.person_id).order_by(col(Trainee.roster_row))
                )
            ).all()
        )
        point = await point_of(engine, PAPERS)
        owner = await session.scalar(select(Trainee.person_id).where(Trainee.id == point.trainee_id))
    other = next(person for person in people.values() if person != owner)
    with pytest.raises(Conflict):
        await correct(engine, organizer, PAPERS, ["GRID"], expected_version=point.version + 1)
    for codes, code in ((["NOTHING"], "UNKNOWN_TOPIC_CODE"), (["GRID"] * 11, "TOO_MANY_TOPICS")):
        with pytest.raises(StudioError) as refusal:
            await correct(engine, organizer, PAPERS, codes)
        assert refusal.value.code == code
    with pytest.raises(NotFound):
        await correct(engine, Actor(Role.TRAINEE, organizer.studio_id, other), PAPERS, ["GRID"])
    with pytest.raises(Forbidden):
        await correct(engine, Actor(Role.MENTOR, organizer.studio_id, other), PAPERS, ["GRID"])
    assert set(await tags(engine, point.id)) == {"WRITING"}
    trainee = Actor(Role.TRAINEE, organizer.studio_id, owner)
    await correct(engine, trainee, PAPERS, ["GRID"])
    async with reading(engine) as session:
        row = (await session.execute(select(TopicCorrection))).scalar_one()
        assert (row.actor_role, row.actor_person_id) == (Role.TRAINEE, owner)


async def test_a_trainees_word_decides_nobody_elses(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    point = await point_of(engine, PAPERS)
    async with reading(engine) as session:
        owner = await session.scalar(
            select(Person.id)
            .join(Trainee, col(Trainee.person_id) == Person.id)
            .where(Trainee.id == point.trainee_id)
        )
    await correct(engine, Actor(Role.TRAINEE, organizer.studio_id, owner), PAPERS, ["GRID"])
    async with writing(engine) as session:
        await import_survey(session, organizer, csv_file(OPEN, (f"{PAPERS}!", "")), "open.csv", 3, 2)
    assert set(await tags(engine, (await point_of(engine, f"{PAPERS}!")).id)) == {"WRITING"}


async def test_the_same_key_gives_the_first_decision_again(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    first = await correct(engine, organizer, PAPERS, ["GRID"], idempotency_key="k")
    assert await correct(engine, organizer, PAPERS, ["GRID"], idempotency_key="k") == first
    with pytest.raises(Conflict):
        await correct(engine, organizer, PAPERS, ["WRITING"], idempotency_key="k")
    async with reading(engine) as session:
        assert await session.scalar(select(sa.func.count()).select_from(TopicCorrection)) == 1


async def test_words_are_not_kept_once_they_are_erased(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    await correct(engine, organizer, PAPERS, ["GRID"])
    async with writing(engine) as session:
        await session.execute(sa.delete(PainPoint).where(col(PainPoint.text) == PAPERS))
    async with reading(engine) as session:
        assert (await session.execute(select(TopicCorrection))).first() is None
