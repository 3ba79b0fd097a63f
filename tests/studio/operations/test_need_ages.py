"""Whose words fade, and against what."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from studio.arrays.needs import NeedTable, PointRow, ResponseRow
from studio.operations.needs.needs import refresh_needs
from studio.permissions import Actor
from studio.store.database import writing
from studio.store.enums import Measure
from studio.store.tables import Trainee
from tests.studio.operations.conftest import ids
from tests.studio.operations.test_submitted_needs import stored, submit

MARCH, APRIL, AUGUST = (datetime(2026, month, 2, 10, tzinfo=UTC) for month in (3, 4, 8))


async def test_an_answer_months_later_takes_nothing_from_the_others(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    """The survey is of March; whoever answers today makes nobody's words older."""
    other = await ids(engine, Trainee, "王芳")
    before = await stored(engine, other)
    await submit(engine, organizer, "赵强", text="楼栋长没人愿意当")
    async with writing(engine) as session:
        await refresh_needs(session, cohort_id)
    assert await stored(engine, other) == before
    assert before["trainee_need"]


@pytest.mark.parametrize(
    ("whose", "given", "ages"),
    [
        # Of one person, what was said in an earlier wave ages against the newest.
        (["a", "a"], [(MARCH, 1), (AUGUST, 2)], [153.0, 0.0]),
        # Who has not answered again has said nothing else.
        (["a", "b", "b"], [(MARCH, 1), (MARCH, 1), (AUGUST, 2)], [0.0, 153.0, 0.0]),
        # Of anonymous answers those of earlier waves age; within a wave, to be late is no age.
        ([None, None, None], [(MARCH, 1), (APRIL, 2), (AUGUST, 2)], [153.0, 0.0, 0.0]),
        # Named and anonymous answers leave each other alone.
        ([None, "a"], [(MARCH, 1), (AUGUST, 2)], [0.0, 0.0]),
    ],
)
def test_ages(whose: list[str | None], given: list[tuple[datetime, int]], ages: list[float]) -> None:
    people = {name: uuid4() for name in whose if name}
    rows = [
        ResponseRow(uuid4(), people[name] if name else None, moment, moment, wave)
        for name, (moment, wave) in zip(whose, given, strict=True)
    ]
    table = NeedTable([], rows)
    table.add_points(
        [PointRow(uuid4(), row.id, Measure.THORNIEST, None, None, False, None, None) for row in rows]
    )
    assert table.point_age_days.tolist() == ages
