import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette

from seed.demo import load_demo
from seed.starter import install_starter
from service.documents import run_document
from service.report import write_report
from service.web.report import report_page
from studio.errors import StudioError
from studio.operations.reports import prepare_report
from studio.operations.roster import import_roster
from studio.operations.studios import create_studio, organizer_of
from studio.operations.survey_imports import import_survey
from studio.permissions import Actor
from studio.store.database import open_database, writing
from studio.store.schema import migrate
from tests.studio.operations.conftest import ROSTER, csv_file


class Page(HTMLParser):
    """Collects the text and every address of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
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


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = open_database(f"sqlite:///{tmp_path / 'report.db'}")
    await migrate(engine)
    yield engine
    await engine.dispose()


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


async def test_report_of_the_demo_shows_every_pair_and_asks_nobody_else(empty: AsyncEngine) -> None:
    demo = await load_demo(empty, lambda _code: None)
    html = (await write_report(empty, demo.actor, demo.cohort_number)).decode()
    page = Page(html)
    assert page.addresses == []
    assert "script" not in page.tags
    assert not re.search(r"url\(|@import|https?:", html)
    assert len(html.encode()) < 1_500_000
    found = await run_document(empty, demo.actor, "CohortReport", number=demo.cohort_number)
    run = found["cohort"]["latestRun"]
    assert len(run["pairings"]["nodes"]) == run["matched"] == 22
    for pairing in run["pairings"]["nodes"]:
        name, mentor = pairing["trainee"]["displayName"], pairing["mentor"]["displayName"]
        assert f"{name}→{mentor}" in page.text
        assert f"匹配度{pairing['score']:.3f}=" in page.text
    for need in found["cohort"]["needs"]:
        assert f"{need['topic']['name']}{need['mean']:.2f}{need['low']:.2f}–{need['high']:.2f}" in page.text
    for point in found["cohort"]["painPoints"]["nodes"]:
        if not point["junk"]:
            assert re.sub(r"\s+", "", point["text"]) in page.text
    assert "均为虚构" in page.text
    assert page.text.count("第1天") == 1
    assert not re.search(r"1540000\d{4}", page.text)


async def test_report_escapes_what_people_wrote(empty: AsyncEngine) -> None:
    words = '<script>alert("x")</script> & 材料写到半夜还被退回来'
    actor = await studio_with(
        empty, csv_file(("姓名", "社区", "最棘手的问题", "最急迫的难题"), ("王芳", "竹园社区", words, ""))
    )
    html = (await write_report(empty, actor, 3)).decode()
    assert "<script" not in html
    assert re.sub(r"\s+", "", words) in Page(html).text


async def test_report_without_survey_and_match_says_what_is_missing(empty: AsyncEngine) -> None:
    actor = await studio_with(empty, None)
    text = Page((await write_report(empty, actor, 3)).decode()).text
    assert "还没有问卷" in text
    assert "还没有配对" in text


async def test_report_of_an_anonymous_survey_names_nobody(empty: AsyncEngine) -> None:
    actor = await studio_with(
        empty, csv_file(("最棘手的问题", "最急迫的难题"), ("材料写到半夜还被退回来", "停车位不够天天吵"))
    )
    text = Page((await write_report(empty, actor, 3)).decode()).text
    assert "材料写到半夜还被退回来" in text
    assert "匿名" in text
    assert "王芳" not in text


async def test_report_of_a_missing_cohort_is_refused(empty: AsyncEngine) -> None:
    actor = await studio_with(empty, None)
    with pytest.raises(StudioError) as refusal:
        await write_report(empty, actor, 9)
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
