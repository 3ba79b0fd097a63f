"""Workbooks that organizers take away: cells hold what people wrote, and nothing that a spreadsheet would run."""

from io import BytesIO

from openpyxl import load_workbook

from service.spreadsheets import pairings_workbook

FORMULA, ARRAY, ADDRESS, MAIL = "=1+1", "{=1+1}", "https://example.org/x", "mailto:x@example.org"
RESULT = {
    "matched": 1,
    "total": 2,
    "pairs": [
        {
            "traineeName": FORMULA,
            "traineeCommunity": ADDRESS,
            "mentorName": ARRAY,
            "mentorCommunity": "+1",
            "score": 0.5,
            "parts": [{"label": "=A1", "contribution": 0.5}],
        }
    ],
    "unmatched": [
        {"traineeName": "@x", "traineeCommunity": MAIL, "reasons": [{"label": ADDRESS}], "limits": []}
    ],
    "certificate": {"objective": 0.5, "bound": 0.5, "gap": 0, "verified": True},
}


def test_what_people_wrote_becomes_neither_formula_nor_link() -> None:
    book = load_workbook(BytesIO(pairings_workbook(RESULT, "zh")))
    pairs, unmatched, _ = book.worksheets
    assert [cell.value for cell in pairs[2]] == [FORMULA, ADDRESS, ARRAY, "+1", 0.5, 0.5]
    assert pairs["F1"].value == "=A1"
    assert [cell.value for cell in unmatched[2]] == ["@x", MAIL, ADDRESS]
    for sheet in book.worksheets:
        for row in sheet:
            for cell in row:
                assert cell.data_type in {"s", "n"}, cell.coordinate
                assert cell.hyperlink is None, cell.coordinate
