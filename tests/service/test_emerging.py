from pathlib import Path

from tests.service.commands import answer, yanzhen
from tests.studio.operations.conftest import csv_file


def test_points_are_listed_named_and_dismissed(folder: Path) -> None:
    said = ["咖啡机老是坏", "咖啡机煮出来的咖啡太苦", "咖啡机没人会洗", "猫把盆栽打翻了", "无"]
    (folder / "open.csv").write_bytes(
        csv_file(("最棘手的问题", "最急迫的难题"), *((text, "") for text in said))
    )
    answer(folder, "import", "survey", folder / "open.csv", "--cohort", 3, "--wave", 9, "--anonymous")
    result = answer(folder, "emerging", "--cohort", 3)
    (point,) = result["points"]
    assert "咖啡机" in point["label"]
    assert (point["people"], point["state"], point["topic"]) == (3, "OPEN", None)
    assert point["sentence"] in said
    assert {each["text"] for each in point["painPoints"]} == set(said[:3])

    refused = answer(folder, "emerging", "--cohort", 3, "--dismiss", point["id"], code=1)["error"]
    assert (refused["code"], refused["field"]) == ("REASON_MISSING", "reason")
    assert (
        answer(folder, "emerging", "--cohort", 3, "--name", point["id"], code=1)["error"]["code"]
        == "NAME_SYNTAX"
    )
    missing = answer(folder, "emerging", "--cohort", 3, "--name", "EP_1=茶歇", code=1)["error"]
    assert (missing["code"], "yanzhen emerging" in missing["message"]) == ("NOT_FOUND", True)

    named = answer(folder, "emerging", "--cohort", 3, "--name", f"{point['id']}=茶歇")["points"]
    (after,) = (each for each in named if each["id"] == point["id"])
    assert (after["state"], after["topic"]["name"]) == ("NAMED", "茶歇")
    again = ("emerging", "--cohort", 3, "--dismiss", point["id"], "--reason", "不归社区管")
    assert answer(folder, *again, code=1)["error"]["code"] == "EMERGING_DECIDED"
    printed = yanzhen(folder, "emerging", "--cohort", 3)
    assert (printed.exit_code, "茶歇" in printed.stdout) == (0, True)
    assert any(topic["name"] == "茶歇" for topic in answer(folder, "needs", "--cohort", 3)["topics"])
