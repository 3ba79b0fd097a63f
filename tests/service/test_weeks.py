"""Weeks as organizers see them: on the command line, in the workbook and in the report."""

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy.ext.asyncio import AsyncEngine

from service.cli.pairs import match_json, print_match
from service.report import write_report
from service.spreadsheets import pairings_workbook
from studio.operations.people.cohorts import find_cohort
from studio.operations.people.mentors import import_mentors
from studio.operations.people.weeks import set_cohort_weeks
from studio.operations.runs.runs import match_cohort
from studio.store.database import writing
from studio.store.identity import global_id
from tests.service.commands import answer, yanzhen
from tests.service.test_report import Page, studio_with
from tests.studio.operations.conftest import MENTOR_HEADER, SURVEY, csv_file

MENTORS = csv_file(
    (*MENTOR_HEADER, "空闲周次"),
    ("周兰", "竹园社区", "", 2, "", "", "", "", "2026年第14周"),
    ("陈松", "和平社区", "", 2, "", "", "", "", "2026-04-06"),
    ("吴桂", "桂语社区", "", 2, "", "", "", "", "2026年第14周"),
)


async def test_match_workbook_and_report_tell_weeks(
    engine: AsyncEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    actor = await studio_with(engine, SURVEY)
    async with writing(engine) as session:
        assert (await import_mentors(session, actor, MENTORS, "mentors.csv")).written
        cohort = await find_cohort(session, actor.studio_id, 3)
        offered = [date(2026, 3, 30), date(2026, 4, 6)]
        await set_cohort_weeks(session, actor, cohort.id, offered, expected_version=cohort.version)
        run = await match_cohort(session, actor, cohort.id)
    result = await match_json(engine, actor, global_id("MatchRun", run.id), "zh")
    page = Page((await write_report(engine, actor, 3)).decode()).text
    assert {(pair["mentorName"], pair["week"]) for pair in result["pairs"]} == {
        ("周兰", "2026-03-30"),
        ("陈松", "2026-04-06"),
        ("吴桂", "2026-03-30"),
    }
    (left,) = result["unmatched"]
    assert left["reasons"][0]["code"] == "ALL_WEEKS_FULL"
    print_match(result, "zh")
    printed = capsys.readouterr().out.replace("\n", "")
    print_match(result, "en")
    english = capsys.readouterr().out.replace("\n", " ")
    told = "陈松和学员都有空的只有2026年第15周（4月6日），已排满"
    assert "14周 2026/3/30" in printed
    assert "w14 2026/3/30" in english
    assert "都有空的只有2026年第" in printed
    assert "where no place is left" in english
    assert "只要" in printed
    assert "2026年第14周（3月30日）" in page
    assert told in page or "都有空的只有2026年第14周（3月30日），已排满" in page
    pairs, unmatched, _ = load_workbook(BytesIO(pairings_workbook(result, "zh"))).worksheets
    assert pairs["E1"].value == "跟岗周"
    assert {cell.value for cell in pairs["E"][1:]} == {"2026年第14周（3月30日）", "2026年第15周（4月6日）"}
    assert "已排满" in unmatched["C2"].value


def test_weeks_are_offered_told_and_moved_on_the_command_line(folder: Path) -> None:
    assert answer(folder, "weeks", "show", "--cohort", 3)["weeks"] == []
    assert "yanzhen weeks offer" in yanzhen(folder, "weeks", "show", "--cohort", 3).stdout
    offered = answer(folder, "weeks", "offer", "--cohort", 3, "2026-W14 至 2026-W17")["weeks"]
    assert [week["number"] for week in offered] == [14, 15, 16, 17]
    free = answer(folder, "weeks", "free", "陈松", "--cohort", 3, "14、15周", "--per-week", 2)
    (chen,) = [mentor for mentor in free["mentors"] if mentor["name"] == "陈松"]
    assert (chen["freeWeeks"], chen["weeklyCapacity"]) == (["2026-03-30", "2026-04-06"], 2)
    answer(folder, "weeks", "free", "王芳", "--cohort", 3, "第15周、第16周")
    before = {pair["traineeName"]: pair["week"] for pair in answer(folder, "match", "--cohort", 3)["pairs"]}
    assert before["王芳"] == "2026-04-06"
    answer(folder, "weeks", "free", "王芳", "--cohort", 3, "都可以")
    for name in ("周兰", "陈松", "吴桂"):
        answer(folder, "weeks", "free", name, "--cohort", 3, "都可以", "--per-week", 4)
    moved = answer(folder, "weeks", "move", "王芳", "第17周", "--cohort", 3)
    assert moved["week"] == "2026-04-20"
    for arguments, code in (
        (("offer", "--cohort", 3, "下周"), "WEEKS_SYNTAX"),
        (("offer", "--cohort", 99, "14周"), "NO_COHORT"),
        (("move", "王芳", "14-15周", "--cohort", 3), "WEEKS_SYNTAX"),
        (("move", "王芳", "第20周", "--cohort", 3), "WEEK_NOT_OFFERED"),
        (("free", "没有这个人", "--cohort", 3, "14周"), "WHOM_UNKNOWN"),
    ):
        assert answer(folder, "weeks", *arguments, code=1)["error"]["code"] == code
    assert answer(folder, "weeks", "offer", "--cohort", 3)["weeks"] == []


def test_who_shares_no_week_with_anybody_is_told_and_weeks_say_their_year(folder: Path) -> None:
    answer(folder, "weeks", "offer", "--cohort", 3, "2026-W53, 2027-W2")
    assert (
        "2026年第53周（12月28日）、2027年第2周（1月11日）"
        in yanzhen(folder, "weeks", "show", "--cohort", 3).stdout
    )
    shown = answer(folder, "weeks", "free", "陈松", "--cohort", 3, "2027-W1")
    assert shown["noCommonWeek"] == {"mentors": ["陈松"], "trainees": []}
    for name in ("周兰", "吴桂"):
        answer(folder, "weeks", "free", name, "--cohort", 3, "2026-W53")
    shown = answer(folder, "weeks", "free", "王芳", "--cohort", 3, "2027-W2")
    assert shown["noCommonWeek"] == {"mentors": ["陈松"], "trainees": ["王芳"]}
    told = yanzhen(folder, "weeks", "show", "--cohort", 3).stdout
    assert "这些导师没有一周与任何学员同时有空，配不上人：陈松" in told
    assert "这些学员没有一周与任何导师同时有空，配不上导师：王芳" in told
    for name in ("陈松", "周兰", "吴桂", "王芳"):
        answer(folder, "weeks", "free", name, "--cohort", 3, "都可以")
    assert answer(folder, "weeks", "offer", "--cohort", 3)["noCommonWeek"] == {"mentors": [], "trainees": []}


def test_other_weeks_are_supposed_in_both_languages_and_change_nothing(folder: Path) -> None:
    answer(folder, "weeks", "offer", "--cohort", 3, "2026-W14 至 2026-W15")
    for name in ("周兰", "陈松", "吴桂"):
        answer(folder, "weeks", "free", name, "--cohort", 3, "第14周", "--per-week", 2)
    answer(folder, "match", "--cohort", 3)
    shown = answer(folder, "weeks", "show", "--cohort", 3)
    found = _supposing(folder, "有空 周兰=15周", "每周 周兰=1")
    other, fewer = found["supposed"]["mentorWeeks"]
    assert (other["freeWeeks"], fewer["weeklyCapacity"]) == (["2026-04-06"], 1)
    theirs = [
        change for change in found["changes"] if change["before"] and change["before"]["name"] == "周兰"
    ]
    assert theirs
    assert _supposing(folder, "free 周兰=w15", "weekly 周兰=1")["changes"] == found["changes"]
    assert _supposing(folder, "free 周兰=none")["changes"] == _supposing(folder, "leave 周兰")["changes"]
    for code, *texts in (
        ("WEEKS_SYNTAX", "free 周兰=下周"),
        ("WEEKS_SYNTAX", "空闲 周兰=第60周"),
        ("WHAT_IF_SYNTAX", "weekly 周兰=many"),
        ("WHAT_IF_SYNTAX", "weekly 周兰=1.5"),
        ("WHAT_IF_SYNTAX", "free 周兰"),
        ("WHAT_IF_SYNTAX", "free =14周"),
        ("CAPACITY_OUT_OF_RANGE", "每周 周兰=-1"),
        ("CAPACITY_OUT_OF_RANGE", "weekly 周兰=1001"),
        ("WHOM_UNKNOWN", "weekly 王芳=2"),
        ("WHOM_UNKNOWN", "free 没有这个人=14周"),
        ("WEEK_NOT_OFFERED", "free 周兰=14-20周"),
        ("WEEK_NOT_OFFERED", "free 王芳=2027-W14"),
        ("SUPPOSED_AGAIN", "free 周兰=14周", "free 周兰=15周"),
        ("SUPPOSED_AGAIN", "weekly 周兰=1", "每周 周兰=2"),
        ("SUPPOSED_AGAIN", "capacity 周兰=1", "capacity 周兰=2"),
    ):
        asked = (part for text in texts for part in ("--what-if", text))
        assert answer(folder, "match", "--cohort", 3, *asked, code=1)["error"]["code"] == code, texts
    # Nobody else than the mentor changes what one takes in a week; none at all is nobody.
    assert _supposing(folder, "weekly 周兰=0")["changes"] == _supposing(folder, "leave 周兰")["changes"]
    assert answer(folder, "weeks", "show", "--cohort", 3) == shown


def test_a_published_pair_moves_only_with_a_reason_and_both_are_asked_again(folder: Path) -> None:
    answer(folder, "weeks", "offer", "--cohort", 3, "2026-W14 至 2026-W17")
    left_behind = answer(folder, "match", "--cohort", 3)["runId"]
    for name in ("周兰", "陈松", "吴桂"):
        answer(folder, "weeks", "free", name, "--cohort", 3, "都可以", "--per-week", 4)
    assert answer(folder, "match", "--cohort", 3)["runId"] != left_behind
    answer(folder, "run", "publish", "--cohort", 3)
    refused = answer(folder, "weeks", "move", "王芳", "第17周", "--cohort", 3, code=1)["error"]
    assert refused["field"] == "reason"
    moved = answer(folder, "weeks", "move", "王芳", "第17周", "--cohort", 3, "--reason", "那周要开换届会")
    assert (moved["week"], moved["askedAgain"]) == ("2026-04-20", True)


def _supposing(folder: Path, *texts: str) -> dict[str, Any]:
    asked = (part for text in texts for part in ("--what-if", text))
    found: dict[str, Any] = answer(folder, "match", "--cohort", 3, *asked)
    return found
