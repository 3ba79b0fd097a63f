"""Many people write at once: nobody fails, nothing is lost, on either database."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import select

from studio.errors import Conflict
from studio.operations.needs.needs import refresh_needs
from studio.operations.pairings.publishing import publish_match_run
from studio.operations.people.cohorts import find_cohort
from studio.operations.people.mentors import import_mentors
from studio.operations.people.roster import import_roster
from studio.operations.runs.runs import match_cohort, start_match_run
from studio.operations.surveys.surveys import AnswerInput, submit_survey_response
from studio.permissions import Actor
from studio.store.database import reading, write, writing
from studio.store.enums import Measure
from studio.store.tables import MatchRun, Pairing, Question, Studio, Survey, SurveyResponse, Trainee
from tests.studio.operations.conftest import MENTOR_HEADER, ROSTER, ROSTER_HEADER, csv_file

Work = Callable[[AsyncSession], Awaitable[Any]]


async def together(engine: AsyncEngine, works: Sequence[Work]) -> list[Any]:
    """Do every work at the same time, each in a transaction of its own; what one raises is its result."""

    async def one(work: Work) -> Any:
        async with writing(engine) as session:
            return await work(session)

    return await asyncio.gather(*(one(work) for work in works), return_exceptions=True)


async def trainees_and_questions(
    engine: AsyncEngine, cohort_id: UUID
) -> tuple[list[UUID], UUID, dict[Measure, UUID]]:
    async with reading(engine) as session:
        trainees = await session.execute(
            select(Trainee.id).where(Trainee.cohort_id == cohort_id).order_by(Trainee.roster_row)
        )
        survey_id = (await session.execute(select(Survey.id))).scalar_one()
        questions = await session.execute(select(Question.measures, Question.id))
        return list(trainees.scalars()), survey_id, dict(questions.all())


async def test_twenty_answer_at_once(engine: AsyncEngine, organizer: Actor, cohort_id: UUID) -> None:
    more = [(f"学员{number}", "副书记", "播州区", "", f"社区{number}", "", "") for number in range(20)]
    async with writing(engine) as session:
        await import_roster(session, organizer, csv_file(ROSTER_HEADER, *more), "roster.csv", 3)
    trainee_ids, survey_id, questions = await trainees_and_questions(engine, cohort_id)

    def submit(trainee_id: UUID) -> Work:
        answers = [AnswerInput(questions[Measure.THORNIEST], text="网格员一个人跑不过来")]
        return lambda session: submit_survey_response(session, organizer, survey_id, trainee_id, answers)

    done = await together(engine, [submit(trainee_id) for trainee_id in trainee_ids])
    assert [result for result in done if isinstance(result, Exception)] == []
    async with reading(engine) as session:
        responses = await session.execute(
            select(sa.func.count()).where(SurveyResponse.survey_id == survey_id)
        )
        assert responses.scalar_one() == len(trainee_ids) + 3


async def test_answers_runs_needs_and_people_at_once(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    trainee_ids, survey_id, questions = await trainees_and_questions(engine, cohort_id)
    answers = [AnswerInput(questions[Measure.THORNIEST], text="网格员一个人跑不过来")]
    mentors = csv_file(MENTOR_HEADER, ("周兰", "竹园社区", "汇川区", 3, 12, "文稿写作:1", "", ""))
    works: list[Work] = [
        *(
            lambda session, id=trainee_id: submit_survey_response(session, organizer, survey_id, id, answers)
            for trainee_id in trainee_ids
        ),
        *(lambda session: start_match_run(session, organizer, cohort_id) for _ in range(4)),
        lambda session: refresh_needs(session, cohort_id),
        lambda session: match_cohort(session, organizer, cohort_id),
        lambda session: import_roster(session, organizer, ROSTER, "roster.csv", 3),
        lambda session: import_mentors(session, organizer, mentors, "mentors.csv"),
    ]
    done = await together(engine, works)
    assert [result for result in done if isinstance(result, Exception)] == []


async def test_runs_started_at_once_are_numbered(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    works: list[Work] = [lambda session: start_match_run(session, organizer, cohort_id) for _ in range(6)]
    done = await together(engine, works)
    assert sorted(run.number for run in done) == [1, 2, 3, 4, 5, 6]


async def test_one_key_given_twice_at_once_starts_one_run(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    works: list[Work] = [
        lambda session: start_match_run(session, organizer, cohort_id, idempotency_key="once")
        for _ in range(5)
    ]
    done = await together(engine, works)
    assert len({run.id for run in done}) == 1
    async with reading(engine) as session:
        assert (await session.execute(select(MatchRun.number))).scalars().all() == [1]


async def test_cohorts_publish_while_mentors_are_imported(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        await import_roster(session, organizer, ROSTER, "roster.csv", 4)
        fourth = (await find_cohort(session, organizer.studio_id, 4)).id
        runs = [await match_cohort(session, organizer, cohort) for cohort in (cohort_id, fourth)]

    def publish(run: MatchRun) -> Work:
        return lambda session: publish_match_run(session, organizer, run.id, expected_version=run.version)

    def mentors(capacity: int) -> bytes:
        rows = [("周兰", "竹园社区"), ("陈松", "和平社区"), ("吴桂", "桂语社区")]
        return csv_file(MENTOR_HEADER, *((*row, "", capacity, "", "", "", "") for row in rows))

    imports: list[Work] = [
        lambda session, n=capacity: import_mentors(session, organizer, mentors(n), "mentors.csv")
        for capacity in (4, 5, 6, 7)
    ]
    done = await together(engine, [imports[0], publish(runs[0]), imports[1], publish(runs[1]), *imports[2:]])
    # Both drafts want the same places: the later one is told, and nobody else fails.
    failed = [result for result in done if isinstance(result, Exception)]
    assert [type(result) for result in failed] == [Conflict]
    async with reading(engine) as session:
        held = select(sa.func.count()).where(Pairing.held_place_id.is_not(None))
        assert (await session.execute(held)).scalar_one() == 4


# SQLite has one writer at a time: it breaks nothing off.
@pytest.mark.parametrize("own_database", ["postgresql"], indirect=True)
async def test_transaction_that_the_database_breaks_off_is_done_again(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    met = asyncio.Barrier(2)
    tries = []

    def crosswise(first: UUID, second: UUID) -> Work:
        waited = []

        async def work(session: AsyncSession) -> None:
            tries.append(first)
            await session.execute(sa.update(Trainee).where(Trainee.id == first).values(roster_row=1))
            if not waited:
                waited.append(True)
                await met.wait()
            await session.execute(sa.update(Trainee).where(Trainee.id == second).values(roster_row=2))

        return work

    trainee_ids, _, _ = await trainees_and_questions(engine, cohort_id)
    one, other = trainee_ids[:2]
    await asyncio.gather(write(engine, crosswise(one, other)), write(engine, crosswise(other, one)))
    assert len(tries) == 3


async def test_work_that_is_refused_is_not_done_again(engine: AsyncEngine, organizer: Actor) -> None:
    tries = []

    async def work(session: AsyncSession) -> None:
        tries.append(True)
        (await session.get_one(Studio, organizer.studio_id)).name = "乙"
        await session.flush()
        raise Conflict("JOB_ENDED", state="DONE")

    with pytest.raises(Conflict):
        await write(engine, work)
    async with reading(engine) as session:
        assert (await session.get_one(Studio, organizer.studio_id)).name != "乙"
    assert len(tries) == 1
