"""Cells longer than the database holds are told by row, on both databases."""

from sqlalchemy.ext.asyncio import AsyncEngine

from studio.operations.people.mentors import import_mentors
from studio.operations.people.roster import import_roster
from studio.operations.rules.rules import import_rules
from studio.permissions import Actor
from studio.store.database import writing
from tests.studio.operations.conftest import MENTOR_HEADER, MENTORS, ROSTER, csv_file


async def test_long_honours_and_reasons_are_told_by_row(engine: AsyncEngine, organizer: Actor) -> None:
    mentors = csv_file(
        MENTOR_HEADER,
        ("甲", "和平社区", "播州区", 1, 8, "", "优秀" * 150, ""),
        ("乙", "和平社区", "播州区", 1, 8, "", "优秀" * 151, ""),
    )
    rules = csv_file(
        ("学员", "导师", "类型", "原因"),
        ("王芳", "陈松", "回避", "亲" * 501),
        ("王芳", "周兰", "回避", "亲" * 500),
    )
    async with writing(engine) as session:
        await import_roster(session, organizer, ROSTER, "roster.csv", 3)
        await import_mentors(session, organizer, MENTORS, "mentors.csv")
        found = [
            await import_mentors(session, organizer, mentors, "more.csv", skip_bad_rows=True),
            await import_rules(session, organizer, rules, "rules.csv", 3, skip_bad_rows=True),
        ]
    told = [[(issue.row, issue.column, issue.code.value) for issue in one.rejected] for one in found]
    assert told == [[(3, MENTOR_HEADER[6], "VALUE_TOO_LONG")], [(2, "原因", "VALUE_TOO_LONG")]]
    assert [one.new for one in found] == [1, 1]
