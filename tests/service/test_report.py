import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select
from starlette.applications import Starlette

from seed.demo import load_demo
from seed.starter import install_starter
from service import report
from service.documents import run_document
from service.report import write_report
from service.web.report import report_page
from studio.errors import StudioError
from studio.operations.background.reports import prepare_report
from studio.operations.pairings.pairings import override_pairing
from studio.operations.pairings.publishing import publish_match_run
from studio.operations.people.cohorts import find_cohort
from studio.operations.people.mentors import import_mentors
from studio.operations.people.roster import import_roster
from studio.operations.people.studios import create_studio, organizer_of
from studio.operations.runs.runs import match_cohort
from studio.operations.surveys.survey_imports import import_survey
from studio.operations.surveys.surveys import AnswerInput, submit_survey_response
from studio.permissions import Actor
from studio.store.database import writing
from studio.store.enums import MatchRunState
from studio.store.tables import Cohort, MatchRun, Mentor, Question, Survey, SurveyResponse, Trainee
from tests.studio.operations.conftest import MENTORS, ROSTER, SURVEY, csv_file, ids


class Page(HTMLParser):
    """Collects the text and every address of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.words: list[str] = []
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [
            value or "" for name, value in attrs if name in ("src", "href", "action", "srcset", "data")
        ]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", "", "".join(self.words))


async def studio_with(engine: AsyncEngine, survey: bytes | None) -> Actor:
    async with writing(engine) as session:
        studio = await create_studio(session, "报告测试")
        await install_starter(session, studio.id)
        actor = organizer_of(studio)
        await import_roster(session, actor, ROSTER, "roster.csv", 3)
        if survey is not None:
            await import_survey(session, actor, survey, "survey.csv", 3, 1)
        await prepare_report(session, actor, 3)
    return actor


async def test_report_of_the_demo_shows_every_pair_and_asks_nobody_else(engine: AsyncEngine) -> None:
    demo = await load_demo(engine, lambda _code: None)
    html = (await write_report(engine, demo.actor, demo.cohort_number)).decode()
    page = Page(html)
    assert page.addresses == []
    assert "script" not in page.tags
    assert not re.search(r"url\(|@import|https?:", html)
    assert len(html.encode()) < 1_500_000
    found = await run_document(engine, demo.actor, "CohortReport", number=demo.cohort_number)
    newest = found["cohort"]["matchRuns"]["nodes"][0]["id"]
    run = (await run_document(engine, demo.actor, "MatchRunReport", run=newest))["matchRun"]
    assert len(run["pairings"]["nodes"]) == run["matched"] == 22
    for pairing in run["pairings"]["nodes"]:
        name, mentor = pairing["trainee"]["displayName"], pairing["mentor"]["displayName"]
        assert f"{name}→{mentor}" in page.text
        assert f"匹配度{pairing['score']:.3f}=" in page.text
    for need in found["cohort"]["needs"]:
        figures = f"{need['mean']:.2f}{need['low']:.2f}–{need['high']:.2f}{need['respondents']}人"
        assert f"{need['topic']['name']}{figures}" in page.text
    for point in found["cohort"]["painPoints"]["nodes"]:
        if not point["junk"]:
            assert re.sub(r"\s+", "", point["text"]) in page.text
    assert "均为虚构" in page.text
    assert page.text.count("第1天") == 1
    assert_people_are_counted_alike(found["cohort"])
    assert_words_are_counted(page, found["cohort"]["painPoints"]["nodes"])
    assert_whys_differ(page, run["pairings"]["nodes"])
    assert not re.search(r"1540000\d{4}", page.text)


def assert_people_are_counted_alike(cohort: dict[str, Any]) -> None:
    """提到 has one meaning: without anonymous answers the heat map's columns sum to the ranking."""
    columns: Counter[str] = Counter()
    for cell in cohort["needsByRole"]:
        columns[cell["topic"]["code"]] += cell["respondents"]
    assert columns == {need["topic"]["code"]: need["respondents"] for need in cohort["needs"]}


def assert_words_are_counted(page: Page, points: list[dict[str, Any]]) -> None:
    read = [point for point in points if not point["junk"]]
    unsure = [point for point in read if point["abstained"]]
    assert 0 < len(unsure) < len(read)
    assert f"系统读了{len(read)}条" in page.text
    assert f"系统拿不准的话{len(unsure)}条" in page.text


def assert_whys_differ(page: Page, pairings: list[dict[str, Any]]) -> None:
    """Some pairs begin with needs, some with a case; where a part names words and a case, both are cited."""
    shown = [part for pairing in pairings for part in pairing["parts"] if part["painPoint"]]
    assert len(shown) > 5
    for part in shown:
        assert re.sub(r"\s+", "", f"说“{part['painPoint']['text']}”") in page.text
    assert page.text.count("办过类似的事") == len(shown)
    paragraphs = page.html.split('<p class="why">')[1:]
    openings = Counter("说“" in why.split("。", 1)[0] for why in paragraphs)
    assert min(openings[True], openings[False]) > 3


async def test_report_escapes_what_people_wrote(engine: AsyncEngine) -> None:
    words = '<script>alert("x")</script> & 材料写到半夜还被退回来'
    actor = await studio_with(
        engine, csv_file(("姓名", "社区", "最棘手的问题", "最急迫的难题"), ("王芳", "竹园社区", words, ""))
    )
    html = (await write_report(engine, actor, 3)).decode()
    assert "<script" not in html
    assert re.sub(r"\s+", "", words) in Page(html).text


async def test_report_without_survey_and_match_says_what_is_missing(engine: AsyncEngine) -> None:
    actor = await studio_with(engine, None)
    text = Page((await write_report(engine, actor, 3)).decode()).text
    assert "还没有问卷" in text
    assert "还没有配对" in text


async def test_report_of_an_anonymous_survey_names_nobody(engine: AsyncEngine) -> None:
    actor = await studio_with(
        engine, csv_file(("最棘手的问题", "最急迫的难题"), ("材料写到半夜还被退回来", "停车位不够天天吵"))
    )
    text = Page((await write_report(engine, actor, 3)).decode()).text
    assert "材料写到半夜还被退回来" in text
    assert "匿名" in text
    # Two topics were named: no third one is called a need of all.
    assert "大家最需要的是民生服务（1人提到）、文稿写作（1人提到）。" in text
    assert "四、师徒配对与为什么还没有配对" in text
    assert "王芳" not in text


async def test_report_of_a_large_survey_lists_some_words_and_counts_the_others(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "MOST_VOICES", 2)
    rows = [[f"楼上楼下为漏水吵了{n}个月"] for n in range(2, 7)]
    actor = await studio_with(engine, csv_file(["最棘手的问题是什么"], *rows))
    page = Page((await write_report(engine, actor, 3)).decode())
    assert sum(row[0] in page.text for row in rows) == 2
    assert "这里列出2条，其余3条略" in page.text


async def test_report_says_that_there_is_nothing_unsure_and_how_much_was_read(engine: AsyncEngine) -> None:
    survey = csv_file(
        ("姓名", "社区", "最棘手的问题", "最急迫的难题"), ("王芳", "竹园社区", "材料写到半夜还被退回来", "无")
    )
    actor = await studio_with(engine, survey)
    text = Page((await write_report(engine, actor, 3)).decode()).text
    assert "系统拿不准的话0条读过的1条里没有拿不准的" in text
    assert "系统读了1条（另有1条答“无”“同上”之类，不计入）：1条归入了主题，0条拿不准" in text


async def test_report_shows_the_later_of_two_answers(engine: AsyncEngine) -> None:
    header = ("序号", "提交答卷时间", "姓名", "社区", "最棘手的问题", "最急迫的难题")
    first = (1, "2026/3/2 10:31:05", "王芳", "竹园社区", "材料写到半夜还被退回来", "")
    actor = await studio_with(engine, csv_file(header, first))
    async with writing(engine) as session:
        survey = await session.scalar(select(Survey))
        trainee_id = await session.scalar(select(SurveyResponse.trainee_id))
        question_id = await session.scalar(select(Question.id).where(Question.measures == "THORNIEST"))
        answer = AnswerInput(question_id, text="独居老人没人照看")
        await submit_survey_response(session, actor, survey.id, trainee_id, [answer])
    text = Page((await write_report(engine, actor, 3)).decode()).text
    assert "独居老人没人照看" in text
    assert "半夜" not in text
    assert "答卷1份" in text


async def test_report_of_a_cohort_without_people_reads_right(engine: AsyncEngine) -> None:
    actor = await studio_with(engine, None)
    async with writing(engine) as session:
        session.add(Cohort(studio_id=actor.studio_id, number=4, name="第4批"))
        await session.flush()
        await prepare_report(session, actor, 4)
    text = Page((await write_report(engine, actor, 4)).decode()).text
    assert "学员0人来自0个县（市、区）答卷0份写下的话0条" in text
    assert "还没有问卷" in text
    assert "二、师徒配对与为什么还没有配对" in text


async def test_report_shows_the_run_that_counts_and_what_people_decided(engine: AsyncEngine) -> None:
    """After an override and its publication a newer draft does not take the place of what was published."""
    actor = await studio_with(engine, SURVEY)
    mentors = MENTORS.replace("周兰".encode(), "周<b>兰</b>".encode()).replace(b",1,12,", b",4,12,")
    async with writing(engine) as session:
        await import_mentors(session, actor, mentors, "mentors.csv")
    trainee_id, mentor_id = await ids(engine, Trainee, "赵强"), await ids(engine, Mentor, "周<b>兰</b>")
    async with writing(engine) as session:
        run = await match_cohort(session, actor, (await find_cohort(session, actor.studio_id, 3)).id)
        await override_pairing(session, actor, run.id, trainee_id, mentor_id, reason="本人<i>提出</i>。")
        await publish_match_run(session, actor, run.id, expected_version=run.version)
        session.add(
            MatchRun(
                studio_id=actor.studio_id,
                cohort_id=run.cohort_id,
                policy_id=run.policy_id,
                number=run.number + 1,
                state=MatchRunState.INFEASIBLE,
                input_hash="0" * 64,
            )
        )
        await session.flush()
        await prepare_report(session, actor, 3)
    page = Page((await write_report(engine, actor, 3)).decode())
    assert "b" not in page.tags
    assert "赵强→周<b>兰</b>已锁定" in page.text
    assert "由组织者调整：本人<i>提出</i>。" in page.text
    assert "第1次匹配，已发布" in page.text
    assert "第2次匹配：无解。下面是已发布的第1次。" in page.text


async def test_report_of_a_missing_cohort_is_refused(engine: AsyncEngine) -> None:
    actor = await studio_with(engine, None)
    with pytest.raises(StudioError) as refusal:
        await write_report(engine, actor, 9)
    assert refusal.value.code == "NO_COHORT"


async def test_report_page_serves_the_file_under_a_strict_policy(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    transport = httpx.ASGITransport(Starlette(routes=[report_page(path)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/")).status_code == 404
        path.write_text("<p>报告</p>", encoding="utf-8")
        answer = await client.get("/")
    assert (answer.status_code, answer.text) == (200, "<p>报告</p>")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
