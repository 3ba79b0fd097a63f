"""Reading by meaning: what it finds, what it keeps, and that people's decisions stand. A small encoder stands in."""

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

import matching.texts.semantic
from studio.errors import Forbidden, StudioError
from studio.operations.background.handlers import HANDLERS
from studio.operations.background.worker import Worker
from studio.operations.corrections import meaning
from studio.operations.corrections.corrections import correct_topics
from studio.operations.corrections.meaning import read_by_meaning_now, start_reading_by_meaning
from studio.operations.people.cohorts import find_cohort
from studio.operations.people.roster import import_roster
from studio.operations.surveys.survey_imports import import_survey
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import JobState, Role
from studio.store.tables import Job, PainPoint, PainPointTopic, SentenceVector, Topic
from tests.databases import remembered
from tests.matching import test_semantic
from tests.matching.test_semantic import WordEncoder
from tests.studio.operations.conftest import ROSTER, csv_file

# What characters mean to the encoder; none of them stands in the topic tree.
MEANT = {"龙": "停", "鸟": "车", "虫": "吵", "鱼": "材", "虾": "料", "贝": "写"}
BY_MEANING = {"龙鸟龙鸟虫虫": "LIVELIHOOD", "贝鱼虾贝": "WRITING"}


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> WordEncoder:
    encoder = WordEncoder()
    for character, means in MEANT.items():
        monkeypatch.setitem(test_semantic.MEANINGS, character, means)
    monkeypatch.setattr(matching.texts.semantic, "_installed_encoder", lambda: encoder)
    monkeypatch.setattr(meaning, "find_spec", lambda _name: object())
    return encoder


@remembered
async def told(engine: AsyncEngine, organizer: Actor) -> Actor:
    async with writing(engine) as session:
        await import_roster(session, organizer, ROSTER, "roster.csv", 3)
        said = csv_file(("最棘手的问题", "最急迫的难题"), *((text, "") for text in BY_MEANING))
        await import_survey(session, organizer, said, "survey.csv", 3, 1)
    return organizer


async def topics(engine: AsyncEngine) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    async with reading(engine) as session:
        rows = await session.execute(
            select(PainPoint.text, Topic.code)
            .join(PainPointTopic, PainPointTopic.pain_point_id == PainPoint.id, isouter=True)
            .join(Topic, Topic.id == PainPointTopic.topic_id, isouter=True)
        )
        for text, code in rows.all():
            found.setdefault(text, set()).update({code} if code else ())
    return found


async def read(engine: AsyncEngine, actor: Actor) -> Job:
    async with writing(engine) as session:
        cohort = await find_cohort(session, actor.studio_id, 3)
        job = await start_reading_by_meaning(session, actor, cohort.id)
    while await Worker(engine, HANDLERS).run_once():
        pass
    async with reading(engine) as session:
        return await session.get_one(Job, job.id)


async def test_job_finds_topics_that_no_word_names_and_reads_each_text_once(
    engine: AsyncEngine, told: Actor, encoder: WordEncoder
) -> None:
    assert await topics(engine) == {text: set() for text in BY_MEANING}
    assert (await read(engine, told)).state is JobState.DONE
    assert await topics(engine) == {text: {code} for text, code in BY_MEANING.items()}
    once = len(encoder.read)
    async with reading(engine) as session:
        assert await session.scalar(select(sa.func.count(SentenceVector.id))) == once > len(BY_MEANING)
    assert (await read(engine, told)).state is JobState.DONE
    assert len(encoder.read) == once
    assert await topics(engine) == {text: {code} for text, code in BY_MEANING.items()}


async def test_what_people_decided_stands(engine: AsyncEngine, told: Actor, encoder: WordEncoder) -> None:
    async with writing(engine) as session:
        point = (await session.execute(select(PainPoint).where(PainPoint.text.startswith("龙")))).scalar_one()
        await correct_topics(session, told, point.id, ["GRID"], expected_version=point.version)
    async with reading(engine) as session:
        cohort = await find_cohort(session, told.studio_id, 3)
    assert await read_by_meaning_now(engine, told, cohort.id) == 1
    assert await topics(engine) == {"龙鸟龙鸟虫虫": {"GRID"}, "贝鱼虾贝": {"WRITING"}}


async def test_without_the_extra_it_is_refused_and_nothing_is_queued(
    engine: AsyncEngine, told: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meaning, "find_spec", lambda _name: None)
    async with reading(engine) as session:
        cohort = await find_cohort(session, told.studio_id, 3)
    with pytest.raises(StudioError) as refusal:
        await read_by_meaning_now(engine, told, cohort.id)
    assert refusal.value.code == "SEMANTIC_MISSING"
    assert "yanzhen[semantic]" in refusal.value.message("zh")
    async with writing(engine) as session:
        mentor = Actor(role=Role.CLIENT_APP, studio_id=told.studio_id)
        with pytest.raises(Forbidden):
            await start_reading_by_meaning(session, mentor, cohort.id)
