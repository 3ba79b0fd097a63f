"""Training again: what is learned, when a new model is put in force, and who uses it from then on."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from studio.errors import Forbidden, StudioError
from studio.operations.background.handlers import HANDLERS
from studio.operations.background.worker import Worker
from studio.operations.corrections.corrections import correct_topics
from studio.operations.corrections.models import retrain_now, start_retraining, topic_model
from studio.operations.people.roster import import_roster
from studio.operations.surveys.survey_imports import import_survey
from studio.operations.topics import topics
from studio.operations.topics.topics import classify
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import JobKind, JobState, ModelWay, RetrainOutcome, Role
from studio.store.tables import CohortNeed, Job, ModelVersion, PainPoint, PainPointTopic, Topic, TopicPhrase
from tests.databases import remembered
from tests.studio.operations.conftest import ROSTER, csv_file

# The small tree knows nothing of dogs and of water: what people say of them can only be learned from corrections.
TOLD = {
    "GRID": (
        ("大狗", "小狗", "流浪狗", "恶犬"),
        ("咬伤了过路的娃娃", "半夜叫个不停", "拉屎到处都是", "没拴绳子乱跑"),
    ),
    "LIVELIHOOD": (
        ("水管", "水压", "水表", "水箱"),
        ("爆了三回没修好", "到了晚上不行", "抄的数对不上", "好久没清洗过"),
    ),
}
SAID = {
    f"{what}{trouble}": code
    for code, (things, ways) in TOLD.items()
    for what, trouble in product(things, ways)
}
# Said later by others, and decided by nobody.
LATER = {"水管水箱又爆了": "LIVELIHOOD", "遇到流浪狗乱跑": "GRID"}


@remembered
async def told(engine: AsyncEngine, organizer: Actor) -> Actor:
    """The organizer of a cohort that spoke of dogs and water, each answer from somebody else."""
    async with writing(engine) as session:
        await import_roster(session, organizer, ROSTER, "roster.csv", 3)
        said = csv_file(("最棘手的问题", "最急迫的难题"), *((text, "") for text in [*SAID, *LATER]))
        await import_survey(session, organizer, said, "survey.csv", 3, 1)
    return organizer


async def decide(engine: AsyncEngine, actor: Actor, said: dict[str, str]) -> None:
    async with writing(engine) as session:
        found = await session.execute(select(PainPoint.text, PainPoint.id))
        for text, point_id in sorted(found.all()):
            if text in said:
                await correct_topics(session, actor, point_id, [said[text]])


async def versions(engine: AsyncEngine) -> list[ModelVersion]:
    async with reading(engine) as session:
        return list(
            (await session.execute(select(ModelVersion).order_by(col(ModelVersion.number)))).scalars()
        )


async def codes_of(engine: AsyncEngine, actor: Actor, text: str) -> tuple[str, ...]:
    async with reading(engine) as session:
        (answer,) = await classify(session, actor, [text])
        return answer.codes


async def tagged(engine: AsyncEngine, text: str) -> set[str]:
    async with reading(engine) as session:
        found = await session.execute(
            select(Topic.code)
            .join(PainPointTopic, col(PainPointTopic.topic_id) == Topic.id)
            .join(PainPoint, col(PainPoint.id) == PainPointTopic.pain_point_id)
            .where(PainPoint.text == text)
        )
        return set(found.scalars())


async def work(engine: AsyncEngine) -> None:
    worker = Worker(engine, HANDLERS, lease=timedelta(seconds=60))
    while await worker.run_once():
        pass


async def test_better_model_is_put_in_force_and_reads_all_words_again(
    engine: AsyncEngine, told: Actor
) -> None:
    await decide(engine, told, SAID)
    before = {text: await tagged(engine, text) for text in LATER}
    assert before != {text: {code} for text, code in LATER.items()}
    async with writing(engine) as session:
        job = await start_retraining(session, told, idempotency_key="k")
        assert (await start_retraining(session, told, idempotency_key="k")).id == job.id
    await work(engine)
    (version,) = await versions(engine)
    assert (version.outcome, version.in_force, version.job_id) == (RetrainOutcome.ADOPTED, True, job.id)
    assert version.corrections == len(version.learned) == len(SAID)
    gain = version.facts["gain"]
    assert 0 < gain["low"] <= gain["value"] <= gain["high"] <= 1
    figures = {(one["way"], one["metric"]): one["value"] for one in version.measures}
    difference = figures["IN_FORCE", "MACRO_F1"] - figures["OTHER", "MACRO_F1"]
    assert difference == pytest.approx(gain["value"], abs=1e-5)
    assert figures["IN_FORCE", "MACRO_F1"] > figures["MOST_FREQUENT", "MACRO_F1"]
    # Nobody decided these: the new model reads them, and what people said stays theirs.
    assert {text: await tagged(engine, text) for text in LATER} == {
        text: {code} for text, code in LATER.items()
    }
    assert {text: await tagged(engine, text) for text in SAID} == {
        text: {code} for text, code in SAID.items()
    }
    async with reading(engine) as session:
        jobs = (await session.execute(select(Job))).scalars().all()
        # The one that decisions queued gathers further ones for some seconds.
        ended = [job.state for job in jobs if job.kind is JobKind.RETRAIN or "model" in job.payload]
        assert ended == [JobState.DONE] * 2
        cohort = await session.execute(
            select(CohortNeed.respondents)
            .join(Topic, col(Topic.id) == CohortNeed.topic_id)
            .where(Topic.code == "GRID")
        )
        assert cohort.scalar_one() == 17


async def test_another_process_uses_the_model_without_a_restart(
    engine: AsyncEngine, told: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    (text, code), *_ = LATER.items()
    assert await codes_of(engine, told, text) != (code,)
    await decide(engine, told, SAID)
    await retrain_now(engine, told)
    # Another process has nothing in its memory; this one has the reader of before.
    assert await codes_of(engine, told, text) == (code,)
    monkeypatch.setattr(topics, "_READERS", {})
    assert await codes_of(engine, told, text) == (code,)
    async with writing(engine) as session:
        grid = await session.scalar(select(Topic).where(Topic.code == "GRID"))
        session.add(Topic(studio_id=told.studio_id, code="GRID.DOGS", name="养犬", parent_id=grid.id))
    # A model of other topics is left aside: the phrases decide until the next training.
    assert await codes_of(engine, told, text) != (code,)
    async with reading(engine) as session:
        assert (await topic_model(session, told)).is_stale


async def test_too_few_corrections_and_nothing_new_change_nothing(engine: AsyncEngine, told: Actor) -> None:
    some = dict(list(SAID.items())[:4] + list(SAID.items())[-4:])
    await decide(engine, told, some)
    assert (await retrain_now(engine, told)).outcome is RetrainOutcome.TOO_FEW
    assert (await retrain_now(engine, told)).outcome is RetrainOutcome.NOTHING_NEW
    first, second = await versions(engine)
    assert (first.in_force, first.content, first.measures, first.facts["groups"]) == (False, None, [], 8)
    assert (second.number, second.in_force) == (2, False)


async def test_model_that_is_not_better_is_not_taken(engine: AsyncEngine, told: Actor) -> None:
    """Decisions without any sense teach nothing: the topics follow the length of the words."""
    senseless = {
        text: ("GRID", "LIVELIHOOD", "WRITING")[place % 3] for place, text in enumerate(sorted(SAID))
    }
    await decide(engine, told, senseless)
    dry = await retrain_now(engine, told, dry_run=True)
    assert dry.outcome is RetrainOutcome.NOT_BETTER
    assert await versions(engine) == []
    kept = await retrain_now(engine, told)
    assert (kept.outcome, kept.in_force, kept.content) == (RetrainOutcome.NOT_BETTER, False, None)
    assert kept.facts["gain"]["low"] <= 0
    assert {one["way"] for one in kept.measures} == {way.value for way in ModelWay}
    assert kept.measures == dry.measures
    # What people decided stands all the same.
    assert {text: await tagged(engine, text) for text in senseless} == {
        text: {code} for text, code in senseless.items()
    }


async def test_only_the_newest_model_keeps_its_arrays(engine: AsyncEngine, told: Actor) -> None:
    await decide(engine, told, SAID)
    await retrain_now(engine, told)
    await decide(engine, told, LATER)
    async with reading(engine) as session:
        card = await topic_model(session, told)
        assert (card.learned, card.waiting) == (len(SAID), len(LATER))
    again = await retrain_now(engine, told)
    # Two more decisions show nothing: the first model stays in force, with its arrays.
    assert again.outcome is RetrainOutcome.NOT_BETTER
    first, second = await versions(engine)
    assert (first.in_force, first.content is None, second.in_force, second.content) == (
        True,
        False,
        False,
        None,
    )


async def test_damaged_model_is_refused(
    engine: AsyncEngine, told: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await decide(engine, told, SAID)
    await retrain_now(engine, told)
    monkeypatch.setattr(topics, "_READERS", {})
    async with writing(engine) as session:
        row = (await session.execute(select(ModelVersion))).scalar_one()
        assert row.content is not None
        row.content = row.content[:-100]
    with pytest.raises(StudioError) as refusal:
        await codes_of(engine, told, "停车难")
    assert refusal.value.code == "MODEL_UNREADABLE"


async def test_only_organizers_train_and_read_the_card(engine: AsyncEngine, organizer: Actor) -> None:
    for role in (Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP):
        actor = Actor(role, organizer.studio_id)
        with pytest.raises(Forbidden):
            async with writing(engine) as session:
                await start_retraining(session, actor)
        with pytest.raises(Forbidden):
            async with reading(engine) as session:
                await topic_model(session, actor)


async def test_card_of_a_studio_that_never_trained_says_so(engine: AsyncEngine, told: Actor) -> None:
    async with reading(engine) as session:
        card = await topic_model(session, told)
        phrases: Any = (await session.execute(select(TopicPhrase))).scalars().all()
    assert (card.in_force, card.measures, card.learned, card.waiting, card.trainings) == (None, [], 0, 0, [])
    assert card.phrases == len(phrases) + 3
    assert 0 < card.threshold < 1
    assert set(card.unseen) == {"文稿写作", "网格治理", "民生服务"}
