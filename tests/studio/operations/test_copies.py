from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.operations.needs.needs import compute_needs
from studio.operations.people.cohorts import find_cohort
from studio.operations.people.mentors import import_mentors
from studio.operations.people.roster import import_roster
from studio.operations.surveys.survey_imports import import_survey
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.tables import CohortNeed, PainPoint, Topic, TopicGap
from tests.studio.operations.conftest import MENTORS, ROSTER, csv_file

HEADER = ("姓名", "社区", "最棘手的问题")
WORDS = "材料每次写到半夜还是被领导退回来"
NAMED = (("李明", "桂语社区"), ("王芳", "竹园社区"), ("赵强", "茶园社区"))


async def load(engine: AsyncEngine, organizer: Actor, *said: str, wave: int = 1) -> None:
    async with writing(engine) as session:
        await import_roster(session, organizer, ROSTER, "roster.csv", 3)
        await import_mentors(session, organizer, MENTORS, "mentors.csv")
        rows = [(*who, text) for who, text in zip(NAMED, said, strict=False)]
        await import_survey(session, organizer, csv_file(HEADER, *rows), "survey.csv", 3, wave)
        await compute_needs(session, organizer, (await find_cohort(session, organizer.studio_id, 3)).id)


async def points(engine: AsyncEngine) -> list[PainPoint]:
    async with reading(engine) as session:
        found = await session.execute(select(PainPoint).order_by(PainPoint.wave, PainPoint.text))
        return list(found.scalars())


async def voices(engine: AsyncEngine) -> tuple[int, int]:
    """Return how many named writing, in the ranking and in the gaps."""
    async with reading(engine) as session:
        counts = []
        for table in (CohortNeed, TopicGap):
            counted = select(table.respondents).join(Topic, Topic.id == table.topic_id)
            counts.append(int(await session.scalar(counted.where(Topic.code == "WRITING")) or 0))
    return counts[0], counts[1]


async def test_copied_answers_are_marked_and_their_people_counted(
    engine: AsyncEngine, organizer: Actor
) -> None:
    await load(engine, organizer, WORDS, f"{WORDS}！", "公文格式总出错，不晓得照哪个样子来")
    marked = {point.text: point.copy_of_id for point in await points(engine)}
    first = next(point for point in await points(engine) if point.text == WORDS)
    assert marked == {WORDS: None, f"{WORDS}！": first.id, "公文格式总出错，不晓得照哪个样子来": None}
    # Who signs another's words has that trouble too: people are counted, and the organizer sees the copies.
    assert await voices(engine) == (3, 3)


async def test_short_answers_stay_voices_of_their_own(engine: AsyncEngine, organizer: Actor) -> None:
    await load(engine, organizer, "公文格式总出错", "公文格式总出错")
    assert [point.copy_of_id for point in await points(engine)] == [None, None]
    assert await voices(engine) == (2, 2)


async def test_waves_stand_apart(engine: AsyncEngine, organizer: Actor) -> None:
    anonymous = csv_file(("最棘手的问题", "最急迫的难题"), (WORDS, ""), (WORDS + "！", ""))
    async with writing(engine) as session:
        await import_roster(session, organizer, ROSTER, "roster.csv", 3)
    for wave in (1, 2):
        async with writing(engine) as session:
            await import_survey(session, organizer, anonymous, "survey.csv", 3, wave)
    found = await points(engine)
    assert [point.wave for point in found] == [1, 1, 2, 2]
    firsts = {point.id: point.wave for point in found if point.copy_of_id is None}
    assert sorted(firsts.values()) == [1, 2]
    assert all(firsts[point.copy_of_id] == point.wave for point in found if point.copy_of_id)


async def test_what_is_no_longer_a_copy_is_unmarked(engine: AsyncEngine, organizer: Actor) -> None:
    await load(engine, organizer, WORDS, WORDS)
    assert sum(point.copy_of_id is not None for point in await points(engine)) == 1
    await load(engine, organizer, "网格员一个人管几百户跑不过来", WORDS)
    assert [point.copy_of_id for point in await points(engine)] == [None] * len(await points(engine))
