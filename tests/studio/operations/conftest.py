"""A small studio with a topic tree, for the operations' tests."""

import csv
import io
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.operations.contents.recommendations import recommend_contents
from studio.operations.pairings.publishing import publish_match_run
from studio.operations.people.cohorts import find_cohort
from studio.operations.people.mentors import import_mentors
from studio.operations.people.roster import import_roster
from studio.operations.people.studios import (
    ContentEntry,
    TopicEntry,
    create_studio,
    install_catalogue,
    install_topics,
    organizer_of,
)
from studio.operations.runs.runs import match_cohort
from studio.operations.surveys.survey_imports import import_survey
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import ContentKind, Level, Origin
from studio.store.tables import Mentor, Pairing, Person, Trainee
from tests.databases import remembered

TREE = {
    "WRITING": (
        "文稿写作",
        [
            "材料每次写到半夜还是被退回来",
            "讲话稿不晓得咋个开头",
            "总结写得像流水账",
            "信息报送老是不被采用",
            "公文格式总出错",
        ],
    ),
    "GRID": (
        "网格治理",
        [
            "网格员一个人管几百户跑不过来",
            "网格划分不合理有的楼没人管",
            "楼栋长没人愿意当",
            "巡查发现的问题报上去没回音",
        ],
    ),
    "LIVELIHOOD": (
        "民生服务",
        [
            "一楼不同意加装电梯",
            "老小区停车位不够天天吵",
            "独居老人没人照看",
            "楼道里电动车飞线充电",
            "垃圾清运不及时",
        ],
    ),
}


@remembered
async def organizer(engine: AsyncEngine) -> Actor:
    """The organizer of a studio with three top topics."""
    async with writing(engine) as session:
        studio = await create_studio(session, "测试工作室")
        entries = [
            TopicEntry(code, name, None, "域", "弱项", None, (), troubles)
            for code, (name, troubles) in TREE.items()
        ]
        await install_topics(session, studio.id, entries)
    return organizer_of(studio)


def csv_file(header: Sequence[str], *rows: Sequence[object]) -> bytes:
    """Return a UTF-8 csv file."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


ROSTER_HEADER = ("姓名", "职务", "县(市、区)", "乡镇(街道)", "社区", "联系电话", "任现职时间")
ROSTER = csv_file(
    ROSTER_HEADER,
    ("李明", "副书记", "汇川区", "云溪街道", "桂语社区", "19900000001", "2021-03"),
    ("李明", "后备干部", "播州区", "龙水镇", "松涛社区", "19900000002", "2024年1月"),
    ("王芳", "书记主任一肩挑", "汇川区", "云溪街道", "竹园社区", "", "2015/7/1"),
    ("赵强", "居委会主任", "湄潭县", "茶乡镇", "茶园社区", "", ""),
)
MENTOR_HEADER = ("姓名", "所在社区", "县(市、区)", "可带人数", "任职年限", "擅长主题", "荣誉", "典型案例")
MENTORS = csv_file(
    MENTOR_HEADER,
    (
        "周兰",
        "竹园社区",
        "汇川区",
        1,
        12,
        "文稿写作:5;网格治理:2",
        "区级优秀党务工作者",
        "带着年轻人逐篇改材料,半年后信息被采用",
    ),
    ("陈松", "和平社区", "播州区", 2, 8, "民生服务:5;网格治理:4", "", "挨家做工作,给老楼加装了三部电梯"),
    ("吴桂", "桂语社区", "汇川区", 1, 3, "网格治理:5", "", ""),
)
SURVEY_HEADER = (
    "序号",
    "提交答卷时间",
    "所用时间",
    "来自IP",
    "1、您的姓名",
    "2、所在社区",
    "3、以下方面的棘手程度—文稿写作",
    "3、以下方面的棘手程度—网格治理",
    "3、以下方面的棘手程度—民生服务",
    "4、最棘手的问题是什么",
    "5、最急迫的难题是什么",
)
SURVEY_ROWS = (
    (
        1,
        "2026/3/2 10:31:05",
        "125秒",
        "203.0.113.7",
        "李明",
        "桂语社区",
        5,
        2,
        1,
        "材料写到半夜还被退",
        "信息没人采用",
    ),
    (2, "2026/3/2 10:35:00", "80秒", "203.0.113.8", "李明", "松涛", 2, 5, 3, "网格员跑不过来", "无"),
    (
        3,
        "2026/3/2 11:00:00",
        "99秒",
        "203.0.113.9",
        "王芳",
        "竹园社区",
        1,
        2,
        5,
        "加装电梯一楼不同意",
        "停车天天吵",
    ),
)
SURVEY = csv_file(SURVEY_HEADER, *SURVEY_ROWS)


@remembered
async def cohort_id(engine: AsyncEngine, organizer: Actor) -> UUID:
    """A cohort of four with three mentors (four places) and a survey of three."""
    async with writing(engine) as session:
        await import_roster(session, organizer, ROSTER, "roster.csv", 3)
        await import_mentors(session, organizer, MENTORS, "mentors.csv")
        await import_survey(session, organizer, SURVEY, "survey.csv", 3, 1)
        return (await find_cohort(session, organizer.studio_id, 3)).id


async def pairs(engine: AsyncEngine, run_id: UUID) -> dict[tuple[str, int], str]:
    """Mentor's name by trainee's name and roster row."""
    person, other = sa.orm.aliased(Person), sa.orm.aliased(Person)
    async with reading(engine) as session:
        rows = await session.execute(
            select(person.name, Trainee.roster_row, other.name)
            .select_from(Pairing)
            .join(Trainee, Trainee.id == Pairing.trainee_id)
            .join(person, person.id == Trainee.person_id)
            .join(Mentor, Mentor.id == Pairing.mentor_id)
            .join(other, other.id == Mentor.person_id)
            .where(Pairing.run_id == run_id)
        )
        return {(name, row): mentor for name, row, mentor in rows.all()}


async def ids(
    engine: AsyncEngine, table: type[Trainee] | type[Mentor], name: str, row: int | None = None
) -> UUID:
    async with reading(engine) as session:
        query = select(table.id).join(Person, Person.id == table.person_id).where(Person.name == name)
        if row is not None:
            query = query.where(table.roster_row == row)
        return (await session.execute(query)).scalar_one()


async def contents(engine: AsyncEngine, organizer: Actor) -> None:
    """Three courses, one for each top topic."""

    def entry(code: str, topic: str, title: str, body: str) -> ContentEntry:
        return ContentEntry(
            code, ContentKind.COURSE, title, body, (topic,), Level.ABLE, 30, None, Origin.OWN, "", (), ()
        )

    async with writing(engine) as session:
        await install_catalogue(
            session,
            organizer.studio_id,
            [
                entry("C1", "WRITING", "材料怎么写", "先定标题和三级提纲,再找数据,最后写"),
                entry("C2", "LIVELIHOOD", "电梯加装怎么谈", "一楼不同意时先听后算账,逐户谈补偿"),
                entry("C3", "GRID", "网格员怎么排班", "按楼栋分片,错峰巡查,一员多能"),
            ],
        )


@remembered
async def run_id(engine: AsyncEngine, organizer: Actor, cohort_id: UUID) -> UUID:
    """A draft of four pairs, with contents recommended."""
    await contents(engine, organizer)
    more = csv_file(
        MENTOR_HEADER,
        ("周兰", "竹园社区", "汇川区", 4, 12, "", "", ""),
        ("陈松", "和平社区", "播州区", 4, 8, "", "", ""),
    )
    async with writing(engine) as session:
        await import_mentors(session, organizer, more, "mentors.csv")
        await recommend_contents(session, organizer, cohort_id=cohort_id)
        return (await match_cohort(session, organizer, cohort_id)).id


@remembered
async def published_id(engine: AsyncEngine, organizer: Actor, cohort_id: UUID) -> UUID:
    """A run of the cohort, published."""
    async with writing(engine) as session:
        run = await match_cohort(session, organizer, cohort_id)
        await publish_match_run(session, organizer, run.id, expected_version=run.version)
        return run.id
