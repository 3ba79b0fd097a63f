"""A run tells whether needs have changed since it was computed."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from studio.operations.needs.needs import compute_needs
from studio.operations.surveys.survey_imports import import_survey
from studio.permissions import Actor
from studio.reading.read import read_rows
from studio.reading.selection import Selection
from studio.store.database import reading, writing
from tests.studio.operations.conftest import csv_file


async def told(engine: AsyncEngine, organizer: Actor, run_id: UUID) -> bool:
    asked = (Selection("needsChanged", "needsChanged"),)
    async with reading(engine) as session:
        (run,) = await read_rows(session, organizer, "MatchRun", [run_id], asked)
    assert run is not None
    changed: bool = run["needsChanged"]
    return changed


async def test_run_is_told_apart_from_needs_that_came_later(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, run_id: UUID
) -> None:
    assert await told(engine, organizer, run_id) is False
    async with writing(engine) as session:
        # Computing again what is the same changes nothing.
        await compute_needs(session, organizer, cohort_id)
    assert await told(engine, organizer, run_id) is False
    header = ("姓名", "社区", "最棘手的问题", "最急迫的难题")
    later = csv_file(header, ("赵强", "茶园社区", "独居老人没人照看", ""))
    async with writing(engine) as session:
        await import_survey(session, organizer, later, "later.csv", 3, 2)
        await compute_needs(session, organizer, cohort_id)
    assert await told(engine, organizer, run_id) is True
