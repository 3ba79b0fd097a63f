"""Spreadsheets that organizers take away."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from service.week_words import told_unmatched, week_name
from studio.messages import listed, translate
from studio.operations.suppositions.what_if_words import kind_word
from studio.store.mentor_enums import PairingKind

# Mentors of whom a sheet tells why an unmatched trainee is not with them.
_MENTORS_TOLD = 5


def pairings_workbook(result: dict[str, Any], language: str) -> bytes:
    """Return a workbook of a match run: pairs with their score parts, the unmatched, the certificate."""
    return workbook(
        [
            (translate("SHEET_PAIRINGS", language), _pairs(result, language)),
            (translate("SHEET_UNMATCHED", language), _unmatched(result, language)),
            (translate("SHEET_CERTIFICATE", language), _certificate(result, language)),
        ]
    )


def workbook(sheets: Sequence[tuple[str, list[list[Any]]]]) -> bytes:
    """Return a workbook with these sheets, each a name and rows, of which the first is the heading."""
    file = BytesIO()
    # Cells that begin with = are what people wrote, never formulas.
    with Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        heading = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1, "text_wrap": True})
        for name, rows in sheets:
            _write(book, heading, name, rows)
    return file.getvalue()


def _write(book: Workbook, heading: Any, name: str, rows: list[list[Any]]) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for row, cells in enumerate(rows):
        sheet.write_row(row, 0, cells, heading if row == 0 else None)
    for column in range(len(rows[0])):
        longest = max(len(str(cells[column])) for cells in rows if column < len(cells))
        sheet.set_column(column, column, min(40, max(10, longest * 1.8)))


def _pairs(result: dict[str, Any], language: str) -> list[list[Any]]:
    parts = [part["label"] for part in result["pairs"][0]["parts"]] if result["pairs"] else []
    weeks = any(pair.get("week") for pair in result["pairs"])
    names = (
        "SHEET_TRAINEE",
        "SHEET_TRAINEE_COMMUNITY",
        "SHEET_MENTOR",
        "SHEET_MENTOR_COMMUNITY",
        *(["CLI_WEEK"] if weeks else []),
        "SHEET_SCORE",
    )
    # Which part a mentor plays is worth a column where trainees have two.
    two = ["SHEET_KIND"] if result.get("mentorsEach", 1) > 1 else []
    return [
        [*(translate(name, language) for name in (*names, *two)), *parts],
        *(
            [
                pair["traineeName"],
                pair["traineeCommunity"] or "",
                pair["mentorName"],
                pair["mentorCommunity"] or "",
                *([week_name(pair.get("week"), language)] if weeks else []),
                pair["score"],
                *(kind_word(PairingKind(pair["kind"]), language) for _ in two),
                *(part["contribution"] for part in pair["parts"]),
            ]
            for pair in result["pairs"]
        ),
    ]


def _unmatched(result: dict[str, Any], language: str) -> list[list[Any]]:
    two = ["SHEET_MISSING"] if result.get("mentorsEach", 1) > 1 else []
    names = ("SHEET_TRAINEE", "SHEET_TRAINEE_COMMUNITY", *two, "SHEET_REASONS")
    return [
        [translate(name, language) for name in names],
        *(
            [
                unmatched["traineeName"],
                unmatched["traineeCommunity"] or "",
                *(kind_word(PairingKind(unmatched["kind"]), language) for _ in two),
                listed((*_reasons(unmatched, language), *_in_weeks(unmatched, language)), language),
            ]
            for unmatched in result["unmatched"]
        ),
    ]


def _reasons(unmatched: dict[str, Any], language: str) -> list[str]:
    limits = [translate("CLI_FULL_LIMIT", language, limit=full["text"]) for full in unmatched["limits"]]
    return [*(reason["label"] for reason in unmatched["reasons"]), *limits]


def _in_weeks(unmatched: dict[str, Any], language: str) -> list[str]:
    told = told_unmatched(unmatched, language, _MENTORS_TOLD) if "weekReasons" in unmatched else []
    return told


def _certificate(result: dict[str, Any], language: str) -> list[list[Any]]:
    certificate = result["certificate"]
    return [
        [translate("SHEET_FIGURE", language), translate("SHEET_VALUE", language)],
        *(
            [translate(f"SHEET_{name.upper()}", language), "" if value is None else str(value)]
            for name, value in (
                ("matched", result["matched"]),
                ("total", result["total"]),
                *certificate.items(),
            )
        ),
    ]
