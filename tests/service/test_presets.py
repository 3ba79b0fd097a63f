"""`yanzhen rules …` as a user runs it."""

import sqlite3
from pathlib import Path

import pytest

from tests.service.test_cli import answer, folder, yanzhen

__all__ = ["folder"]


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
    assert "不会提醒" in cadence["effect"]
    assert cadence["parameterLabels"]["TALK_DAYS"] == "交流间隔（天）"
    printed = yanzhen(folder, "rules", "presets").stdout
    assert "TALK_DAYS" not in printed
    assert "交流间隔（天）: 31" in printed


def test_wrong_presets_are_refused(folder: Path) -> None:
    for arguments, code in (
        (("apply", "NOTHING", "--cohort", 3), "NOT_FOUND"),
        (("apply", "TWO_MENTORS", "--cohort", 3), "PRESET_NOT_SUPPORTED"),
        (("apply", "SAME_COUNTY", "--cohort", 3, "--until", "soon"), "DAY_SYNTAX"),
        (("apply", "SAME_COUNTY", "--cohort", 3, "--until", "2020-01-01"), "EXPIRY_PAST"),
        (("apply", "SAME_COUNTY", "--cohort", 99), "NO_COHORT"),
        (("list", "--cohort", 99), "NO_COHORT"),
        (("undo", "SAME_COUNTY", "--cohort", 3), "NOT_FOUND"),
    ):
        assert answer(folder, "rules", *arguments, code=1)["error"]["code"] == code
