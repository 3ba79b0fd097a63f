"""The command line as a user runs it: shapes, exit codes, files."""

import io
import math
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from rich.console import Console

from service.cli import printing
from studio.messages import translate
from studio.store.identity import global_id, new_id
from tests.service.commands import answer, yanzhen
from tests.studio.operations.conftest import (
    ROSTER_HEADER,
    SURVEY_HEADER,
    SURVEY_ROWS,
    csv_file,
)


def test_init_again_brings_up_to_date_the_studio_that_there_is(tmp_path: Path) -> None:
    first = answer(tmp_path, "init", "--bare", "--studio", "我的工作室")
    again = answer(tmp_path, "init")
    assert again["studio"] == first["studio"]
    assert (first["topics"], again["topics"]) == (0, 43)
    answer(tmp_path, "init", "--studio", "第二个")
    refused = answer(tmp_path, "init", code=1)
    assert refused["error"]["code"] == "WHICH_STUDIO"
    assert answer(tmp_path, "init", "--studio", "我的工作室")["studio"] == first["studio"]


def test_ids_are_never_broken_over_two_lines(folder: Path) -> None:
    people = answer(folder, "needs", "--cohort", 3)["trainees"]
    shown = yanzhen(folder, "needs", "--cohort", 3).stdout
    assert all(person["id"] in shown for person in people)


def test_import_tells_the_columns_that_are_no_pain_points(folder: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd.csv"
    odd.write_text("颜色,星座\n红,狮子\n", encoding="utf-8")
    shown = yanzhen(folder, "import", "survey", odd, "--cohort", 3, "--wave", 9, "--dry-run").stdout
    assert "痛点 0 条" in shown
    assert "颜色、星座" in shown
    assert "--map" in shown


def test_import_says_what_it_did(folder: Path) -> None:
    report = answer(folder, "import", "survey", folder / "survey.csv", "--cohort", 3, "--wave", 1)
    promised = "rows accepted updated unchanged rejected respondents painPoints mapping dryRun"
    assert set(promised.split()) <= set(report)
    assert (report["rows"], report["accepted"], report["unchanged"], report["rejected"]) == (3, 3, 3, [])
    assert {"column", "field"} <= set(report["mapping"][0])
    assert {"column": "来自IP", "field": "dropped:personal"}.items() <= next(
        column for column in report["mapping"] if column["column"] == "来自IP"
    ).items()


def test_bad_row_ends_with_code_one_unless_skipped(folder: Path) -> None:
    (folder / "bad.csv").write_bytes(
        csv_file(
            SURVEY_HEADER,
            *SURVEY_ROWS,
            (9, "2026/3/2 11:10:00", "9秒", "", "孙无", "无名社区", 3, 3, 3, "没人认识", ""),
        )
    )
    report = answer(folder, "import", "survey", folder / "bad.csv", "--cohort", 3, code=1)
    assert [set(issue) for issue in report["rejected"]] == [
        {"row", "column", "code", "message", "suggestion"}
    ]
    assert report["rejected"][0]["row"] == 5
    assert report["rows"] == report["accepted"] + 1
    english = answer(folder, "import", "survey", folder / "bad.csv", "--cohort", 3, "--lang", "en", code=1)
    assert english["rejected"][0]["message"] != report["rejected"][0]["message"]
    skipped = answer(
        folder, "import", "survey", folder / "bad.csv", "--cohort", 3, "--skip-bad-rows", "--dry-run"
    )
    assert skipped["dryRun"]


def test_refused_file_is_told_with_what_to_do(folder: Path) -> None:
    (folder / "locked.xlsx").write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    )
    command = ("import", "survey", folder / "locked.xlsx", "--cohort", 3)
    error = answer(folder, *command, code=1)["error"]
    assert (error["code"], error["suggestion"]) == ("FILE_PASSWORD", translate("FILE_PASSWORD_FIX"))
    assert translate("FILE_PASSWORD_FIX") in yanzhen(folder, *command).stderr


def test_brackets_of_headers_and_cells_are_printed(folder: Path) -> None:
    (folder / "brackets.csv").write_bytes(csv_file(("[a]姓名", "[b]x"), ("[/c]", "1")))
    refused = yanzhen(folder, "import", "roster", folder / "brackets.csv", "--cohort", 3)
    assert (refused.exit_code, "[b]x" in refused.stderr) == (1, True)
    (folder / "rejected.csv").write_bytes(csv_file(("姓名", "职务", "社区"), ("甲", "[/red]", "翠竹")))
    rejected = yanzhen(folder, "import", "roster", folder / "rejected.csv", "--cohort", 3)
    assert (rejected.exit_code, "[/red]" in rejected.stdout) == (1, True)


def test_needs_have_their_figures_in_range(folder: Path) -> None:
    result = answer(folder, "needs", "--cohort", 3)
    assert {(trainee["name"], trainee["community"]) for trainee in result["trainees"]} == {
        ("李明", "桂语社区"),
        ("李明", "松涛社区"),
        ("王芳", "竹园社区"),
        ("赵强", "茶园社区"),
    }
    for trainee in result["trainees"]:
        for need in trainee["needs"]:
            assert all(0 <= need[key] <= 1 for key in ("severity", "urgency", "need"))
    assert len(result["topics"]) == 9
    for topic in result["topics"]:
        assert 0 <= topic["low"] <= topic["mean"] <= topic["high"] <= 1
        assert 0 <= topic["trainees"] <= 3
    assert next(topic for topic in result["topics"] if topic["code"] == "GRID")["trainees"] >= 1


def test_recommendations_cite_own_words(folder: Path) -> None:
    wang = next(each for each in answer(folder, "needs", "--cohort", 3)["trainees"] if each["name"] == "王芳")
    items = answer(folder, "recommend", "--trainee", wang["id"])["items"]
    assert items
    for item in items:
        assert round(math.fsum(reason["weight"] for reason in item["reasons"]), 6) == item["score"]
        assert {point["text"] for point in item["becauseOf"]} <= {"加装电梯一楼不同意", "停车天天吵"}


def test_what_is_dismissed_is_not_recommended_again(folder: Path) -> None:
    people = answer(folder, "needs", "--cohort", 3)["trainees"]
    trainee = next(each["id"] for each in people if each["name"] == "王芳")
    first = answer(folder, "recommend", "--trainee", trainee)["items"][0]["id"]
    event = ("event", "--trainee", trainee, "--content", first, "--kind", "dismissed")
    assert answer(folder, *event, code=1)["error"]["code"] == "DISMISSAL_REASON"
    done = answer(folder, *event, "--reason", "too_easy")
    assert (done["content"], done["kind"], done["reason"]) == (first, "DISMISSED", "TOO_EASY")
    items = answer(folder, "recommend", "--trainee", trainee)["items"]
    assert items
    assert first not in [item["id"] for item in items]
    wrong = answer(folder, "event", "--trainee", "x", "--content", first, "--kind", "done", code=1)
    assert (wrong["error"]["code"], wrong["error"]["field"]) == ("NOT_FOUND", "trainee")


def test_package_is_planned_printed_and_compared(folder: Path) -> None:
    wang = next(each for each in answer(folder, "needs", "--cohort", 3)["trainees"] if each["name"] == "王芳")
    answer(folder, "match", "--cohort", 3)
    trainee = ("package", "--trainee", wang["id"])
    shown = answer(folder, *trainee)
    assert shown["trainee"] == {"id": wang["id"], "name": "王芳"}
    assert (shown["version"], shown["origin"], shown["differences"]) == (1, "PLANNED", None)
    assert shown["minutes"] == sum(item["minutes"] for item in shown["items"])
    assert [goal["ability"] for goal in shown["goals"]] == ["WRITE", "SPEAK", "ADVISE", "ACT"]
    assert [event["month"] for event in shown["events"]] == [1, 2, 3]
    said = {"加装电梯一楼不同意", "停车天天吵", None}
    assert {row["because"] for part in ("goals", "items", "events") for row in shown[part]} <= said
    assert answer(folder, *trainee, "--version", 1, "--diff", 1) == {**shown, "differences": []}
    error = answer(folder, *trainee, "--version", 9, code=1)["error"]
    assert (error["code"], error["field"]) == ("NO_VERSION", "version")
    text = yanzhen(folder, *trainee).stdout
    assert "提笔能写" in text
    assert "加装电梯一楼不同意" in text
    assert "两版没有不同" in yanzhen(folder, *trainee, "--diff", 1).stdout


def test_match_adds_up(folder: Path) -> None:
    result = answer(folder, "match", "--cohort", 3)
    assert (result["matched"], result["total"], result["unmatched"]) == (4, 4, [])
    for pair in result["pairs"]:
        for part in pair["parts"]:
            assert round(part["value"] * part["weight"], 6) == part["contribution"]
        assert round(math.fsum(part["contribution"] for part in pair["parts"]), 6) == pair["score"]
    certificate = result["certificate"]
    assert round(math.fsum(pair["score"] for pair in result["pairs"]), 6) == certificate["objective"]
    assert certificate == {
        "objective": certificate["bound"],
        "bound": certificate["bound"],
        "gap": 0,
        "verified": True,
    }
    assert answer(folder, "match", "--cohort", 3)["runId"] == result["runId"]


def test_match_names_the_needs_that_a_mentor_meets(folder: Path) -> None:
    pairs = answer(folder, "match", "--cohort", 3)["pairs"]
    met = {(pair["traineeName"], pair["mentorName"]): pair["needsMet"] for pair in pairs}
    assert met["王芳", "陈松"] == [{"topic": "LIVELIHOOD", "name": "民生服务"}]
    # Nothing was heard from 赵强.
    assert next(needs for (name, _), needs in met.items() if name == "赵强") == []
    assert "专长对口（民生服务）" in re.sub(r"\s+", "", yanzhen(folder, "match", "--cohort", 3).stdout)


def test_pairings_become_a_workbook(folder: Path) -> None:
    answer(folder, "match", "--cohort", 3)
    assert answer(folder, "export", "pairings", "--cohort", 3, folder / "pairs.xlsx")["pairs"] == 4
    sheets = load_workbook(folder / "pairs.xlsx")
    rows = list(sheets.worksheets[0].values)
    assert len(rows) == 5
    assert {row[0] for row in rows[1:]} == {"李明", "王芳", "赵强"}
    assert len(sheets.worksheets) == 3


def test_report_and_schema_are_written(folder: Path) -> None:
    answer(folder, "report", "--cohort", 3, folder / "report.html")
    assert "第3批培养报告" in (folder / "report.html").read_text(encoding="utf-8")
    assert "type Query" in answer(folder, "schema")["sdl"]
    assert "type Query {" in yanzhen(folder, "schema").stdout


def test_classify_gives_evidence_inside_the_text(folder: Path) -> None:
    (folder / "texts.txt").write_text("材料写到半夜还被退回来\n无\n加装电梯一楼不同意\n", encoding="utf-8")
    found = answer(folder, "classify", folder / "texts.txt")
    assert [each["text"] for each in found] == ["材料写到半夜还被退回来", "无", "加装电梯一楼不同意"]
    assert found[0]["topics"][0]["code"] == "WRITING"
    assert found[1]["topics"] == []
    for each in found:
        assert isinstance(each["abstained"], bool)
        for topic in each["topics"]:
            assert 0 < topic["confidence"] <= 1
            assert all(0 <= span["start"] < span["end"] <= len(each["text"]) for span in topic["evidence"])


def test_classify_shows_every_leaf_of_a_topic(folder: Path) -> None:
    both = "加装电梯一楼不同意；小区停车位不够，晚上没处停车"
    (folder / "leaves.txt").write_text(both + "\n停车位不够的问题已经解决了\n", encoding="utf-8")
    two, over = answer(folder, "classify", folder / "leaves.txt")
    (topic,) = two["topics"]
    assert {leaf["code"] for leaf in topic["leaves"]} == {
        "LIVELIHOOD.ELEVATORS",
        "LIVELIHOOD.PARKING_CHARGING",
    }
    assert (len(topic["evidence"]), topic["resolved"], over["resolved"]) == (2, False, True)
    assert [each["resolved"] for each in over["topics"]] == [True]
    shown = yanzhen(folder, "classify", folder / "leaves.txt").stdout
    assert "加装电梯" in shown.splitlines()[1]
    assert "停车充电" in shown.splitlines()[1]
    assert [("好消息" in line) for line in shown.splitlines() if line.startswith("  ")] == [False, True]


TEXTS = ["材料写到\u2028半夜\x0c还被\x85退回来", "加装电梯一楼不同意"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_classify_reads_what_editors_write(folder: Path, encoding: str, newline: str) -> None:
    (folder / "encoded.txt").write_bytes((newline.join(TEXTS) + newline).encode(encoding))
    assert [each["text"] for each in answer(folder, "classify", folder / "encoded.txt")] == TEXTS


def test_classify_refuses_what_is_no_text(folder: Path) -> None:
    answer(folder, "match", "--cohort", 3)
    answer(folder, "export", "pairings", "--cohort", 3, folder / "pairs.xlsx")
    files = {
        "table.txt": (folder / "pairs.xlsx").read_bytes(),
        "nul.txt": b"a\0b\n",
        "half.txt": "加装电梯".encode() + b"\xff\xff",
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
        assert answer(folder, "classify", folder / name, code=1)["error"]["code"] == "NOT_A_TEXT_FILE", name
    (folder / "empty.txt").write_bytes(b"")
    assert answer(folder, "classify", folder / "empty.txt") == []


def test_tokens_are_for_a_person_where_the_role_asks_for_one(folder: Path) -> None:
    assert answer(folder, "token", "create", "--role", "organizer")["token"].startswith("yz_")
    wang = next(each for each in answer(folder, "needs", "--cohort", 3)["trainees"] if each["name"] == "王芳")
    assert answer(folder, "token", "create", "--role", "trainee", "--person", wang["id"])["role"] == "TRAINEE"
    assert "error" in answer(folder, "token", "create", "--role", "mentor", code=1)


def test_unknown_trainee_is_told_in_words_with_where_ids_are_found(folder: Path) -> None:
    never = global_id("Trainee", new_id())
    for given in ("[/x]", never):
        error = answer(folder, "recommend", "--trainee", given, code=1)["error"]
        assert (error["code"], error["field"]) == ("NOT_FOUND", "trainee")
        assert given in error["message"]
        assert "yanzhen needs" in error["message"]
    token = ("token", "create", "--role", "trainee", "--person", never)
    assert "yanzhen needs" in answer(folder, *token, code=1)["error"]["message"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("import", "survey", "missing.xlsx", "--cohort", "3"), "FILE_UNREADABLE"),
        (("needs", "--cohort", "9"), "NO_COHORT"),
        (("recommend", "--trainee", "TR_no"), "NOT_FOUND"),
        (("package", "--trainee", "TR_no"), "NOT_FOUND"),
        (("export", "pairings", "--cohort", "9", "x.xlsx"), "NO_COHORT"),
        (("needs", "--cohort", "3", "--studio", "没有"), "NOT_FOUND"),
    ],
)
def test_mistake_is_told_with_its_code(folder: Path, arguments: tuple[str, ...], code: str) -> None:
    error = answer(folder, *arguments, code=1)["error"]
    assert error["code"] == code
    assert error["message"]


def test_map_names_columns_and_refuses_unknown_ones(folder: Path) -> None:
    (folder / "odd.csv").write_bytes(csv_file(("谁", "哪里的", "现在做什么"), ("钱进", "望湖社区", "副主任")))
    mapped = ("--map", "谁=name", "--map", "哪里的=community", "--map", "现在做什么=role")
    report = answer(folder, "import", "roster", folder / "odd.csv", "--cohort", 4, *mapped)
    assert (report["accepted"], report["new"]) == (1, 1)
    refused = answer(
        folder, "import", "roster", folder / "odd.csv", "--cohort", 4, "--map", "无此列=name", code=1
    )
    assert refused["error"]["code"] == "MAP_UNKNOWN_COLUMN"
    assert answer(folder, "import", "roster", folder / "odd.csv", "--cohort", 4, "--map", "x", code=1)[
        "error"
    ]


def test_command_without_a_database_says_what_to_do(tmp_path: Path) -> None:
    error = answer(tmp_path, "needs", "--cohort", 3, code=1)["error"]
    assert error["code"] == "SCHEMA_MISSING"


def test_bare_studio_has_no_topics(tmp_path: Path) -> None:
    result = answer(tmp_path, "init", "--bare")
    assert (result["topics"], result["contents"]) == (0, 0)


BRACKETS = "张[/b]三"


def test_brackets_in_what_people_write_are_printed_as_they_are(tmp_path: Path) -> None:
    """Square brackets are markup to the library that prints; here they are a name, a file, a sentence."""
    people = (BRACKETS, "党委书记", "甲县", "乙镇", "[red]丙[/red]社区", "", "2020-01")
    (tmp_path / "[red]名册.csv").write_bytes(csv_file(ROSTER_HEADER, people))
    (tmp_path / "mentors.csv").write_bytes(csv_file(("姓名", "社区"), ("李[/i]四", "丁社区")))
    (tmp_path / "texts.txt").write_text("加装电梯[/b]一楼不同意:smile:", encoding="utf-8")
    survey = csv_file(
        ("姓名", "社区", "您最棘手的问题是什么"), (BRACKETS, "[red]丙[/red]社区", "加装电梯[/b]一楼不同意")
    )
    (tmp_path / "survey.csv").write_bytes(survey)
    for arguments, wanted in (
        (("init",), ""),
        (("import", "roster", tmp_path / "[red]名册.csv", "--cohort", 3), ""),
        (("import", "mentors", tmp_path / "mentors.csv"), ""),
        (("import", "survey", tmp_path / "survey.csv", "--cohort", 3), ""),
        (("needs", "--cohort", 3), BRACKETS),
        (("match", "--cohort", 3), BRACKETS),
        (("classify", tmp_path / "texts.txt"), "加装电梯[/b]一楼不同意:smile:"),
        (("export", "pairings", tmp_path / "[b]x.xlsx", "--cohort", 3), "[b]x.xlsx"),
    ):
        done = yanzhen(tmp_path, *arguments)
        assert done.exit_code == 0, done.output
        assert wanted in done.stdout
    (trainee,) = answer(tmp_path, "needs", "--cohort", 3)["trainees"]
    recommended = yanzhen(tmp_path, "recommend", "--trainee", trainee["id"])
    assert BRACKETS in recommended.stdout
    assert "加装电梯[/b]一楼不同意" in recommended.stdout
    for refused in (("recommend", "--trainee", "[/x]"), ("import", "roster", "[/red].csv", "--cohort", 1)):
        done = yanzhen(tmp_path, *refused)
        assert done.exit_code == 1
        assert str(refused[2]) in done.stderr
    mapped = yanzhen(
        tmp_path, "import", "roster", tmp_path / "mentors.csv", "--cohort", 1, "--map", "[/a]=name"
    )
    assert "[/a]" in mapped.stderr


def test_progress_shows_a_file_name_with_brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the file's name stands beside a turning sign, which reads markup by itself."""
    screen = io.StringIO()
    monkeypatch.setattr(
        printing, "complaints", Console(file=screen, force_terminal=True, markup=False, emoji=False)
    )
    with printing.working("正在导入 [/red].csv…"):
        pass
    assert "[/red].csv" in screen.getvalue()


def test_lists_and_labels_follow_the_language(folder: Path) -> None:
    wang = next(each for each in answer(folder, "needs", "--cohort", 3)["trainees"] if each["name"] == "王芳")
    recommend = ("recommend", "--trainee", wang["id"])
    assert re.search(r"(课程|案例|工具模板) · \d+ 分钟", yanzhen(folder, *recommend).stdout)
    english = yanzhen(folder, *recommend, "--lang", "en").stdout
    assert re.search(r"(Course|Case|Template) · \d+ min", english)
    answer(folder, "match", "--cohort", 3)
    for command in (recommend, ("needs", "--cohort", 3), ("match", "--cohort", 3)):
        found = [
            line for line in yanzhen(folder, *command, "--lang", "en").stdout.splitlines() if "“" not in line
        ]
        assert not [line for line in found if re.search(r"[a-z0-9]、", line)]
    assert "、" in yanzhen(folder, *recommend).stdout
    odd = csv_file(("姓名", "职务", "社区", "爱好", "血型"), ("钱进", "副主任", "望湖社区", "钓鱼", "A"))
    (folder / "odd.csv").write_bytes(odd)
    for language, listed in (("zh", "爱好、血型"), ("en", "爱好, 血型")):
        odd_roster = ("import", "roster", folder / "odd.csv", "--cohort", 5, "--dry-run", "--lang", language)
        assert listed in yanzhen(folder, *odd_roster).stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("import", "roster", "missing.csv", "--cohort", "3"), "没有这个文件或文件夹"),
        (("import", "roster", ".", "--cohort", "3"), "这是一个文件夹"),
        (("report", "no/such/folder/x.html", "--cohort", "3"), "没有这个文件或文件夹"),
    ],
)
def test_reason_of_a_file_is_told_in_the_language(
    folder: Path, arguments: tuple[str, ...], reason: str
) -> None:
    assert reason in answer(folder, *arguments, code=1)["error"]["message"]
    english = answer(folder, *arguments, "--lang", "en", code=1)["error"]["message"]
    assert not re.search(r"[\u4e00-\u9fff]", english)


def test_unknown_field_of_a_map_is_told_with_each_possible_one_once(folder: Path) -> None:
    refused = ("import", "roster", folder / "roster.csv", "--cohort", 3, "--map", "姓名=ignore")
    error = answer(folder, *refused, "--lang", "en", code=1)["error"]
    assert error["code"] == "MAP_UNKNOWN_FIELD"
    assert (error["message"] + error["suggestion"]).count("ignored") == 1
