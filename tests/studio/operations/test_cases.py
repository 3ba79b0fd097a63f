from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.operations.contents.recommendations import recommend_contents
from studio.operations.people.studios import ContentEntry, install_catalogue
from studio.permissions import Actor
from studio.store.clock import today
from studio.store.database import reading, writing
from studio.store.enums import ContentKind, Level, Origin
from studio.store.tables import Content, PainPoint, Recommendation, SimilarCase

LIFTS = "一楼三户不同意装电梯,书记逐户算补偿"
PARKING = "老小区停车位划线轮用,不再天天吵"


async def _cases(engine: AsyncEngine) -> dict[str, list[tuple[str, int]]]:
    """Titles of the cases of each pain point with the version of their row, the nearest first."""
    found: dict[str, list[tuple[str, int]]] = {}
    async with reading(engine) as session:
        rows = await session.execute(
            select(PainPoint.text, Content.title, SimilarCase.version)
            .join(SimilarCase, SimilarCase.pain_point_id == PainPoint.id)
            .join(Content, Content.id == SimilarCase.content_id)
            .order_by(PainPoint.text, SimilarCase.position)
        )
        for text, title, version in rows.all():
            found.setdefault(text, []).append((title, version))
    return found


async def test_pain_points_are_given_the_cases_that_tell_of_the_like(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    def entry(code: str, kind: ContentKind, topic: str, title: str) -> ContentEntry:
        return ContentEntry(code, kind, title, title, (topic,), Level.ABLE, 30, None, Origin.OWN, "", (), ())

    async with writing(engine) as session:
        catalogue = [
            entry("C1", ContentKind.COURSE, "LIVELIHOOD", "加装电梯一楼不同意"),
            entry("S1", ContentKind.CASE, "LIVELIHOOD", PARKING),
            entry("S2", ContentKind.CASE, "LIVELIHOOD", LIFTS),
            entry("S3", ContentKind.CASE, "WRITING", "材料写到半夜还被退的一年"),
        ]
        await install_catalogue(session, organizer.studio_id, catalogue)
        await recommend_contents(session, organizer, cohort_id=cohort_id)
    first = await _cases(engine)
    # The course has the very words, but it is no case; the case of writing is about something else.
    assert first["加装电梯一楼不同意"] == [(LIFTS, 1), (PARKING, 1)]
    assert first["停车天天吵"] == [(PARKING, 1), (LIFTS, 1)]
    assert "无" not in first
    async with writing(engine) as session:
        await recommend_contents(session, organizer, cohort_id=cohort_id)
    assert await _cases(engine) == first
    async with writing(engine) as session:
        await session.execute(sa.update(Content).where(Content.code == "S2").values(active=False))
        await recommend_contents(session, organizer, cohort_id=cohort_id)
    later = await _cases(engine)
    assert [title for title, _ in later["加装电梯一楼不同意"]] == [PARKING]
    assert [title for title, _ in later["材料写到半夜还被退"]] == ["材料写到半夜还被退的一年"]


async def test_what_is_over_or_to_come_is_not_recommended(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    day, week = today(), timedelta(days=7)
    days = {"C1": (None, day), "C2": (None, day - week), "C3": (day + week, None), "C4": (day, day + week)}

    def entry(code: str) -> ContentEntry:
        kind, title = ContentKind.COURSE, f"加装电梯一楼不同意{code}"
        return ContentEntry(
            code,
            kind,
            title,
            title,
            ("LIVELIHOOD",),
            Level.ABLE,
            30,
            None,
            Origin.OWN,
            "",
            (),
            (),
            *days[code],
        )

    async with writing(engine) as session:
        await install_catalogue(session, organizer.studio_id, [entry(code) for code in days])
        await recommend_contents(session, organizer, cohort_id=cohort_id)
    async with reading(engine) as session:
        offered = await session.execute(
            select(Content.code).join(Recommendation, Recommendation.content_id == Content.id).distinct()
        )
        assert sorted(offered.scalars()) == ["C1", "C4"]
