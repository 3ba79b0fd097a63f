"""Needs are computed beside the writers: what somebody writes meanwhile is never lost, on either database."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import select

from studio.operations.background.handlers import HANDLERS
from studio.operations.background.worker import LEASE
from studio.operations.corrections.corrections import correct_topics
from studio.operations.jobs import JobContext
from studio.operations.needs import found_needs, needs
from studio.operations.needs.found_needs import TRIES, needs_ahead
from studio.operations.needs.needs import compute_needs_now, refresh_needs
from studio.operations.surveys.surveys import AnswerInput, submit_survey_response
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import JobKind, JobState, Measure
from studio.store.jobs import claim
from studio.store.stamps import needs_stamp
from studio.store.tables import (
    Cohort,
    CohortNeed,
    EmergingPoint,
    Job,
    PainPoint,
    Question,
    ReviewItem,
    Survey,
    SurveyResponse,
    Topic,
    Trainee,
    TraineeNeed,
)

Found = list[tuple[Any, ...]]


async def submit(engine: AsyncEngine, organizer: Actor, text: str, row: int = 0) -> None:
    """Let a trainee answer the thorniest question."""
    async with reading(engine) as session:
        survey_id = (await session.execute(select(Survey.id))).scalar_one()
        questions = dict((await session.execute(select(Question.measures, Question.id))).all())
        trainees = await session.execute(select(Trainee.id).order_by(Trainee.roster_row))
        trainee_id = trainees.scalars().all()[row]
    async with writing(engine) as session:
        answers = [AnswerInput(questions[Measure.THORNIEST], text=text)]
        await submit_survey_response(session, organizer, survey_id, trainee_id, answers)


async def stored(engine: AsyncEngine) -> tuple[Found, Found, Found, Found]:
    """Return what was computed, without ids that are made anew."""
    queries = (
        select(TraineeNeed.trainee_id, Topic.code, TraineeNeed.need, PainPoint.text)
        .join(Topic, Topic.id == TraineeNeed.topic_id)
        .join(PainPoint, PainPoint.id == TraineeNeed.pain_point_id, isouter=True),
        select(Topic.code, CohortNeed.rank, CohortNeed.mean, CohortNeed.respondents).join(
            Topic, Topic.id == CohortNeed.topic_id
        ),
        select(PainPoint.text, ReviewItem.position).join(PainPoint, PainPoint.id == ReviewItem.pain_point_id),
        select(PainPoint.text, PainPoint.copy_of_id),
    )
    async with reading(engine) as session:
        found = [sorted(map(tuple, (await session.execute(query)).all()), key=str) for query in queries]
    return found[0], found[1], found[2], found[3]


async def everything_anew(engine: AsyncEngine, cohort_id: UUID) -> tuple[Found, Found, Found, Found]:
    """Return what a computation of everything gives, in one transaction."""
    async with writing(engine) as session:
        await refresh_needs(session, cohort_id)
    return await stored(engine)


def between(
    monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Awaitable[None]], times: int = 1
) -> Callable[[], int]:
    """Let something happen after needs were read and before they are stored, and count the computations."""
    find = found_needs.find_needs
    count = 0

    async def found_then_late(*given: Any) -> Any:
        nonlocal count
        found = await find(*given)
        count += 1
        if count <= times:
            await happens()
        return found

    monkeypatch.setattr(found_needs, "find_needs", found_then_late)
    monkeypatch.setattr(needs, "find_needs", found_then_late)
    return lambda: count


async def test_answer_that_comes_meanwhile_is_in_the_needs(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def late() -> None:
        await submit(engine, organizer, "楼栋长没人愿意当，网格员跑不过来")

    computed = between(monkeypatch, late)
    await compute_needs_now(engine, organizer, cohort_id)
    assert computed() == 2
    after = await stored(engine)
    assert any(text and "楼栋长没人愿意当" in text for _, _, _, text in after[0])
    assert after == await everything_anew(engine, cohort_id)


async def test_whoever_writes_again_and_again_makes_it_wait_for_the_lock(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = 0

    async def late() -> None:
        nonlocal number
        number += 1
        await submit(engine, organizer, f"总结写得像流水账第{number}遍")

    # The last one is computed by the transaction that stores: nobody can write then.
    computed = between(monkeypatch, late, times=TRIES)
    await compute_needs_now(engine, organizer, cohort_id)
    assert computed() == TRIES + 1
    after = await stored(engine)
    assert any(text == f"总结写得像流水账第{TRIES}遍" for _, _, _, text in after[0])
    assert after == await everything_anew(engine, cohort_id)


async def test_needs_are_computed_once_where_nobody_writes(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing() -> None:
        pass

    computed = between(monkeypatch, nothing, times=0)
    await compute_needs_now(engine, organizer, cohort_id)
    assert computed() == 1
    assert await stored(engine) == await everything_anew(engine, cohort_id)


async def test_others_write_while_needs_are_computed(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with reading(engine) as session:
        cohort = await session.get_one(Cohort, cohort_id)
        await found_needs.find_needs(session, cohort.studio_id, cohort_id)
        # The snapshot is still open: on SQLite a computation that held the lock would keep this one out for good.
        await submit(engine, organizer, "讲话稿不晓得咋个开头")
    async with reading(engine) as session:
        said = select(sa.func.count()).where(PainPoint.text == "讲话稿不晓得咋个开头")
        assert await session.scalar(said) == 1


WRITES: dict[str, Callable[[AsyncSession], Awaitable[Any]]] = {}


def writes(work: Callable[[AsyncSession], Awaitable[Any]]) -> Callable[[AsyncSession], Awaitable[Any]]:
    WRITES[work.__name__] = work
    return work


@writes
async def pain_point_is_solved(session: AsyncSession) -> None:
    point = (await session.execute(select(PainPoint).limit(1))).scalar_one()
    point.resolved, point.version = not point.resolved, point.version + 1


@writes
async def response_counts_no_more(session: AsyncSession) -> None:
    response = (await session.execute(select(SurveyResponse).limit(1))).scalar_one()
    response.current, response.version = False, response.version + 1


@writes
async def response_is_deleted(session: AsyncSession) -> None:
    response = (await session.execute(select(SurveyResponse).limit(1))).scalar_one()
    await session.delete(response)


@writes
async def topic_is_added(session: AsyncSession) -> None:
    topic = (await session.execute(select(Topic).limit(1))).scalar_one()
    session.add(Topic(studio_id=topic.studio_id, code="NEW", name="新主题", position=99))


@writes
async def group_is_put_aside(session: AsyncSession) -> None:
    cohort = (await session.execute(select(Cohort).limit(1))).scalar_one()
    point = (await session.execute(select(PainPoint).limit(1))).scalar_one()
    session.add(
        EmergingPoint(
            studio_id=cohort.studio_id,
            cohort_id=cohort.id,
            position=0,
            label="狗",
            people=3,
            pain_point_id=point.id,
        )
    )


@pytest.mark.parametrize("name", sorted(WRITES))
async def test_stamp_tells_whatever_needs_rest_on(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, name: str
) -> None:
    async with reading(engine) as session:
        before = await needs_stamp(session, organizer.studio_id, cohort_id)
        assert await needs_stamp(session, organizer.studio_id, cohort_id) == before
    async with writing(engine) as session:
        await WRITES[name](session)
    async with reading(engine) as session:
        assert await needs_stamp(session, organizer.studio_id, cohort_id) != before


async def test_corrected_topic_is_told_too(engine: AsyncEngine, organizer: Actor, cohort_id: UUID) -> None:
    ahead = await needs_ahead(engine, cohort_id)
    async with writing(engine) as session:
        point = (await session.execute(select(PainPoint).limit(1))).scalar_one()
        await correct_topics(session, organizer, point.id, ["LIVELIHOOD"])
    async with writing(engine) as session:
        await refresh_needs(session, cohort_id, ahead)
    assert await stored(engine) == await everything_anew(engine, cohort_id)


async def test_job_that_waited_for_the_same_has_nothing_left_to_do(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    await submit(engine, organizer, "公文格式总出错")

    async def states() -> list[JobState]:
        async with reading(engine) as session:
            found = await session.execute(select(Job.state).where(Job.kind == JobKind.NEEDS))
            return list(found.scalars())

    assert await states() == [JobState.QUEUED]
    await compute_needs_now(engine, organizer, cohort_id)
    assert await states() == [JobState.DONE]


async def test_job_stores_what_was_said_while_it_computed(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    await submit(engine, organizer, "公文格式总出错")
    async with writing(engine) as session:
        await session.execute(sa.update(Job).values(lease_until=None))
        job = await claim(session, {JobKind.NEEDS}, LEASE)
    assert job is not None

    async def late() -> None:
        await submit(engine, organizer, "楼道里电动车飞线充电，垃圾清运不及时", row=1)

    between(monkeypatch, late)
    await HANDLERS[JobKind.NEEDS].run(JobContext(engine, job, LEASE))
    after = await stored(engine)
    assert any(text and "飞线充电" in text for _, _, _, text in after[0])
    assert after == await everything_anew(engine, cohort_id)
