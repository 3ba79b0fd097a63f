"""`yanzhen review`: the queue, and deciding by command line and by file."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.service.commands import answer, yanzhen
from tests.studio.operations.conftest import ROSTER, csv_file

ITEM = {
    "id",
    "version",
    "text",
    "wave",
    "reason",
    "topics",
    "guess",
    "confidence",
    "margin",
    "copies",
}
STRANGE = "天上的云今天特别好看"


@pytest.fixture(scope="module")
def strange_studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A studio whose only cohort said strange things, three times nearly the same, without names."""
    folder = tmp_path_factory.mktemp("strange")
    (folder / "roster.csv").write_bytes(ROSTER)
    rows = [(f"{STRANGE}{sign}", "") for sign in "!。,"]
    survey = csv_file(
        ("最棘手的问题", "最急迫的难题"), *rows, ("今天中午吃的是酸汤鱼", "停车的问题已经解决了")
    )
    (folder / "survey.csv").write_bytes(survey)
    assert yanzhen(folder, "init").exit_code == 0
    assert yanzhen(folder, "import", "roster", folder / "roster.csv", "--cohort", 3).exit_code == 0
    assert yanzhen(folder, "import", "survey", folder / "survey.csv", "--cohort", 3).exit_code == 0
    return folder


@pytest.fixture
def folder(strange_studio: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(strange_studio, tmp_path, dirs_exist_ok=True))


def queue(folder: Path) -> list[Any]:
    return list(answer(folder, "review", "--cohort", 3)["items"])


def test_queue_is_decided_by_command_line_and_by_file(folder: Path) -> None:
    items = queue(folder)
    assert all(set(item) == ITEM for item in items)
    assert {item["reason"] for item in items} == {"ABSTAINED", "RESOLVED"}
    for language in ("zh", "en"):
        shown = yanzhen(folder, "review", "--cohort", 3, "--lang", language)
        assert shown.exit_code == 0
        assert all(item["text"] in shown.stdout and item["id"] in shown.stdout for item in items)
        assert items[0]["guess"]["code"] in shown.stdout
    (strange,) = [item for item in items if item["text"].startswith(STRANGE)]
    assert strange["copies"] == 2
    before = {need["code"]: need["trainees"] for need in answer(folder, "needs", "--cohort", 3)["topics"]}
    done = answer(folder, "review", "--correct", f"{strange['id']}=DIGITAL,GRID")
    assert done == {"decided": [{"id": strange["id"], "copies": 2}]}
    after = {need["code"]: need["trainees"] for need in answer(folder, "needs", "--cohort", 3)["topics"]}
    assert {code for code in after if after[code] != before[code]} == {"DIGITAL", "GRID"}
    assert after["DIGITAL"] == before["DIGITAL"] + 3
    left = queue(folder)
    assert [item["id"] for item in left] == [item["id"] for item in items if item["id"] != strange["id"]]

    file = folder / "corrections.csv"
    file.write_bytes(csv_file(("编号", "主题"), *((item["id"], "都不是") for item in left)))
    dry = answer(folder, "review", "--file", file, "--dry-run")
    assert (dry["new"], dry["written"], len(queue(folder))) == (len(left), False, len(left))
    report = answer(folder, "review", "--file", file)
    assert (report["rows"], report["new"], report["rejected"]) == (len(left), len(left), [])
    assert queue(folder) == []
    assert answer(folder, "review", "--file", file)["updated"] == len(left)


def test_every_fault_of_a_file_is_told_at_once(folder: Path) -> None:
    (first, *_) = queue(folder)
    rows = [
        (first["id"], "网格治理;没有这个主题"),
        ("PP_" + "0" * 32, "GRID"),
        ("TR_1", "GRID"),
        (first["id"], ""),
    ]
    (folder / "bad.csv").write_bytes(csv_file(("id", "topics"), *rows))
    report = answer(folder, "review", "--file", folder / "bad.csv", code=1)
    assert [(issue["row"], issue["code"]) for issue in report["rejected"]] == [
        (2, "UNKNOWN_TOPIC"),
        (3, "UNKNOWN_PAIN_POINT"),
        (4, "UNKNOWN_PAIN_POINT"),
        (5, "DUPLICATE_ROW"),
        (5, "VALUE_MISSING"),
    ]
    assert not report["written"]
    assert first in queue(folder)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), "REVIEW_ONE_OF_THREE"),
        (("--cohort", 3, "--correct", "PP_1=GRID"), "REVIEW_ONE_OF_THREE"),
        (("--correct", "PP_1"), "CORRECT_SYNTAX"),
        (("--correct", "PP_1=GRID"), "NOT_FOUND"),
        (("--correct", "PP_" + "0" * 32 + "=GRID"), "NOT_FOUND"),
        (("--cohort", 9), "NO_COHORT"),
    ],
)
def test_mistake_is_told_with_its_code(tmp_path: Path, arguments: tuple[object, ...], code: str) -> None:
    assert yanzhen(tmp_path, "init", "--bare").exit_code == 0
    assert answer(tmp_path, "review", *arguments, code=1)["error"]["code"] == code


def test_training_says_why_the_old_model_stays(folder: Path) -> None:
    before = answer(folder, "model", "card")
    assert (before["number"], before["trainings"]) == (None, [])
    (strange, *_) = queue(folder)
    answer(folder, "review", "--correct", f"{strange['id']}=DIGITAL")
    dry = answer(folder, "retrain", "--dry-run")
    assert (dry["outcome"], dry["number"], dry["dryRun"]) == ("TOO_FEW", None, True)
    assert answer(folder, "model", "card")["trainings"] == []
    done = answer(folder, "retrain")
    assert (done["outcome"], done["number"], done["corrections"]) == ("TOO_FEW", 1, 1)
    assert done["reason"] == dry["reason"]
    card = answer(folder, "model", "card")
    assert [each["outcome"] for each in card["trainings"]] == ["TOO_FEW"]
    assert card["waiting"] == 1
    shown = yanzhen(folder, "model", "card")
    assert shown.exit_code == 0
    assert all(limit in shown.stdout for limit in card["limits"])
    assert (
        yanzhen(folder, "retrain").stdout.strip() == answer(folder, "model", "card")["trainings"][0]["reason"]
    )
