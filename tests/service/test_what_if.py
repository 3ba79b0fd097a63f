"""`yanzhen match --what-if`, `--preview`, `--override`: by name, and refusals that say what to write."""

from pathlib import Path

import pytest

from tests.service.commands import answer, yanzhen


def ask(folder: Path, *supposed: str) -> tuple[object, ...]:
    return ("match", "--cohort", 3, *(part for text in supposed for part in ("--what-if", text)))


def test_question_before_any_match_is_refused(folder: Path) -> None:
    assert answer(folder, *ask(folder, "leave 周兰"), code=1)["error"]["code"] == "NO_RUN"
    assert answer(folder, "match", "--cohort", 3)["matched"] == 4


def test_several_suppositions_by_name_are_answered_together(folder: Path) -> None:
    present = {
        pair["traineeName"]: pair["mentorName"] for pair in answer(folder, "match", "--cohort", 3)["pairs"]
    }
    (other,) = {"陈松", "吴桂"} - {present["赵强"]}
    found = answer(
        folder, *ask(folder, "离开 周兰", "名额　陈松=3", f"pin 赵强={other}", "join 孙新@新社区: 写材料")
    )
    assert set(found["supposed"]) == {"mentorsLeave", "capacities", "pin", "newTrainees"}
    assert found["supposed"]["newTrainees"] == [
        {"name": "孙新", "community": "新社区", "painPoints": ["写材料"]}
    ]
    assert (found["before"]["total"], found["after"]["total"]) == (4, 5)
    ended = {change["trainee"]["name"]: change["after"] for change in found["changes"]}
    assert ended["赵强"]["name"] == other
    # Nothing was saved: the present run is still the answer.
    assert answer(folder, "match", "--cohort", 3)["runId"] == found["runId"]


@pytest.mark.parametrize(("lang", "words"), [("zh", "什么都没有保存"), ("en", "nothing is saved")])
def test_difference_is_printed(matched: Path, lang: str, words: str) -> None:
    printed = yanzhen(matched, *ask(matched, "leave 周兰"), "--lang", lang)
    assert (printed.exit_code, words in printed.stdout, "周兰" in printed.stdout) == (0, True, True)


def test_without_mentors_it_is_said_that_nobody_could_be_placed(matched: Path) -> None:
    printed = yanzhen(matched, *ask(matched, "离开 周兰", "离开 陈松", "名额 吴桂=0"))
    assert (printed.exit_code, "0/4 人有导师" in printed.stdout) == (0, True)
    assert "没有导师有名额" in printed.stdout


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("fire 周兰", "WHAT_IF_SYNTAX", "fire 周兰"),
        ("leave", "WHAT_IF_SYNTAX", "leave"),
        ("pin 赵强", "WHAT_IF_SYNTAX", "赵强"),
        ("capacity 周兰=many", "WHAT_IF_SYNTAX", "many"),
        ("capacity 周兰=99999999999", "WHAT_IF_SYNTAX", "99999999999"),
        ("capacity 周兰=5000", "CAPACITY_OUT_OF_RANGE", "5000"),
        ("名额 周兰=-3", "CAPACITY_OUT_OF_RANGE", "-3"),
        ("leave 李明", "WHOM_AMBIGUOUS", "松涛社区"),
        ("leave 周篮", "WHOM_UNKNOWN", "周兰"),
        ("pin 赵强=ME_00", "WHOM_UNKNOWN", "ME_00"),
        ("pin 赵强=李明", "WHOM_UNKNOWN", "李明"),
        ("forbid 李明@火星=周兰", "WHOM_UNKNOWN", "李明"),
    ],
)
def test_wrong_words_are_refused_and_say_what_to_write(
    matched: Path, text: str, code: str, told: str
) -> None:
    error = answer(matched, *ask(matched, text), code=1)["error"]
    assert (error["code"], told in error["message"]) == (code, True)


def test_namesakes_are_told_apart_by_community_or_id(matched: Path) -> None:
    found = answer(matched, *ask(matched, "leave 李明@松涛社区"))
    (leaver,) = found["supposed"]["traineesLeave"]
    assert answer(matched, *ask(matched, f"leave {leaver}"))["changes"] == found["changes"]


def test_price_is_told_and_the_override_saved_with_its_reason(folder: Path) -> None:
    pairs = {
        pair["traineeName"]: pair["mentorName"] for pair in answer(folder, "match", "--cohort", 3)["pairs"]
    }
    for mentor in ("陈松", "吴桂", "周兰"):
        asked = ("match", "--cohort", 3, "--preview", f"赵强＝{mentor}")
        shown = answer(folder, *asked)
        if shown["together"] and not shown["alone"]:
            break
    assert (shown["trainee"]["name"], shown["mentor"]["name"]) == ("赵强", mentor)
    printed = yanzhen(folder, *asked, "--lang", "en").stdout
    assert "the total" in printed
    assert "--move-others" in printed
    saving = ("match", "--cohort", 3, "--override", f"赵强={mentor}")
    assert answer(folder, *saving, code=1)["error"]["code"] == "REASON_MISSING"
    full = answer(folder, *saving, "--reason", "同线", code=1)["error"]
    assert (full["code"], full["field"]) == ("CAPACITY_EXCEEDED", "mentorId")
    done = answer(folder, *saving, "--reason", "同线", "--move-others", "--no-lock")
    assert (done["pairing"]["reason"], done["pairing"]["locked"]) == ("同线", False)
    assert done["scoreChange"] == pytest.approx(shown["together"]["change"], abs=1e-5)
    assert pairs["赵强"] != mentor
    assert answer(folder, *asked)["verdict"] == "CHOSEN"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--preview", "赵强"), "PAIR_SYNTAX"),
        (("--preview", "赵强=李四"), "WHOM_UNKNOWN"),
        (("--preview", "赵强=陈松", "--what-if", "leave 陈松"), "MATCH_ONE_QUESTION"),
    ],
)
def test_wrong_pairs_are_refused(matched: Path, arguments: tuple[str, ...], code: str) -> None:
    assert answer(matched, "match", "--cohort", 3, *arguments, code=1)["error"]["code"] == code


def test_run_is_replayed_by_its_number_or_id(folder: Path) -> None:
    run = answer(folder, "match", "--cohort", 3)["runId"]
    by_id = answer(folder, "match", "--cohort", 3, "--replay", run)
    assert (by_id["runId"], by_id["outcome"]) == (run, "SAME")
    assert answer(folder, "match", "--cohort", 3, "--replay", "1")["outcome"] in ("SAME", "OVERRIDDEN")
    assert "the same" in yanzhen(folder, "match", "--cohort", 3, "--replay", run, "--lang", "en").stdout
    for wrong in ("99", "MR_x", "TR_" + "0" * 32):
        refused = answer(folder, "match", "--cohort", 3, "--replay", wrong, code=1)["error"]
        assert refused["code"] == "NOT_FOUND"
