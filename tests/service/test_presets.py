"""`yanzhen rules …` as a user runs it."""

import sqlite3
from pathlib import Path

import pytest

from tests.service.commands import answer, yanzhen


def test_presets_are_listed_applied_and_undone(folder: Path) -> None:
    presets = answer(folder, "rules", "presets")["presets"]
    assert [preset["code"] for preset in presets][:2] == ["SAME_COUNTY", "COMPLEMENTARY"]
    before = answer(folder, "match", "--cohort", 3)
    assert answer(folder, "rules", "list", "--cohort", 3) == {"cohort": 3, "rules": []}
    how = ("--reason", "换届年", "--until", "2999-01-01")
    (rule,) = answer(folder, "rules", "apply", "FIVE_YEARS", "--cohort", 3, *how)["rules"]
    assert (rule["code"], rule["reason"], rule["expiresOn"]) == ("FIVE_YEARS", "换届年", "2999-01-01")
    during = answer(folder, "match", "--cohort", 3)
    assert "吴桂" not in {pair["mentorName"] for pair in during["pairs"]}
    assert "换届年" in yanzhen(folder, "rules", "list", "--cohort", 3, "--lang", "en").stdout
    assert answer(folder, "rules", "undo", "FIVE_YEARS", "--cohort", 3)["rules"] == []
    assert answer(folder, "match", "--cohort", 3)["pairs"] == before["pairs"]


@pytest.mark.parametrize(
    ("lang", "expired"), [("zh", "2020-01-01（已过期）"), ("en", "2020-01-01 (expired)")]
)
def test_expired_rules_are_marked(folder: Path, lang: str, expired: str) -> None:
    answer(folder, "rules", "apply", "BOTH_AGREE", "--cohort", 3)
    with sqlite3.connect(folder / "own.db") as database:
        database.execute("UPDATE cohort_rule SET expires_on = '2020-01-01'")
    (rule,) = answer(folder, "rules", "list", "--cohort", 3)["rules"]
    assert (rule["code"], rule["expiresOn"], rule["inForce"]) == ("BOTH_AGREE", "2020-01-01", False)
    assert expired in yanzhen(folder, "rules", "list", "--cohort", 3, "--lang", lang).stdout
    assert answer(folder, "rules", "undo", "BOTH_AGREE", "--cohort", 3)["rules"] == []


def test_presets_say_what_follows_in_words(folder: Path) -> None:
    (cadence,) = [
        preset for preset in answer(folder, "rules", "presets")["presets"] if preset["kind"] == "CADENCE"
    ]
    assert "yanzhen contacts" in cadence["effect"]
    assert cadence["parameterLabels"]["TALK_DAYS"] == "交流间隔（天）"
    printed = yanzhen(folder, "rules", "presets").stdout
    assert "TALK_DAYS" not in printed
    assert "交流间隔（天）: 31" in printed


def _in_touch_since_2020(folder: Path) -> None:
    """Publish a match under a cadence, in which one pair is confirmed and began long ago."""
    answer(folder, "rules", "apply", "MONTH_QUARTER_YEAR", "--cohort", 3)
    answer(folder, "match", "--cohort", 3)
    answer(folder, "run", "publish", "--cohort", 3)
    answer(folder, "consents", "--cohort", 3, "--accept", "赵强", "--because", "电话里说的")
    (pair,) = answer(folder, "contacts", "--cohort", 3)["pairs"]
    assert (pair["trainee"]["name"], pair["state"], pair["overdue"]) == ("赵强", "CONFIRMED", False)
    with sqlite3.connect(folder / "own.db") as database:
        database.execute("UPDATE pairing_change SET created_at = '2020-01-01 00:00:00.000000'")


def test_who_should_be_in_touch_is_listed_once_there_is_a_cadence(folder: Path) -> None:
    assert "没有在用的联系节奏" in yanzhen(folder, "contacts", "--cohort", 3).stdout
    _in_touch_since_2020(folder)
    for lang, words in (("zh", "（超期）"), ("en", "(overdue)")):
        printed = yanzhen(folder, "contacts", "--cohort", 3, "--lang", lang).stdout
        assert all(told in printed for told in ("赵强", "2020-02-01", words))
    assert answer(folder, "contacts", "--cohort", 99, code=1)["error"]["code"] == "NO_COHORT"


def test_meetings_are_written_down_and_counted(folder: Path) -> None:
    _in_touch_since_2020(folder)
    (pair,) = answer(folder, "contacts", "--cohort", 3)["pairs"]
    assert [due["overdue"] for due in pair["dues"]] == [True, True, True]
    how = ("--met", "赵强", "--kind", "复盘", "--note", "三个月小结")
    found = answer(folder, "contacts", "--cohort", 3, *how)
    assert (found["recorded"], found["talkDays"], found["reviewDays"]) == (1, 31, 92)
    (pair,) = found["pairs"]
    assert [(due["kind"], due["overdue"]) for due in pair["dues"]] == [
        ("TALK", False),
        ("REVIEW", False),
        ("ASSESSMENT", True),
    ]
    printed = "".join(
        yanzhen(folder, "contacts", "--cohort", 3, "--met", "赵强", "--on", "2021-05-20").stdout.split()
    )
    assert "已记录1次见面" in printed
    assert "每92天复盘（0对超期），每366天评估（1对超期）" in printed
    for arguments, code in (
        (("--met", "赵强", "--on", "2999-01-01"), "MEETING_DAY"),
        (("--met", "赵强", "--on", "昨天"), "DAY_SYNTAX"),
        (("--met", "赵强", "--kind", "喝茶"), "MEETING_KIND"),
        (("--met", "没有人"), "WHOM_UNKNOWN"),
        (("--met", "王芳"), "ILLEGAL_TRANSITION"),
    ):
        assert answer(folder, "contacts", "--cohort", 3, *arguments, code=1)["error"]["code"] == code
    early = answer(folder, "contacts", "--cohort", 3, "--met", "王芳", code=1)["error"]
    assert (early["check"], "双方都同意" in early["message"]) == ("BOTH_AGREED", True)


def test_presets_are_changed_added_and_archived(folder: Path) -> None:
    change = ("--set", "most=2", "--reason", "今年导师少", "--until", "2999-01-01")
    changed = answer(folder, "rules", "preset", "ONE_TO_N", *change)["preset"]
    assert (changed["parameters"], changed["reason"], changed["expiresOn"]) == (
        {"MOST": 2},
        "今年导师少",
        "2999-01-01",
    )
    assert answer(folder, "rules", "preset", "ONE_TO_N", "--always")["preset"]["expiresOn"] is None
    # What is left out of several numbers stays.
    cadence = answer(folder, "rules", "preset", "MONTH_QUARTER_YEAR", "--set", "talk_days=14")["preset"]
    assert cadence["parameters"] == {"TALK_DAYS": 14, "REVIEW_DAYS": 92, "ASSESSMENT_DAYS": 366}
    new = ("--kind", "quota", "--name", "各类分开", "--set", "trainee_role=2", "--reason", "互相学")
    added = answer(folder, "rules", "preset", "MIXED_ROLES", *new)["preset"]
    assert (added["kind"], added["parameters"]) == ("QUOTA", {"TRAINEE_ROLE": 2})
    answer(folder, "rules", "apply", "MIXED_ROLES", "--cohort", 3)
    (limit,) = answer(folder, "rules", "limits", "--cohort", 3)["limits"]
    assert (limit["text"], limit["preset"]) == ("每位导师最多带 2 名同一类干部的学员", "MIXED_ROLES")
    assert answer(folder, "rules", "unlimit", limit["id"], "--cohort", 3, code=1)["error"]["code"] == (
        "LIMIT_OF_PRESET"
    )
    assert answer(folder, "rules", "undo", "MIXED_ROLES", "--cohort", 3)["rules"] == []
    assert answer(folder, "rules", "limits", "--cohort", 3)["limits"] == []
    assert answer(folder, "rules", "preset", "MIXED_ROLES", "--archive")["preset"]["archived"]
    assert "已停用" in yanzhen(folder, "rules", "preset", "MIXED_ROLES", "--archive").stdout
    restored = yanzhen(folder, "rules", "preset", "MIXED_ROLES", "--restore").stdout
    assert "最多几人" in restored
    assert "已停用" not in restored
    for arguments, code in (
        (("NOTHING", "--set", "most=2"), "NOT_FOUND"),
        (("ONE_TO_N", "--set", "most=two"), "PRESET_NUMBER"),
        (("ONE_TO_N", "--set", "least=2"), "PRESET_PARAMETER"),
        (("ONE_TO_N", "--reason", " "), "REASON_MISSING"),
        (("ONE_TO_N", *new), "PRESET_CODE_TAKEN"),
    ):
        assert answer(folder, "rules", "preset", *arguments, code=1)["error"]["code"] == code


def test_wrong_presets_are_refused(folder: Path) -> None:
    for arguments, code in (
        (("apply", "NOTHING", "--cohort", 3), "NOT_FOUND"),
        (("apply", "SAME_COUNTY", "--cohort", 3, "--until", "soon"), "DAY_SYNTAX"),
        (("apply", "SAME_COUNTY", "--cohort", 3, "--until", "2020-01-01"), "EXPIRY_PAST"),
        (("apply", "SAME_COUNTY", "--cohort", 99), "NO_COHORT"),
        (("list", "--cohort", 99), "NO_COHORT"),
        (("undo", "SAME_COUNTY", "--cohort", 3), "NOT_FOUND"),
    ):
        assert answer(folder, "rules", *arguments, code=1)["error"]["code"] == code
