"""What trainees took up together joins the score where it has earned it on the studio's own events."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from studio.operations.background.handlers import HANDLERS
from studio.operations.background.worker import Worker
from studio.operations.contents.collaborative import LEAST_INTERACTIONS, try_interactions
from studio.operations.contents.content_events import record_content_event
from studio.operations.contents.content_ranking import COLLABORATIVE_SHARE
from studio.operations.contents.recommendations import recommend_contents
from studio.operations.people.studios import ContentEntry, install_catalogue
from studio.permissions import Actor
from studio.store.collaborative import CollaborativeCheck
from studio.store.content_events import ContentEvent, count_interactions, interactions_of
from studio.store.database import reading, writing
from studio.store.enums import ContentEventKind, ContentKind, JobKind, Level, Origin, Role, TraineeRole
from studio.store.jobs import Job
from studio.store.rows import insert_rows
from studio.store.tables import Cohort, Content, Person, Recommendation, Topic, Trainee, TraineeNeed
from tests.databases import remembered
from tests.studio.operations.conftest import TREE

N_TRAINEES, N_CONTENTS, N_TAKEN, N_GROUPS = 120, 60, 14, 5
START = datetime(2026, 3, 1, tzinfo=UTC)


@remembered
async def cohort_id(engine: AsyncEngine, organizer: Actor) -> UUID:
    """A large cohort with needs, and a catalogue with as many contents on each topic."""
    shuffle = np.random.default_rng(7)
    codes = list(TREE)
    async with writing(engine) as session:
        await install_catalogue(
            session,
            organizer.studio_id,
            [
                ContentEntry(
                    f"C{number:02}",
                    ContentKind.COURSE,
                    f"第{number}课",
                    f"内容{number}",
                    (codes[number % len(codes)],),
                    Level.ABLE,
                    30,
                    None,
                    Origin.OWN,
                    "",
                    (),
                    (),
                )
                for number in range(N_CONTENTS)
            ],
        )
        studio = {"studio_id": organizer.studio_id}
        topics = list((await session.execute(select(Topic.id).order_by(col(Topic.code)))).scalars())
        cohort = Cohort(**studio, number=1, name="一")
        rows: list[object] = [cohort]
        for number in range(N_TRAINEES):
            person = Person(**studio, name=f"学员{number}", name_key=f"学员{number}")
            trainee = Trainee(
                **studio,
                cohort_id=cohort.id,
                person_id=person.id,
                role=TraineeRole.DEPUTY_SECRETARY,
                roster_row=number,
            )
            rows += [person, trainee]
            for topic_id in topics:
                need = round(float(shuffle.uniform(0.2, 1.0)), 6)
                rows.append(
                    TraineeNeed(
                        **studio,
                        trainee_id=trainee.id,
                        topic_id=topic_id,
                        severity=need,
                        urgency=need,
                        need=need,
                    )
                )
        await insert_rows(session, rows)  # type: ignore[arg-type]
    return cohort.id


async def trainee_ids(engine: AsyncEngine) -> list[UUID]:
    async with reading(engine) as session:
        found = await session.execute(select(Trainee.id).order_by(col(Trainee.roster_row)))
        return list(found.scalars())


async def take_up(
    engine: AsyncEngine, organizer: Actor, hanging_together: float, n_taken: int = N_TAKEN
) -> None:
    """Let everybody open contents over some weeks: of the own hidden group so much more often than of others."""
    shuffle = np.random.default_rng(3)
    trainees = await trainee_ids(engine)
    async with writing(engine) as session:
        contents = list((await session.execute(select(Content.id).order_by(col(Content.code)))).scalars())
        user_group = shuffle.integers(N_GROUPS, size=len(trainees))
        content_group = shuffle.integers(N_GROUPS, size=len(contents))
        same = user_group[:, None] == content_group
        liking = np.log(np.where(same, 1 + hanging_together, 1.0)) + shuffle.gumbel(size=same.shape)
        events = []
        for trainee, order in zip(trainees, np.argsort(-liking, axis=1)[:, :n_taken], strict=True):
            for content in shuffle.permutation(order).tolist():
                moment = START + timedelta(minutes=int(shuffle.integers(50_000)))
                events.append(_opened(organizer, trainee, contents[content], moment))
        await insert_rows(session, events)


def _opened(organizer: Actor, trainee_id: UUID, content_id: UUID, moment: datetime) -> ContentEvent:
    return ContentEvent(
        studio_id=organizer.studio_id,
        trainee_id=trainee_id,
        content_id=content_id,
        kind=ContentEventKind.OPENED,
        recorded_by=Role.TRAINEE,
        recorded_at=moment,
    )


async def open_one_more(engine: AsyncEngine, organizer: Actor) -> None:
    """Record one event by the operation, which looks whether a check is due."""
    (trainee, *_) = await trainee_ids(engine)
    async with writing(engine) as session:
        content = (
            await session.execute(select(Content.id).order_by(col(Content.code)).limit(1))
        ).scalar_one()
        await record_content_event(session, organizer, trainee, content, ContentEventKind.OPENED)


async def queued(engine: AsyncEngine) -> int:
    async with reading(engine) as session:
        found = await session.execute(select(Job.id).where(Job.kind == JobKind.COLLABORATIVE_CHECK))
        return len(found.all())


async def work(engine: AsyncEngine) -> None:
    worker = Worker(engine, HANDLERS, lease=timedelta(seconds=30))
    while await worker.run_once():
        pass


async def checks(engine: AsyncEngine) -> Sequence[CollaborativeCheck]:
    async with reading(engine) as session:
        found = await session.execute(select(CollaborativeCheck).order_by(col(CollaborativeCheck.id)))
        return list(found.scalars())


async def recommendations(engine: AsyncEngine) -> Sequence[Recommendation]:
    async with reading(engine) as session:
        return list((await session.execute(select(Recommendation))).scalars())


def codes(row: Recommendation) -> set[str]:
    return {reason["code"] for reason in row.reasons}


async def test_choices_that_hang_together_join_the_score_with_a_reason(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        await recommend_contents(session, organizer, cohort_id=cohort_id)
    before = await recommendations(engine)
    assert not [row for row in before if "TAKEN_TOGETHER" in codes(row)]
    await take_up(engine, organizer, hanging_together=40.0)
    await open_one_more(engine, organizer)
    await work(engine)
    (check,) = await checks(engine)
    assert check.used
    assert check.interactions >= N_TRAINEES * N_TAKEN
    assert 0 < check.low <= check.ndcg - check.baseline <= check.high
    after = await recommendations(engine)
    together = [row for row in after if "TAKEN_TOGETHER" in codes(row)]
    assert len(together) > len(after) / 4
    for row in after:
        assert sum(reason["weight"] for reason in row.reasons) == pytest.approx(row.score, abs=1e-6)
        parts = {reason["code"]: reason["weight"] for reason in row.reasons}
        assert list(parts.values()) == sorted(parts.values(), reverse=True)
        assert parts.get("TAKEN_TOGETHER", 0.0) <= COLLABORATIVE_SHARE
        assert row.model_version.endswith("+collaborative")


async def test_choices_that_do_not_hang_together_earn_nothing_and_say_so(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    await take_up(engine, organizer, hanging_together=0.0)
    await open_one_more(engine, organizer)
    await work(engine)
    (check,) = await checks(engine)
    assert not check.used
    assert check.low <= 0
    assert check.trainees > 50
    async with writing(engine) as session:
        await recommend_contents(session, organizer, cohort_id=cohort_id)
    found = await recommendations(engine)
    assert found
    assert not [row for row in found if "TAKEN_TOGETHER" in codes(row) or "+" in row.model_version]


async def test_a_part_that_no_longer_earns_its_place_leaves_again(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    """The check before said yes; the events at hand say no."""
    async with writing(engine) as session:
        session.add(
            CollaborativeCheck(
                studio_id=organizer.studio_id,
                used=True,
                interactions=LEAST_INTERACTIONS,
                trainees=9,
                ndcg=0.5,
                baseline=0.4,
                low=0.1,
                high=0.1,
                checked_at=START,
            )
        )
    await take_up(engine, organizer, hanging_together=0.0)
    async with writing(engine) as session:
        await recommend_contents(session, organizer, cohort_id=cohort_id)
    assert [row for row in await recommendations(engine) if "TAKEN_TOGETHER" in codes(row)]
    await open_one_more(engine, organizer)
    await work(engine)
    assert [check.used for check in await checks(engine)] == [True, False]
    assert not [row for row in await recommendations(engine) if "TAKEN_TOGETHER" in codes(row)]


async def test_a_check_is_due_from_a_thousand_interactions_and_then_by_a_tenth_more(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    await take_up(engine, organizer, hanging_together=0.0, n_taken=8)
    await open_one_more(engine, organizer)
    assert await queued(engine) == 0
    await take_up(engine, organizer, hanging_together=0.0, n_taken=12)
    for _ in range(2):
        await open_one_more(engine, organizer)
        assert await queued(engine) == 1
    await work(engine)
    await open_one_more(engine, organizer)
    assert await queued(engine) == 1


async def test_the_same_events_give_the_same_figures(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    await take_up(engine, organizer, hanging_together=40.0)
    found = []
    for _ in range(2):
        async with reading(engine) as session:
            found.append(await try_interactions(session, organizer.studio_id))
    assert found[0] == found[1]


async def test_what_was_shown_or_dismissed_is_no_interaction(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    await take_up(engine, organizer, hanging_together=0.0, n_taken=2)
    async with reading(engine) as session:
        interactions = await interactions_of(session, organizer.studio_id)
        assert await count_interactions(session, organizer.studio_id) == len(interactions) == 2 * N_TRAINEES
    one, other = interactions[0], interactions[1]
    changes = (
        (one, ContentEventKind.DISMISSED, START + timedelta(days=99)),
        (other, ContentEventKind.DONE, START - timedelta(days=1)),
    )
    async with writing(engine) as session:
        for pair, kind, moment in changes:
            event = _opened(organizer, pair.trainee_id, pair.content_id, moment)
            event.kind = kind
            event.reason = "NO_TIME" if kind is ContentEventKind.DISMISSED else None  # type: ignore[assignment]
            session.add(event)
    async with reading(engine) as session:
        now = await interactions_of(session, organizer.studio_id)
    assert len(now) == 2 * N_TRAINEES - 1
    first = {(pair.trainee_id, pair.content_id): pair.at for pair in now}
    assert first[other.trainee_id, other.content_id] == START - timedelta(days=1)
    assert (one.trainee_id, one.content_id) not in first
    async with writing(engine) as session:
        await session.execute(sa.update(Content).values(active=False))
    async with reading(engine) as session:
        assert await interactions_of(session, organizer.studio_id) == []
        found = await try_interactions(session, organizer.studio_id)
    assert (found.earned, found.n_interactions, found.n_users) == (False, 0, 0)
