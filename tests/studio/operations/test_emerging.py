from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.errors import Conflict, Forbidden, NotFound, StudioError
from studio.operations.corrections.emerging_decisions import dismiss_emerging_point, name_emerging_point
from studio.operations.corrections.rereading import CohortReading, store_cohort
from studio.operations.needs.needs import compute_needs
from studio.operations.people.cohorts import find_cohort
from studio.operations.people.roster import import_roster
from studio.operations.people.studios import create_studio, organizer_of
from studio.operations.surveys.survey_imports import import_survey
from studio.operations.topics.topics import classify, topic_tree
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import EmergingState, Role, TagStatus
from studio.store.tables import (
    CohortNeed,
    EmergingMember,
    EmergingPoint,
    PainPoint,
    PainPointTopic,
    Topic,
    TopicCorrection,
    TopicPhrase,
)
from tests.matching.test_emerging import MONKEYS, NOISE, STREAMS
from tests.studio.operations.conftest import ROSTER, csv_file


async def answers(engine: AsyncEngine, organizer: Actor, said: Sequence[str], wave: int = 1) -> UUID:
    """Import anonymous answers and return the cohort."""
    survey = csv_file(("最棘手的问题", "最急迫的难题"), *((text, "") for text in said))
    async with writing(engine) as session:
        await import_roster(session, organizer, ROSTER, "roster.csv", 3)
        await import_survey(session, organizer, survey, "survey.csv", 3, wave)
        cohort = await find_cohort(session, organizer.studio_id, 3)
        # What the small tree of these tests makes of a text is not the point here.
        found = await session.execute(select(PainPoint))
        for point in found.scalars():
            if point.text in STREAMS + NOISE:
                await session.execute(
                    PainPointTopic.__table__.delete().where(PainPointTopic.pain_point_id == point.id)
                )
                point.abstained = True
        await session.flush()
        await compute_needs(session, organizer, cohort.id)
        return cohort.id


async def emerging(engine: AsyncEngine) -> list[tuple[EmergingPoint, list[str]]]:
    async with reading(engine) as session:
        points = (await session.execute(select(EmergingPoint).order_by(EmergingPoint.created_at))).scalars()
        found = []
        for point in list(points):
            texts = await session.execute(
                select(PainPoint.text)
                .join(EmergingMember, EmergingMember.pain_point_id == PainPoint.id)
                .where(EmergingMember.emerging_point_id == point.id)
                .order_by(EmergingMember.position)
            )
            found.append((point, list(texts.scalars())))
        return found


async def test_what_several_say_is_stored_with_its_sentence(engine: AsyncEngine, organizer: Actor) -> None:
    cohort_id = await answers(engine, organizer, STREAMS + NOISE)
    ((point, texts),) = await emerging(engine)
    assert set(texts) == set(STREAMS)
    assert (point.cohort_id, point.people, point.state) == (cohort_id, 4, EmergingState.OPEN)
    assert "直播" in point.label
    async with reading(engine) as session:
        assert (await session.get_one(PainPoint, point.pain_point_id)).text in STREAMS


async def test_thirty_noise_answers_store_nothing(engine: AsyncEngine, organizer: Actor) -> None:
    await answers(engine, organizer, NOISE)
    assert await emerging(engine) == []


async def test_group_keeps_its_id_while_it_grows(engine: AsyncEngine, organizer: Actor) -> None:
    await answers(engine, organizer, STREAMS[:3] + NOISE)
    ((before, _),) = await emerging(engine)
    await answers(engine, organizer, STREAMS[3:], wave=2)
    ((after, texts),) = await emerging(engine)
    assert (after.id, after.people, len(texts)) == (before.id, 4, 4)


async def test_computing_again_changes_nothing(engine: AsyncEngine, organizer: Actor) -> None:
    cohort_id = await answers(engine, organizer, STREAMS + NOISE)
    ((before, _),) = await emerging(engine)
    async with writing(engine) as session:
        await compute_needs(session, organizer, cohort_id)
    ((after, _),) = await emerging(engine)
    assert (after.id, after.version, after.updated_at) == (before.id, before.version, before.updated_at)


async def test_named_point_becomes_a_topic_that_the_classifier_knows(
    engine: AsyncEngine, organizer: Actor
) -> None:
    await answers(engine, organizer, STREAMS + NOISE)
    ((point, _),) = await emerging(engine)
    async with writing(engine) as session:
        await name_emerging_point(session, organizer, point.id, " 直播带货 ", expected_version=point.version)
    ((named, texts),) = await emerging(engine)
    assert (named.state, set(texts)) == (EmergingState.NAMED, set(STREAMS))
    async with reading(engine) as session:
        topic = await session.get_one(Topic, named.topic_id)
        assert (topic.name, topic.code, topic.parent_id) == ("直播带货", "EMERGING_1", None)
        phrases = await session.execute(select(TopicPhrase.text).where(TopicPhrase.topic_id == topic.id))
        assert set(phrases.scalars()) == set(STREAMS)
        counted = select(CohortNeed.respondents).where(CohortNeed.topic_id == topic.id)
        assert await session.scalar(counted) == 4
        open_ones = select(PainPoint.text).where(PainPoint.abstained)
        assert set((await session.execute(open_ones)).scalars()) == set(NOISE)
        (reading_,) = await classify(session, organizer, ["喊我们开直播带货，没得人看"])
        assert reading_.codes == ("EMERGING_1",)


async def tagged(engine: AsyncEngine, texts: Sequence[str]) -> dict[str, set[str]]:
    """Return the codes of the topics under which these words are filed, wherever they were said."""
    async with reading(engine) as session:
        found = await session.execute(
            select(PainPoint.text, Topic.code)
            .join(PainPointTopic, PainPointTopic.pain_point_id == PainPoint.id)
            .join(Topic, Topic.id == PainPointTopic.topic_id)
            .where(PainPoint.text.in_(texts))
        )
        codes: dict[str, set[str]] = {}
        for text, code in found.all():
            codes.setdefault(text, set()).add(code)
        return codes


async def test_naming_is_a_decision_that_later_readings_keep(engine: AsyncEngine, organizer: Actor) -> None:
    cohort_id = await answers(engine, organizer, STREAMS + NOISE)
    ((point, _),) = await emerging(engine)
    async with writing(engine) as session:
        await name_emerging_point(session, organizer, point.id, "直播带货")
    async with reading(engine) as session:
        decided = select(PainPoint.text, TopicCorrection.actor_role).join(
            TopicCorrection, TopicCorrection.pain_point_id == PainPoint.id
        )
        rows = (await session.execute(decided)).all()
        assert {tuple(row) for row in rows} == {(text, Role.ORGANIZER) for text in STREAMS}
        tree = await topic_tree(session, organizer.studio_id)
    # Another model reads everything else anew, and would see writing everywhere.
    (elsewhere,) = tree.reader.read(["材料写到半夜还被退回来"])
    assert elsewhere.codes == ("WRITING",)
    readings = dict.fromkeys(STREAMS + NOISE, elsewhere)
    async with writing(engine) as session:
        read = CohortReading(tree, readings, by_meaning=True)
        await store_cohort(session, organizer.studio_id, cohort_id, read)
    filed = await tagged(engine, STREAMS + NOISE)
    assert {text: filed[text] for text in STREAMS} == {text: {"EMERGING_1"} for text in STREAMS}
    assert "WRITING" in filed[NOISE[0]]


async def test_what_was_read_of_another_part_stays_beside_the_named_topic(
    engine: AsyncEngine, organizer: Actor
) -> None:
    await answers(engine, organizer, STREAMS + NOISE)
    ((point, _),) = await emerging(engine)
    async with writing(engine) as session:
        writing_topic = (await session.execute(select(Topic).where(Topic.code == "WRITING"))).scalar_one()
        member = (await session.execute(select(PainPoint).where(PainPoint.text == STREAMS[0]))).scalar_one()
        session.add(
            PainPointTopic(
                studio_id=organizer.studio_id,
                pain_point_id=member.id,
                topic_id=writing_topic.id,
                confidence=0.7,
                evidence=[{"start": 0, "end": 2}],
                status=TagStatus.PREDICTED,
            )
        )
        await session.flush()
        await name_emerging_point(session, organizer, point.id, "直播带货")
    filed = await tagged(engine, STREAMS)
    assert filed[STREAMS[0]] == {"EMERGING_1", "WRITING"}
    assert filed[STREAMS[1]] == {"EMERGING_1"}


async def test_what_was_filed_without_conviction_comes_up_and_its_name_replaces_the_topic(
    engine: AsyncEngine, organizer: Actor
) -> None:
    cohort_id = await answers(engine, organizer, MONKEYS)
    async with writing(engine) as session:
        writing_topic = (await session.execute(select(Topic).where(Topic.code == "WRITING"))).scalar_one()
        for member in (await session.execute(select(PainPoint))).scalars():
            tags = PainPointTopic.__table__
            await session.execute(tags.delete().where(tags.c.pain_point_id == member.id))
            member.abstained = False
            session.add(
                PainPointTopic(
                    studio_id=organizer.studio_id,
                    pain_point_id=member.id,
                    topic_id=writing_topic.id,
                    confidence=0.5,
                    evidence=[{"start": 0, "end": 2}],
                    status=TagStatus.PREDICTED,
                )
            )
        await session.flush()
        await compute_needs(session, organizer, cohort_id)
    ((point, texts),) = await emerging(engine)
    assert (set(texts), point.label) == (set(MONKEYS), "猴子")
    async with writing(engine) as session:
        await name_emerging_point(session, organizer, point.id, "野猴下山")
    assert await tagged(engine, MONKEYS) == {text: {"EMERGING_1"} for text in MONKEYS}


@pytest.mark.parametrize("title", ["文稿写作", "WRITING"])
async def test_title_of_a_topic_adds_to_it(engine: AsyncEngine, organizer: Actor, title: str) -> None:
    await answers(engine, organizer, STREAMS)
    ((point, _),) = await emerging(engine)
    async with writing(engine) as session:
        await name_emerging_point(session, organizer, point.id, title)
    async with reading(engine) as session:
        assert len(list((await session.execute(select(Topic))).scalars())) == 3
        topic = (await session.execute(select(Topic).where(Topic.code == "WRITING"))).scalar_one()
        phrases = await session.execute(select(TopicPhrase.text).where(TopicPhrase.topic_id == topic.id))
        assert set(phrases.scalars()) > set(STREAMS)


async def test_dismissed_point_is_not_proposed_again(engine: AsyncEngine, organizer: Actor) -> None:
    cohort_id = await answers(engine, organizer, STREAMS + NOISE)
    ((point, _),) = await emerging(engine)
    async with writing(engine) as session:
        await dismiss_emerging_point(session, organizer, point.id, "不归社区管")
        await compute_needs(session, organizer, cohort_id)
    ((after, texts),) = await emerging(engine)
    assert (after.id, after.state, after.reason) == (point.id, EmergingState.DISMISSED, "不归社区管")
    assert set(texts) == set(STREAMS)


async def test_what_cannot_be_decided_is_refused(engine: AsyncEngine, organizer: Actor) -> None:
    await answers(engine, organizer, STREAMS)
    ((point, _),) = await emerging(engine)
    async with writing(engine) as session:
        with pytest.raises(StudioError, match="TITLE_MISSING"):
            await name_emerging_point(session, organizer, point.id, "  ")
        with pytest.raises(StudioError, match="TEXT_TOO_LONG"):
            await name_emerging_point(session, organizer, point.id, "长" * 101)
        with pytest.raises(StudioError, match="REASON_MISSING"):
            await dismiss_emerging_point(session, organizer, point.id, " ")
        with pytest.raises(Conflict, match="CONFLICT_VERSION"):
            await dismiss_emerging_point(session, organizer, point.id, "不", expected_version=9)
        with pytest.raises(Forbidden):
            await name_emerging_point(session, Actor(Role.MENTOR, organizer.studio_id), point.id, "直播")
        stranger = organizer_of(await create_studio(session, "别的工作室"))
        with pytest.raises(NotFound):
            await dismiss_emerging_point(session, stranger, point.id, "不")
        await dismiss_emerging_point(session, organizer, point.id, "不归社区管")
        with pytest.raises(Conflict, match="EMERGING_DECIDED"):
            await name_emerging_point(session, organizer, point.id, "直播")
