"""`yanzhen policy …`, `match --objective` and `rules limit …` as an organizer types them, bad words included."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.service.commands import answer, yanzhen


def test_objective_is_compared_set_and_told_in_both_languages(folder: Path) -> None:
    before = answer(folder, "match", "--cohort", 3)
    assert before["objective"] == "COVERAGE_THEN_TOTAL"
    asked = ("match", "--cohort", 3, "--what-if", "目标＝最吃亏")
    found = answer(folder, *asked)
    assert (found["supposed"], found["best"]["aim"]) == (
        {"objective": "WORST_OFF_THEN_TOTAL"},
        "WORST_OFF_THEN_TOTAL",
    )
    assert found["best"]["lowestScore"] >= found["before"]["lowestScore"]
    assert "worst-off" in yanzhen(folder, *asked, "--lang", "en").stdout
    assert answer(folder, "policy", "show")["number"] == 1
    assert "导师办过的案例与学员的难处相近" in yanzhen(folder, "policy", "show").stdout
    after = answer(folder, "match", "--cohort", 3, "--objective", "worst_off_then_total")
    assert (after["objective"], after["certificate"]["verified"]) == ("WORST_OFF_THEN_TOTAL", True)
    assert min(pair["score"] for pair in after["pairs"]) == pytest.approx(
        found["best"]["lowestScore"], abs=1e-5
    )
    assert "已证明最优（先保人人有导师，再照顾最吃亏的一对，再求总匹配度最高）" in "".join(
        yanzhen(folder, "match", "--cohort", 3).stdout.split()
    )
    assert "Proven optimal" in yanzhen(folder, "match", "--cohort", 3, "--lang", "en").stdout
    assert answer(folder, "policy", "aim", "均衡")["objective"] == "BALANCED_LOAD"
    assert not answer(folder, "policy", "aim", "balanced_load")["changed"]
    assert answer(folder, "policy", "aim", "默认")["number"] == 4


def test_limits_are_set_listed_heeded_and_taken_back(folder: Path) -> None:
    of = ("rules", "limit")
    cap = (*of, "cap", 1, "--cohort", 3, "--mentor", "陈松", "--reason", "身体原因")
    (rule,) = answer(folder, *cap, "--until", "2999-01-01")["limits"]
    assert (rule["kind"], rule["text"], rule["expiresOn"]) == ("CAP", "陈松最多带 1 人", "2999-01-01")
    quota = answer(folder, *of, "限额", 1, "--of", "同县", "--cohort", 3, "--reason", "避免扎堆")["limits"]
    assert [each["text"] for each in quota][1] == "每位导师最多带 1 名同一县（市、区）的学员"
    found = answer(folder, "match", "--cohort", 3)
    assert sum(pair["mentorName"] == "陈松" for pair in found["pairs"]) <= 1
    assert "陈松: at most 1" in yanzhen(folder, "rules", "limits", "--cohort", 3, "--lang", "en").stdout
    for each in quota:
        answer(folder, "rules", "unlimit", each["id"], "--cohort", 3)
    assert answer(folder, "rules", "limits", "--cohort", 3) == {"cohort": 3, "limits": []}
    told = answer(folder, *of, "minimum", 9, "--cohort", 3, "--mentor", "陈松", "--reason", "基地")["limits"]
    refused = answer(folder, "match", "--cohort", 3, code=1)["error"]
    assert (refused["code"], "陈松最少带 9 人" in refused["message"]) == ("INFEASIBLE", True)
    answer(folder, "rules", "unlimit", told[0]["id"], "--cohort", 3)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("policy", "aim", "最公平"), "OBJECTIVE_UNKNOWN"),
        (("match", "--cohort", 3, "--objective", "fair"), "OBJECTIVE_UNKNOWN"),
        (("match", "--cohort", 3, "--objective", "total", "--what-if", "leave 陈松"), "MATCH_ONE_QUESTION"),
        (("rules", "limit", "few", 1, "--cohort", 3, "--reason", "a"), "LIMIT_KIND"),
        (("rules", "limit", "cap", 1, "--cohort", 3), "REASON_MISSING"),
        (("rules", "limit", "cap", 1, "--cohort", 3, "--reason", "a", "--of", "同县"), "LIMIT_GROUP"),
        (("rules", "limit", "quota", 1, "--cohort", 3, "--reason", "a"), "LIMIT_GROUP"),
        (("rules", "limit", "quota", 1, "--cohort", 3, "--reason", "a", "--of", "火星"), "LIMIT_VALUE"),
        (("rules", "limit", "cap", 1, "--cohort", 3, "--reason", "a", "--mentor", "周篮"), "WHOM_UNKNOWN"),
        (("rules", "limit", "cap", 1, "--cohort", 3, "--reason", "a", "--until", "soon"), "DAY_SYNTAX"),
        (("rules", "unlimit", "LR_x", "--cohort", 3), "NOT_FOUND"),
        (("rules", "limits", "--cohort", 99), "NO_COHORT"),
    ],
)
def test_wrong_words_are_refused_by_code(folder: Path, arguments: tuple[str, ...], code: str) -> None:
    assert answer(folder, *arguments, code=1)["error"]["code"] == code


def test_rules_and_limits_go_out_as_a_file_that_comes_in_again(folder: Path, tmp_path: Path) -> None:
    given = tmp_path / "rules.csv"
    rows = ["学员,导师,类型,人数,限额对象,原因,有效期至", "赵强,陈松,必须,,,=路近,2099-12-31"]
    rows += [",陈松,最多,3,,身体原因,", ",,限额,2,同县,避免扎堆,", ",,限额,9,播州区导师,名额有限,2099-01-31"]
    given.write_text("\n".join(rows), encoding="utf-8")
    answer(folder, "import", "rules", given, "--cohort", 3)
    before = answer(folder, "rules", "limits", "--cohort", 3)["limits"]
    for lang in ("zh", "en"):
        file = tmp_path / f"{lang}.xlsx"
        assert answer(folder, "export", "rules", file, "--cohort", 3, "--lang", lang)["rules"] == 4
        again = answer(folder, "import", "rules", file, "--cohort", 3)
        assert (again["unchanged"], again["new"], again["updated"], again["rejected"]) == (4, 0, 0, [])
        assert "ignored" not in {column["field"] for column in again["mapping"]}
    for each in before:
        answer(folder, "rules", "unlimit", each["id"], "--cohort", 3)
    assert answer(folder, "import", "rules", file, "--cohort", 3)["new"] == 3
    after = answer(folder, "rules", "limits", "--cohort", 3)["limits"]
    told = [[{**one, "id": "", "author": ""} for one in some] for some in (before, after)]
    assert sorted(told[0], key=str) == sorted(told[1], key=str)
    assert "4 条规则和限额" in yanzhen(folder, "export", "rules", file, "--cohort", 3).stdout


def test_cap_is_told_to_the_unmatched_wherever_they_are_listed(folder: Path, tmp_path: Path) -> None:
    cap = ("rules", "limit", "cap", 1, "--cohort", 3, "--reason", "县里统一要求")
    (rule,) = [
        each for each in answer(folder, *cap)["limits"] if each["kind"] == "CAP" and not each["mentor"]
    ]
    found = answer(folder, "match", "--cohort", 3)
    (left,) = found["unmatched"]
    assert "CAP_REACHED" in {reason["code"] for reason in left["reasons"]}
    told = "“每位导师最多带 1 人”（原因：县里统一要求，组织者设定）"
    assert told in {full["text"] for full in left["limits"]}
    raising = next(repair for repair in left["repairs"] if repair["code"] == "RAISE_CAP")
    assert (raising["limit"], bool(raising["mentorName"])) == (told, True)
    printed = "".join(yanzhen(folder, "match", "--cohort", 3).stdout.split())
    assert f"受限额约束：{told}".replace(" ", "") in printed
    page, book = tmp_path / "report.html", tmp_path / "pairs.xlsx"
    answer(folder, "report", page, "--cohort", 3)
    assert f"受限额约束：{told}" in page.read_text(encoding="utf-8")
    answer(folder, "export", "pairings", book, "--cohort", 3)
    assert any(told in str(cell.value) for row in load_workbook(book).worksheets[1] for cell in row)
    answer(folder, "rules", "unlimit", rule["id"], "--cohort", 3)
