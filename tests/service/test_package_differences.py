"""What `yanzhen package --diff` says of an item that is in both versions."""

from typing import Any

import pytest

from service.cli.package import _difference, _print_differences
from service.cli.printing import output

ITEM: dict[str, Any] = {
    "position": 3,
    "day": 2,
    "slot": "DAYTIME",
    "step": "LISTEN",
    "minutes": 60,
    "edited": False,
    "note": None,
    "topic": "文稿写作",
    "content": None,
    "because": "材料写到半夜",
}
CONTENT = {"id": "CO_1", "title": "信息怎么写", "kind": "COURSE"}


def printed(after: dict[str, Any], language: str = "zh", kind: str = "CHANGED") -> list[str]:
    with output.capture() as said:
        _print_differences([_difference(kind, ITEM, {**ITEM, **after, "edited": True})], language)
    return said.get().splitlines()


@pytest.mark.parametrize(
    ("after", "changed", "line"),
    [
        ({"note": "去物业公司"}, ["note"], "   备注由—改为去物业公司"),
        ({"minutes": 45}, ["minutes"], "   分钟由60改为45"),
        ({"because": "讲话稿不会写"}, ["because"], "   回应原话由“材料写到半夜”改为“讲话稿不会写”"),
        ({"topic": "群众工作"}, ["topic"], "   主题由文稿写作改为群众工作"),
        ({"content": CONTENT}, ["content"], "   材料由—改为信息怎么写"),
        ({"step": "DO"}, ["step"], "   步骤由跟着听改为跟着干"),
    ],
)
def test_every_changed_field_is_named_with_both_values(
    after: dict[str, Any], changed: list[str], line: str
) -> None:
    assert _difference("CHANGED", ITEM, {**ITEM, **after})["changed"] == changed
    assert line in printed(after)


def test_line_that_reads_the_same_in_both_versions_is_printed_once() -> None:
    (line, change) = printed({"because": None}, "en")
    assert "→" not in line
    assert change == "   answers: “材料写到半夜” → —"


def test_item_that_was_added_or_removed_has_no_changed_fields() -> None:
    assert _difference("ADDED", None, ITEM)["changed"] == []
    assert _difference("REMOVED", ITEM, None)["changed"] == []
