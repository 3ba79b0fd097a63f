"""`yanzhen rules …` as a user runs it."""

from pathlib import Path

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
