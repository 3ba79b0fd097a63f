"""The fitted reader that a studio keeps: learned once, loaded from then on, learned again when it no longer fits."""

from collections.abc import Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from matching import AnswerReader, AnswerReading
from studio.operations.people.studios import create_studio, organizer_of
from studio.operations.topics import readers
from studio.operations.topics.topics import classify, learn_topics
from studio.permissions import Actor
from studio.store.clock import now
from studio.store.database import reading, writing
from studio.store.enums import PhraseKind
from studio.store.tables import FittedReader, Topic, TopicPhrase

TEXTS = ["材料又被退回来了", "楼栋长没人当，停车位也不够", "无"]


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Begin as a new process does, and count how often a reader was fitted since."""
    monkeypatch.setattr(readers, "_READERS", {})
    fitted: list[object] = []
    fit = AnswerReader.from_topics

    def counting(*given: object) -> AnswerReader:
        fitted.append(given)
        return fit(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(AnswerReader, "from_topics", counting)
    return lambda: len(fitted)


async def read(engine: AsyncEngine, actor: Actor) -> list[AnswerReading]:
    """Read as another process would, which remembers no reader."""
    readers._READERS.clear()
    async with reading(engine) as session:
        return await classify(session, actor, TEXTS)


async def kept(engine: AsyncEngine) -> list[FittedReader]:
    async with reading(engine) as session:
        return list((await session.execute(select(FittedReader))).scalars())


async def test_reader_is_learned_once_and_reads_the_same_when_loaded(
    engine: AsyncEngine, organizer: Actor, fits: Callable[[], int]
) -> None:
    before = await read(engine, organizer)
    assert fits() == 1
    await learn_topics(engine, organizer.studio_id)
    assert await read(engine, organizer) == before
    await learn_topics(engine, organizer.studio_id)
    assert fits() == 1
    (row,) = await kept(engine)
    assert row.version == 1


async def test_new_phrase_makes_the_kept_reader_out_of_date(
    engine: AsyncEngine, organizer: Actor, fits: Callable[[], int]
) -> None:
    await learn_topics(engine, organizer.studio_id)
    before = await kept(engine)
    async with writing(engine) as session:
        topic = (await session.execute(select(Topic).where(Topic.code == "GRID"))).scalar_one()
        phrase = TopicPhrase(
            studio_id=topic.studio_id, topic_id=topic.id, kind=PhraseKind.TROUBLE, text="流浪狗没人管"
        )
        session.add(phrase)
    await read(engine, organizer)
    assert fits() == 2
    assert [row.sha256 for row in await kept(engine)] == [row.sha256 for row in before]
    await learn_topics(engine, organizer.studio_id)
    (row,) = await kept(engine)
    assert row.sha256 != before[0].sha256
    assert (row.version, row.id) == (2, before[0].id)
    await read(engine, organizer)
    assert fits() == 2


async def test_reader_of_another_engine_is_learned_again(
    engine: AsyncEngine, organizer: Actor, fits: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    await learn_topics(engine, organizer.studio_id)
    monkeypatch.setattr(readers, "engine_digest", lambda: "of the next version")
    await read(engine, organizer)
    assert fits() == 2


@pytest.mark.parametrize("content", [b"", b"something else", b"PK\x03\x04"])
async def test_damaged_reader_is_as_good_as_none(
    engine: AsyncEngine, organizer: Actor, fits: Callable[[], int], content: bytes
) -> None:
    before = await read(engine, organizer)
    await learn_topics(engine, organizer.studio_id)
    async with writing(engine) as session:
        row = (await session.execute(select(FittedReader))).scalar_one()
        row.content, row.updated_at = content, now()
    assert await read(engine, organizer) == before
    assert fits() == 2


async def test_studio_without_topics_keeps_no_reader(engine: AsyncEngine, fits: Callable[[], int]) -> None:
    async with writing(engine) as session:
        actor = organizer_of(await create_studio(session, "空工作室"))
    await learn_topics(engine, actor.studio_id)
    assert (fits(), await kept(engine)) == (0, [])
